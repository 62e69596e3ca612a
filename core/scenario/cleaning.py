"""Which splats are left of a scene after its clean-up, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose
from core.scenario.references import scene_hash
from core.scenario.settings import BoxRegion, Cleanup, Region, Runs, Sphere
from core.scene import Scene
from core.splats import GaussianCloud

Mask = NDArray[np.bool_]
NOBODY = -1
"""The number of a splat that was given to its owner: runs of the scene's numbers do not mean it."""


@dataclass(frozen=True, eq=False)
class CleanedSplats:
    """The clouds of a scene after its clean-up, and what of it could not be done."""

    static: GaussianCloud
    actors: Mapping[str, GaussianCloud]  # by id, in the frames of their boxes
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Held:
    """Splats of one owner, with their numbers in its cloud of the scene."""

    cloud: GaussianCloud
    numbers: NDArray[np.int64]

    def chosen(self, mask: Mask) -> _Held:
        return _Held(self.cloud[mask], self.numbers[mask])

    def with_guests(self, guests: GaussianCloud) -> _Held:
        numbers = np.concatenate([self.numbers, np.full(len(guests), NOBODY)])
        return _Held(GaussianCloud.concatenated([self.cloud, guests]), numbers)


def cleaned_splats(scene: Scene, cleanups: Sequence[Cleanup]) -> CleanedSplats:
    """Apply clean-ups in order. What the scene does not have, or had when it was another one, is left alone."""
    held: dict[str | None, _Held] = {None: _all_of(scene.static)}
    held |= {actor.track.id: _all_of(actor.cloud) for actor in scene.actors}
    warnings: list[str] = []
    own_hash = scene_hash(scene) if any(isinstance(r, Runs) for c in cleanups for r in c.regions) else ""
    for cleanup in cleanups:
        strange = next((name for name in (cleanup.of, cleanup.to) if name not in held), None)
        if strange is not None:
            warnings.append(f"The scene has no actor {strange!r} whose splats could be edited")
            continue
        if any(isinstance(region, Runs) and region.scene_hash != own_hash for region in cleanup.regions):
            warnings.append("Splats were chosen one by one in another scene; those are left alone")
        source = held[cleanup.of]
        meant = _meant(source, cleanup.regions, own_hash)
        if cleanup.action == "assign":
            move = _frame(scene, cleanup.to, cleanup.t_s).inverse() @ _frame(scene, cleanup.of, cleanup.t_s)
            held[cleanup.to] = held[cleanup.to].with_guests(source.cloud[meant].moved(move))
        held[cleanup.of] = source.chosen(~meant)
    clouds = {name: part.cloud for name, part in held.items() if name is not None}
    return CleanedSplats(held[None].cloud, clouds, tuple(warnings))


def splats_in(cloud: GaussianCloud, regions: Sequence[Region]) -> Mask:
    """Which splats (n,) have their middle in any of the regions, which are in the frame of the cloud."""
    return _meant(_all_of(cloud), regions, "")


def runs_of(mask: Mask, scene: Scene) -> Runs:
    """The splats of a mask (n,) as runs of numbers."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    runs = [(int(first), int(end - first)) for first, end in edges.reshape(-1, 2)]
    return Runs(scene_hash=scene_hash(scene), runs=tuple(runs))


def _all_of(cloud: GaussianCloud) -> _Held:
    return _Held(cloud, np.arange(len(cloud)))


def _meant(held: _Held, regions: Sequence[Region], own_hash: str) -> Mask:
    meant = np.zeros(len(held.numbers), bool)
    for region in regions:
        match region:
            case Sphere():
                away = held.cloud.means_m - np.asarray(region.centre_m, np.float32)
                meant |= (away**2).sum(-1) <= region.radius_m**2
            case BoxRegion():
                meant |= Box(region.place.pose, region.size_m).contains(held.cloud.means_m)
            case Runs() if region.scene_hash == own_hash:
                for first, count in region.runs:
                    meant |= (held.numbers >= first) & (held.numbers < first + count)
    return meant


def _frame(scene: Scene, actor_id: str | None, t_s: float) -> Pose:
    """world_from_owner at a time, as recorded; where an actor was next if it was not there then."""
    if actor_id is None:
        return Pose.identity()
    actor = next(actor for actor in scene.actors if actor.track.id == actor_id)
    return actor.track.poses.at(scene.t_ns(t_s))
