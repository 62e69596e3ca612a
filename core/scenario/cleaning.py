"""Which splats are left of a scene after its clean-up, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from core.geometry import Pose
from core.scenario.choosing import Mask, Places
from core.scenario.memo import Memo
from core.scenario.references import scene_hash
from core.scenario.settings import Cleanup, Region, Runs
from core.scene import Scene
from core.splats import GaussianCloud


@dataclass(frozen=True, eq=False)
class CleanedSplats:
    """The clouds of a scene after its clean-up, and what of it could not be done."""

    static: GaussianCloud
    actors: Mapping[str, GaussianCloud]  # by id, in the frames of their boxes
    warnings: tuple[str, ...]


@dataclass(eq=False)
class _Held:
    """Splats that came to one owner together. None is moved before the end: only what is left of them changes."""

    cloud: GaussianCloud
    name: object  # the same for the same cloud whenever the clean-up is done again
    has_numbers: bool = False  # whether they are the owner's from the beginning, so that runs of numbers mean them
    left: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.left = np.ones(len(self.cloud), bool)

    def meant(self, regions: Sequence[Region], own_hash: str, memo: Memo) -> Mask:
        """Which (n,) regions choose, gone ones too."""
        places = memo.get(("places", self.name), (self.cloud,), lambda: Places(self.cloud.means_m))
        mask = np.zeros(len(self.cloud), bool)
        for region in regions:
            if not isinstance(region, Runs):
                places.mark(region, mask)
            elif self.has_numbers and region.scene_hash == own_hash:
                for first, count in region.runs:
                    mask[first : first + count] = True
        return mask

    def rest(self) -> GaussianCloud:
        return self.cloud if self.left.all() else self.cloud[self.left]


def cleaned_splats(scene: Scene, cleanups: Sequence[Cleanup], memo: Memo | None = None) -> CleanedSplats:
    """Apply clean-ups in order. What the scene does not have, or had when it was another one, is left alone.

    With a memo, only what is new since the last time is looked for.
    """
    memo = memo or Memo()
    held: dict[str | None, list[_Held]] = {None: [_Held(scene.static, None, has_numbers=True)]}
    held |= {actor.track.id: [_Held(actor.cloud, actor.track.id, has_numbers=True)] for actor in scene.actors}
    warnings: list[str] = []
    own_hash = scene_hash(scene) if any(isinstance(r, Runs) for c in cleanups for r in c.regions) else ""
    for number, cleanup in enumerate(cleanups):
        strange = next((name for name in (cleanup.of, cleanup.to) if name not in held), None)
        if strange is not None:
            warnings.append(f"The scene has no actor {strange!r} whose splats could be edited")
            continue
        if any(isinstance(region, Runs) and region.scene_hash != own_hash for region in cleanup.regions):
            warnings.append("Splats were chosen one by one in another scene; those are left alone")
        for part in list(held[cleanup.of]):
            made = partial(part.meant, cleanup.regions, own_hash, memo)
            meant = memo.get(("meant", number, part.name), (part.cloud, *cleanup.regions), made)
            if cleanup.action == "assign":
                guests = part.cloud[meant & part.left].moved(_between(scene, cleanup))
                held[cleanup.to].append(_Held(guests, (number, part.name)))
            part.left &= ~meant
    clouds = {name: _rest(parts) for name, parts in held.items()}
    return CleanedSplats(clouds.pop(None), {str(name): cloud for name, cloud in clouds.items()}, tuple(warnings))


def runs_of(mask: Mask, scene: Scene) -> Runs:
    """The splats of a mask (n,) as runs of numbers."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    runs = [(int(first), int(end - first)) for first, end in edges.reshape(-1, 2)]
    return Runs(scene_hash=scene_hash(scene), runs=tuple(runs))


def _rest(parts: Sequence[_Held]) -> GaussianCloud:
    """All that an owner has in the end; the same cloud as ever if nothing came or went."""
    own, *guests = (part.rest() for part in parts)
    return GaussianCloud.concatenated([own, *guests]) if any(len(guest) for guest in guests) else own


def _between(scene: Scene, cleanup: Cleanup) -> Pose:
    """to_from_of of an assignment."""
    if cleanup.to_from_of is not None:
        return cleanup.to_from_of.pose
    return _frame(scene, cleanup.to, cleanup.t_s).inverse() @ _frame(scene, cleanup.of, cleanup.t_s)


def _frame(scene: Scene, actor_id: str | None, t_s: float) -> Pose:
    """world_from_owner at a time, as recorded; where an actor was next if it was not there then."""
    if actor_id is None:
        return Pose.identity()
    actor = next(actor for actor in scene.actors if actor.track.id == actor_id)
    return actor.track.poses.at(scene.t_ns(t_s))
