"""Scenes on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, TypeAdapter

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.logs.json_file import read_json
from core.scene.coverage import AZIMUTHS, BANDS, Coverage
from core.scene.exposure import Exposure
from core.scene.observed_space import ObservedSpace
from core.scene.scene import Actor, Scene
from core.scene.sky import Sky
from core.splats import GaussianCloud

VERSION = 2
"""1: without what was observed. Such scenes are read as they are, and those of 2 from before there were exposures or a
note of the stretch that they were made of, or of how fine its images were."""
NAMES, ARRAYS = "scene.json", "splats.safetensors"

Arrays = dict[str, NDArray[Any]]
_Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


@dataclass
class _ActorRecord:
    number: int
    id: str
    actor_class: ActorClass
    source_label: str
    size_m: tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    max_gap_s: FiniteFloat
    margin_s: FiniteFloat
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class _ExposureRecord:
    gain: tuple[_Positive, _Positive, _Positive]
    bias: tuple[FiniteFloat, FiniteFloat, FiniteFloat]


@dataclass
class _SceneRecord:
    version: int
    name: str
    start_ns: int
    duration_s: FiniteFloat
    licence: str
    source: str
    actors: list[_ActorRecord]
    exposures: dict[str, _ExposureRecord] = field(default_factory=dict)
    window_s: tuple[FiniteFloat, FiniteFloat] | None = None
    px_per_rad: dict[str, _Positive] = field(default_factory=dict)


def save_scene(scene: Scene, folder: str | Path) -> Path:
    """Write a scene into a folder, made if it is not there.

    Raises:
        UserError: the folder cannot be written.
    """
    from safetensors.numpy import save

    folder = Path(folder)
    names, arrays = scene_as_arrays(scene)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        swap_in(folder / ARRAYS, save({name: np.ascontiguousarray(values) for name, values in arrays.items()}))
        swap_in(folder / NAMES, names.encode())
    except OSError as error:
        raise UserError(f"The scene cannot be written ({error.strerror})", path=folder) from error
    return folder


def load_scene(folder: str | Path) -> Scene:
    """Read a scene from its folder.

    Raises:
        UserError: a file is missing or damaged, or of a newer version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    folder = Path(folder)
    record = read_json(folder / NAMES, _SceneRecord)
    if record.version > VERSION:
        raise UserError("The scene is of a newer version", path=folder / NAMES, field="version", remedy="Update.")
    path = folder / ARRAYS
    try:
        return _scene(record, load_file(path))
    except FileNotFoundError as error:
        raise UserError("A file is missing", path=path, remedy="Copy the scene again, in full.") from error
    except KeyError as error:
        raise UserError("An array is missing", path=path, field=str(error.args[0])) from error
    except (SafetensorError, ValueError) as error:
        raise UserError(f"The file is damaged ({error})", path=path, remedy="Make the scene again.") from error


def scene_as_arrays(scene: Scene) -> tuple[str, Arrays]:
    """A scene as JSON and named arrays, which `scene_from_arrays` takes: what files hold, and messages."""
    arrays: Arrays = {"sky.dome": scene.sky.dome, **_cloud_arrays(scene.static, "static")}
    for actor in scene.actors:
        arrays |= _cloud_arrays(actor.cloud, f"actor.{actor.number}")
        arrays |= _pose_arrays(actor.track.poses, f"actor.{actor.number}")
        if actor.coverage is not None:
            arrays[f"actor.{actor.number}.px_per_m"] = actor.coverage.px_per_m
    if scene.observed is not None:
        arrays |= {f"observed.{name}": values for name, values in scene.observed.packed().items()}
    record = _SceneRecord(
        VERSION,
        scene.name,
        scene.start_ns,
        scene.duration_s,
        scene.licence,
        scene.source,
        [_actor_record(actor) for actor in scene.actors],
        {name: _ExposureRecord(one.gain, one.bias) for name, one in scene.exposures.items()},
        scene.window_s,
        dict(scene.px_per_rad),
    )
    return TypeAdapter(_SceneRecord).dump_json(record, indent=1).decode(), arrays


def scene_from_arrays(names: str, arrays: Arrays) -> Scene:
    """The scene that `scene_as_arrays` took apart; for what comes from elsewhere there is `load_scene`."""
    return _scene(TypeAdapter(_SceneRecord).validate_json(names), arrays)


def _scene(record: _SceneRecord, arrays: Arrays) -> Scene:
    return Scene(
        name=record.name,
        start_ns=record.start_ns,
        duration_s=record.duration_s,
        static=_cloud(arrays, "static"),
        actors=tuple(_actor(row, arrays) for row in record.actors),
        sky=Sky(arrays["sky.dome"]),
        licence=record.licence,
        source=record.source,
        window_s=record.window_s,
        observed=_observed(arrays),
        exposures={name: Exposure(one.gain, one.bias) for name, one in record.exposures.items()},
        px_per_rad=record.px_per_rad,
    )


def swap_in(path: Path, content: bytes) -> None:
    """Write a file beside the old one and put it in its place only when it is complete."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _cloud_arrays(cloud: GaussianCloud, prefix: str) -> Arrays:
    values = {part.name: getattr(cloud, part.name) for part in fields(cloud)}
    return {f"{prefix}.{name}": array for name, array in values.items() if array is not None}


def _cloud(arrays: Arrays, prefix: str) -> GaussianCloud:
    names = [part.name for part in fields(GaussianCloud)]
    found = {name: arrays[f"{prefix}.{name}"] for name in names if f"{prefix}.{name}" in arrays}
    if "means_m" not in found:
        raise KeyError(f"{prefix}.means_m")
    return GaussianCloud(**found)


def _pose_arrays(poses: PoseTrack, prefix: str) -> Arrays:
    return {f"{prefix}.t_ns": poses.t_ns, f"{prefix}.world_from_box": poses.poses.matrix}


def _actor_record(actor: Actor) -> _ActorRecord:
    track = actor.track
    return _ActorRecord(
        actor.number,
        track.id,
        track.actor_class,
        track.source_label,
        track.size_m,
        track.max_gap_s,
        track.margin_s,
        track.attributes,
    )


def _actor(row: _ActorRecord, arrays: Arrays) -> Actor:
    prefix = f"actor.{row.number}"
    track = Track(
        id=row.id,
        actor_class=row.actor_class,
        source_label=row.source_label,
        poses=PoseTrack(arrays[f"{prefix}.t_ns"], Pose(arrays[f"{prefix}.world_from_box"])),
        size_m=row.size_m,
        max_gap_s=row.max_gap_s,
        margin_s=row.margin_s,
        attributes=row.attributes,
    )
    return Actor(row.number, track, _cloud(arrays, prefix), _coverage(arrays.get(f"{prefix}.px_per_m")))


def _coverage(px_per_m: NDArray[Any] | None) -> Coverage | None:
    if px_per_m is None:
        return None
    if px_per_m.shape != (len(BANDS), AZIMUTHS) or not np.isfinite(px_per_m).all():
        raise ValueError("coverage: values that are not finite, or too few")
    return Coverage(px_per_m)


def _observed(arrays: Arrays) -> ObservedSpace | None:
    own = {name.removeprefix("observed."): values for name, values in arrays.items() if name.startswith("observed.")}
    return ObservedSpace.unpacked(own) if own else None
