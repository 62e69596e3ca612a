"""Actors as assets: taken out of one scene, kept in a folder, put into another.

An asset is a folder: `asset.json` says what it is, `splats.ply` holds its splats in the frame of its box, x forward,
y left, z up. (`driftless convert-splats ASSET/splats.ply OUT --source-axes zup` turns it for other programs.)
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, TypeAdapter

from core.errors import UserError
from core.geometry import PoseTrack
from core.logs import ActorClass, Track
from core.logs.json_file import read_json
from core.scene.coverage import AZIMUTHS, BANDS, Coverage
from core.scene.scene import Actor, Scene, alive
from core.scene.scene_files import swap_in
from core.splats import GaussianCloud, Provenance
from core.splats.files import read_splats, write_splats
from core.splats.files.axes import ZUP

VERSION = 1
WHAT, SPLATS = "asset.json", "splats.ply"


@dataclass(frozen=True, eq=False, kw_only=True)
class Asset:
    """An actor without a track."""

    name: str
    actor_class: ActorClass
    source_label: str  # what the data set calls it
    size_m: tuple[float, float, float]  # length, width, height of its box
    cloud: GaussianCloud  # in the frame of the box
    coverage: Coverage | None
    licence: str
    source: str  # the log that it was taken from
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class _Record:
    version: int
    name: str
    actor_class: ActorClass
    source_label: str
    size_m: tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    axes: str
    licence: str
    source: str
    px_per_m: list[list[FiniteFloat]] | None
    generated: str  # base64 of a bit for each splat, in order
    attributes: dict[str, str] = field(default_factory=dict)


def save_asset(
    actor: Actor, folder: str | Path, *, licence: str = "unknown", source: str = "", t_s: float | None = None
) -> Path:
    """Write an actor into a folder, made if it is not there; an earlier asset in it is replaced.

    Args:
        actor: of any scene.
        folder: where to.
        licence: of the log that it comes from, as its scene says.
        source: that log.
        t_s: splats that live for a while only are kept as they are at this time; all of them, for ever, if None.

    Raises:
        UserError: the folder cannot be written, or the actor has no splats.
    """
    folder = Path(folder)
    cloud = actor.cloud if t_s is None else alive(actor.cloud, t_s)
    cloud = replace(cloud, lifespans_s=None, owners=None)[cloud.opacities > 0]
    if not len(cloud):
        raise UserError(f"{actor.track.id} has no splats", path=folder, field="actor", remedy="Choose another actor.")
    track = actor.track
    record = _Record(
        version=VERSION,
        name=track.id,
        actor_class=track.actor_class,
        source_label=track.source_label,
        size_m=track.size_m,
        axes=ZUP,
        licence=licence,
        source=source,
        px_per_m=None if actor.coverage is None else actor.coverage.px_per_m.tolist(),
        generated=_bits(cloud),
        attributes=track.attributes,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_splats(cloud, folder / SPLATS, axes=ZUP, file_axes=ZUP)
        swap_in(folder / WHAT, TypeAdapter(_Record).dump_json(record, indent=1))
    except OSError as error:
        raise UserError(f"The asset cannot be written ({error.strerror})", path=folder) from error
    return folder


def load_asset(folder: str | Path) -> Asset:
    """Read an asset from its folder.

    Raises:
        UserError: a file is missing or damaged, or the two do not fit together; names file and field.
    """
    folder = Path(folder)
    path = folder / WHAT
    record = read_json(path, _Record)
    if record.version > VERSION:
        raise UserError("The asset is of a newer version", path=path, field="version", remedy="Update.")
    if min(record.size_m) <= 0:
        raise UserError("A box has no size", path=path, field="size_m", remedy="Save the asset again.")
    cloud = read_splats(folder / SPLATS, axes=ZUP, file_axes=record.axes)
    return Asset(
        name=record.name,
        actor_class=record.actor_class,
        source_label=record.source_label,
        size_m=record.size_m,
        cloud=replace(cloud, provenance=_provenance(record.generated, len(cloud), path)),
        coverage=_coverage(record.px_per_m, path),
        licence=record.licence,
        source=record.source,
        attributes=record.attributes,
    )


def asset_of(scene: Scene, actor: Actor) -> Asset:
    """An actor of a scene as an asset, without writing it."""
    track = actor.track
    return Asset(
        name=track.id,
        actor_class=track.actor_class,
        source_label=track.source_label,
        size_m=track.size_m,
        cloud=actor.cloud,
        coverage=actor.coverage,
        licence=scene.licence,
        source=scene.source,
        attributes=track.attributes,
    )


def with_asset(scene: Scene, asset: Asset, poses: PoseTrack, *, track_id: str | None = None) -> Scene:
    """The scene with an asset as a new, last actor.

    Args:
        scene: any.
        asset: what to insert.
        poses: world_from_box, where its box is over time, in the scene's world and clock.
        track_id: of the new actor; by default the asset's name, with a number if that is taken.

    Returns:
        A scene whose licence also names that of the asset.

    Raises:
        ValueError: the scene has an actor of that id already.
    """
    taken = {actor.track.id for actor in scene.actors}
    if track_id in taken:
        raise ValueError(f"there is an actor {track_id!r} already")
    track = Track(
        id=track_id or _free_name(asset.name, taken),
        actor_class=asset.actor_class,
        source_label=asset.source_label,
        poses=poses,
        size_m=asset.size_m,
        max_gap_s=float(poses.t_ns[-1] - poses.t_ns[0]) / 1e9,
        attributes=asset.attributes | {"asset": asset.source or asset.name},
    )
    number = 1 + max((actor.number for actor in scene.actors), default=0)
    actors = (*scene.actors, Actor(number, track, asset.cloud, asset.coverage))
    licence = scene.licence
    if asset.licence not in licence:
        licence = f"{licence}; {track.id}: {asset.licence}"
    return replace(scene, actors=actors, licence=licence)


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"


def _bits(cloud: GaussianCloud) -> str:
    provenance = np.zeros(len(cloud), np.uint8) if cloud.provenance is None else cloud.provenance
    return base64.b64encode(np.packbits(provenance == Provenance.GENERATED).tobytes()).decode("ascii")


def _provenance(bits: str, count: int, path: Path) -> NDArray[np.uint8]:
    try:
        packed = np.frombuffer(base64.b64decode(bits, validate=True), np.uint8)
    except binascii.Error as error:
        raise UserError("A field is damaged", path=path, field="generated", remedy="Save the asset again.") from error
    if len(packed) != -(-count // 8):
        raise UserError(
            f"The asset does not belong to its {count} splats", path=path, field="generated", remedy="Copy both files."
        )
    generated = np.unpackbits(packed, count=count).astype(bool)
    return np.where(generated, Provenance.GENERATED, Provenance.OBSERVED).astype(np.uint8)


def _coverage(px_per_m: list[list[float]] | None, path: Path) -> Coverage | None:
    if px_per_m is None:
        return None
    if len(px_per_m) != len(BANDS) or any(len(row) != AZIMUTHS for row in px_per_m):
        what = f"The coverage is no table of {len(BANDS)} × {AZIMUTHS} numbers"
        raise UserError(what, path=path, field="px_per_m", remedy="Save the asset again.")
    return Coverage(np.array(px_per_m, np.float32))
