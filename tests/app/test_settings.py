"""Settings survive, migrate, and are never lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.settings import RECENT_MAX, SettingsStore, config_folder, migrated
from widgets.theme import ThemeMode


def test_what_is_changed_is_there_next_time(tmp_path: Path) -> None:
    SettingsStore(tmp_path).update(theme=ThemeMode.LIGHT, cache_budget_mib=256)
    again = SettingsStore(tmp_path).values
    assert (again.theme, again.cache_budget_mib) == (ThemeMode.LIGHT, 256)


def test_recent_logs_are_few_new_first_and_once(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    for number in range(RECENT_MAX + 3):
        store.add_recent(tmp_path / f"log{number}")
    store.add_recent(tmp_path / "log5")
    recent = SettingsStore(tmp_path).values.recent
    assert len(recent) == RECENT_MAX
    assert recent[0] == tmp_path / "log5"
    assert len(set(recent)) == RECENT_MAX


@pytest.mark.parametrize(
    "text", ["{no json", "[1, 2]", '{"schema_version": 99}', '{"cache_budget_mib": -4}', "\xff\xfe"]
)
def test_a_file_that_cannot_be_used_is_kept_and_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="latin-1")
    store = SettingsStore(tmp_path)
    assert store.values.theme is ThemeMode.SYSTEM
    assert store.problem is not None
    assert store.problem.path == path
    kept = list(tmp_path.glob("*unreadable*"))
    assert [file.read_text(encoding="latin-1") for file in kept] == [text]
    store.update(theme=ThemeMode.DARK)
    assert SettingsStore(tmp_path).problem is None


def test_a_bad_value_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": "pink"}')
    problem = SettingsStore(tmp_path).problem
    assert problem is not None
    assert problem.field == "theme"


def test_unknown_entries_of_a_file_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"schema_version": 1, "theme": "dark", "later": 1}')
    store = SettingsStore(tmp_path)
    assert store.problem is None
    assert store.values.theme is ThemeMode.DARK


def test_the_environment_wins_and_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SettingsStore(tmp_path).update(theme=ThemeMode.LIGHT)
    monkeypatch.setenv("DRIFTLESS_THEME", "dark")
    store = SettingsStore(tmp_path)
    assert store.values.theme is ThemeMode.DARK
    store.update(cache_budget_mib=300)
    assert json.loads((tmp_path / "settings.json").read_text())["theme"] == "light"


def test_old_files_are_led_to_the_present_step_by_step() -> None:
    def one(values: dict[str, Any]) -> dict[str, Any]:
        return {"schema_version": 2, "b": values["a"]}

    def two(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "b": values["b"] * 10}

    assert migrated({"schema_version": 1, "a": 4}, (one, two)) == {"schema_version": 3, "b": 40}
    assert migrated({"schema_version": 2, "b": 4}, (one, two)) == {"schema_version": 3, "b": 40}
    with pytest.raises(ValueError, match="4"):
        migrated({"schema_version": 4}, (one, two))


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    store = SettingsStore(tmp_path / "taken")
    store.update(theme=ThemeMode.LIGHT)
    assert store.values.theme is ThemeMode.LIGHT


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_CONFIG_DIR", str(tmp_path))
    assert config_folder() == tmp_path
