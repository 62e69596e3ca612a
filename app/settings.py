"""What the user prefers, kept in one JSON file of the user's configuration folder."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from core.errors import UserError
from widgets.theme import ThemeMode

RECENT_MAX = 10
CACHE_BUDGET_MIB = (64, 65536)
FOLDER_VARIABLE = "DRIFTLESS_CONFIG_DIR"

logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    """All settings. An environment variable such as `DRIFTLESS_THEME=light` wins over the file and is never saved."""

    model_config = SettingsConfigDict(env_prefix="DRIFTLESS_", extra="ignore", validate_assignment=True)

    schema_version: int = 1
    theme: ThemeMode = ThemeMode.SYSTEM
    cache_budget_mib: int = Field(default=1024, ge=CACHE_BUDGET_MIB[0], le=CACHE_BUDGET_MIB[1])
    build_scenes: bool = True  # as soon as a log is open
    reconstruction_preset: str = "tiny"
    reconstruction_steps: int = Field(default=50, ge=0)
    reconstruction_hold_out: int = Field(default=0, ge=0)
    reconstruction_cameras_off: list[str] = Field(default_factory=list)
    reconstruction_pace: float | None = Field(default=None, gt=0)  # see `ReconstructDialog`
    generation_pace: dict[str, float] = Field(default_factory=dict)  # seconds a picture took here, by kind of run
    recent: list[Path] = Field(default_factory=list)
    overlays: dict[str, bool] = Field(default_factory=dict)
    picture_sources: dict[str, list[str]] = Field(default_factory=dict)  # of cameras that show not what the others do
    layout: str = "edit"
    layout_states: dict[str, str] = Field(default_factory=dict)  # base64 of QMainWindow.saveState by layout
    keys: dict[str, list[str]] = Field(default_factory=dict)  # the user's own, by id of the action
    window_geometry: str = ""  # base64 of QWidget.saveGeometry

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


Migrator = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATORS: tuple[Migrator, ...] = ()
"""Step `i` leads from schema version `i + 1` to the next; as many as versions were left behind."""


class SettingsStore:
    """The settings and their file. A file that cannot be used is set aside, never lost, and `problem` says so."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or config_folder()) / "settings.json"
        self.problem: UserError | None = None
        self._in_file: dict[str, Any] = {}
        self.values = self._load()

    def update(self, **changes: Any) -> None:
        """Change settings and write the file at once."""
        for name, value in changes.items():
            setattr(self.values, name, value)
        dumped = self.values.model_dump(mode="json", include=set(changes))
        if all(self._in_file.get(name) == value for name, value in dumped.items()) and self.path.exists():
            return
        self._in_file |= dumped
        self._write()

    def add_recent(self, path: Path) -> None:
        self.update(recent=[path, *(known for known in self.values.recent if known != path)][:RECENT_MAX])

    def forget_recent(self, path: Path) -> None:
        self.update(recent=[known for known in self.values.recent if known != path])

    def _load(self) -> Settings:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            self.problem = UserError(f"The settings cannot be read ({error.strerror})", path=self.path)
            return Settings()
        try:
            values = migrated(json.loads(content))
            settings = Settings(**values)
        except (ValueError, TypeError) as error:
            return self._set_aside(error)
        self._in_file = values
        return settings

    def _set_aside(self, error: Exception) -> Settings:
        field = None
        if isinstance(error, ValidationError):
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
        backup = self.path.with_suffix(".unreadable.json")
        remedy = f"Defaults are in use; the old file was kept as {backup.name}."
        try:
            self.path.replace(backup)
        except OSError:
            logger.exception("cannot set the settings file aside")
            remedy = "Defaults are in use."
        self.problem = UserError("The settings file could not be used", path=self.path, field=field, remedy=remedy)
        return Settings()

    def _write(self) -> None:
        new = self.path.with_suffix(".new.json")
        text = json.dumps(self._in_file | {"schema_version": len(MIGRATORS) + 1}, indent=2)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(text + "\n", encoding="utf-8")
            new.replace(self.path)
        except OSError:
            # A full or read-only disk must not stop the work; the settings hold until the window closes.
            logger.exception("cannot write the settings")


def migrated(values: Any, migrators: Sequence[Migrator] = MIGRATORS) -> dict[str, Any]:
    """The values of a settings file, brought to the present schema.

    Raises:
        ValueError: not an object, or of a later version than this one knows.
    """
    if not isinstance(values, dict):
        raise ValueError("not an object")
    newest = len(migrators) + 1
    version = int(values.get("schema_version", newest))
    if not 1 <= version <= newest:
        raise ValueError(f"schema version {version} is not known here")
    for step in migrators[version - 1 :]:
        values = step(values)
    return values | {"schema_version": newest}


def config_folder() -> Path:
    """The user's configuration folder, or the one that `DRIFTLESS_CONFIG_DIR` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path  # spares start-up for those who name a folder

    return user_config_path("driftless", appauthor=False)
