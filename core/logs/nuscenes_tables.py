"""The tables of a nuScenes v1.0 folder, cut down to one scene."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from pydantic import Field, FiniteFloat

from core.errors import UserError
from core.logs.json_file import read_json
from core.logs.log import HealthNote

Vector = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
Quaternion = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
Microseconds = Annotated[int, Field(ge=0, le=9_000_000_000_000_000)]  # as nanoseconds they fit 64 bits

TABLES = (
    "attribute",
    "calibrated_sensor",
    "category",
    "ego_pose",
    "instance",
    "log",
    "map",
    "sample",
    "sample_annotation",
    "sample_data",
    "scene",
    "sensor",
    "visibility",
)
_LABELS = ("attribute", "category", "instance", "sample_annotation")


class _Row(Protocol):
    token: str


R = TypeVar("R", bound=_Row)


@dataclass
class Scene:
    token: str
    name: str


@dataclass
class Sample:
    token: str
    scene_token: str
    timestamp: Microseconds


@dataclass
class SampleData:
    token: str
    sample_token: str
    ego_pose_token: str
    calibrated_sensor_token: str
    timestamp: Microseconds
    filename: str
    width: int | None = None
    height: int | None = None


@dataclass
class EgoPose:
    token: str
    timestamp: Microseconds
    rotation: Quaternion
    translation: Vector


@dataclass
class CalibratedSensor:
    token: str
    sensor_token: str
    translation: Vector
    rotation: Quaternion
    camera_intrinsic: list[Vector]


@dataclass
class Sensor:
    token: str
    channel: str
    modality: str


@dataclass
class Named:
    """A category or an attribute."""

    token: str
    name: str


@dataclass
class Instance:
    token: str
    category_token: str


@dataclass
class Annotation:
    token: str
    sample_token: str
    instance_token: str
    translation: Vector
    size: Vector  # width, length, height
    rotation: Quaternion
    attribute_tokens: list[str] = field(default_factory=list)


@dataclass
class SceneTables:
    """Everything of one scene, by token."""

    folder: Path
    samples: dict[str, Sample]
    data: list[SampleData]
    ego_poses: dict[str, EgoPose]
    calibrations: dict[str, CalibratedSensor]
    sensors: dict[str, Sensor]
    annotations: list[Annotation]
    instances: dict[str, Instance]
    categories: dict[str, Named]
    attributes: dict[str, Named]

    def look_up(self, rows: dict[str, R], token: str, table: str, where: str) -> R:
        """A row by token.

        Raises:
            UserError: `where` names a row that `table` does not hold.
        """
        if token not in rows:
            raise UserError(
                f"Table {table} has no row {token}",
                path=self.folder / f"{where.partition('.')[0]}.json",
                field=where.partition(".")[2],
                remedy="The tables are incomplete or do not belong together; copy the log again.",
            )
        return rows[token]


def scene_names(folder: Path) -> list[str]:
    """Names of the scenes, in the order of the table.

    Raises:
        UserError: the table is missing, damaged or empty.
    """
    names = [scene.name for scene in read_json(folder / "scene.json", list[Scene])]
    if not names:
        raise UserError("The table holds no scene", path=folder / "scene.json")
    return names


def read_scene(folder: Path, name: str) -> tuple[SceneTables, list[HealthNote]]:
    """The tables of one scene, and a note for each table that is missing.

    Without calibrations, ego poses, samples or sensor data nothing can be opened; the others are optional.

    Raises:
        UserError: a needed table is missing, or a table is damaged.
    """
    missing = [table for table in TABLES if not (folder / f"{table}.json").is_file()]
    notes = [_missing_note(table, folder) for table in missing]

    def table(name: str, kind: type[R]) -> list[R]:
        return [] if name in missing and name in _LABELS else read_json(folder / f"{name}.json", list[kind])  # type: ignore[valid-type]

    scene = next(scene for scene in table("scene", Scene) if scene.name == name)
    samples = _by_token(row for row in table("sample", Sample) if row.scene_token == scene.token)
    data = [row for row in table("sample_data", SampleData) if row.sample_token in samples]
    needed = {row.ego_pose_token for row in data}
    tables = SceneTables(
        folder=folder,
        samples=samples,
        data=data,
        ego_poses=_by_token(row for row in table("ego_pose", EgoPose) if row.token in needed),
        calibrations=_by_token(table("calibrated_sensor", CalibratedSensor)),
        sensors=_by_token(table("sensor", Sensor)),
        annotations=[row for row in table("sample_annotation", Annotation) if row.sample_token in samples],
        instances=_by_token(table("instance", Instance)),
        categories=_by_token(table("category", Named)),
        attributes=_by_token(table("attribute", Named)),
    )
    return tables, notes


def _missing_note(table: str, folder: Path) -> HealthNote:
    effect = {
        "sample_annotation": "there are no actors",
        "instance": "boxes cannot be joined to tracks, so there are no actors",
        "category": "actors have no class",
        "attribute": "actors have no attributes",
    }.get(table, "nothing depends on it here")
    return HealthNote("warning", f"Table {table}.json is missing: {effect}", f"{folder.name}/{table}.json")


def _by_token(rows: Iterable[R]) -> dict[str, R]:
    return {row.token: row for row in rows}
