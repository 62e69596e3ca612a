"""The scene: a static world, actors that move through it, and the sky."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose
from core.logs import Track
from core.logs.box_table import BoxTable
from core.scene.coverage import Coverage
from core.scene.exposure import Exposure
from core.scene.observed_space import ObservedSpace
from core.scene.sky import Sky
from core.scene.stretches import Stretch
from core.splats import STATIC, GaussianCloud

NS_PER_S = 1_000_000_000
ENDS = 3.5
"""Standard deviations at which a splat of any opacity has ended: rasterisers leave out what is below 1/255."""


@dataclass(frozen=True, eq=False)
class Actor:
    """One movable road user: splats, box and track as one."""

    number: int  # from 1, unique in its scene; the owner of its splats
    track: Track
    cloud: GaussianCloud  # in the frame of the box: origin at its centre, x forward, y left, z up
    coverage: Coverage | None = None  # which of its sides cameras saw; None if nobody looked

    @cached_property
    def reach_m(self) -> float:
        """From the middle of the box to its farthest corner, or to where the last of its splats ends."""
        corner_m = float(np.linalg.norm(self.track.size_m)) / 2
        ends_m = np.linalg.norm(self.cloud.means_m, axis=1) + ENDS * self.cloud.scales_m.max(1, initial=0.0)
        return max(corner_m, float(ends_m.max(initial=0.0)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Scene:
    """What reconstruction made of a log. World frame and clock are those of the log."""

    name: str
    start_ns: int  # the log's first time: t_s = 0
    duration_s: float
    static: GaussianCloud  # world coordinates
    actors: tuple[Actor, ...] = ()
    sky: Sky
    licence: str = "unknown"
    source: str = ""  # the log that it was made of, as `open_log` takes it
    window_s: Stretch | None = None  # the stretch of the log that it was made of; None if nobody noted it
    observed: ObservedSpace | None = None  # which space cameras saw; None if nobody looked
    exposures: Mapping[str, Exposure] = field(default_factory=dict)  # of cameras by name; without one, as it is shown
    px_per_rad: Mapping[str, float] = field(default_factory=dict)  # of the images it was made of, by camera, if noted

    def __len__(self) -> int:
        """The number of splats, all actors included."""
        return len(self.static) + sum(len(actor.cloud) for actor in self.actors)

    @cached_property
    def box_table(self) -> BoxTable:
        """All boxes of the actors in one table, a track for each."""
        return BoxTable([actor.track for actor in self.actors])

    @cached_property
    def reaches_m(self) -> NDArray[np.float64]:
        """How far each actor (n,) reaches from the middle of its box."""
        return np.array([actor.reach_m for actor in self.actors])

    def t_ns(self, t_s: float) -> int:
        return self.start_ns + round(t_s * NS_PER_S)

    def boxes_at(self, t_s: float) -> list[tuple[Actor, Box]]:
        """All actors that exist at a time, with their boxes."""
        found = self.box_table.at(self.t_ns(t_s))
        return [(self.actors[row], box) for row, box in zip(found.rows.tolist(), found.boxes(), strict=True)]

    def actor_poses_at(self, t_s: float) -> dict[int, Pose]:
        """Number → world_from_actor of the actors that exist at a time."""
        return {actor.number: box.world_from_box for actor, box in self.boxes_at(t_s)}

    def at(self, t_s: float) -> GaussianCloud:
        """All splats that exist at a time, in world coordinates, each with its owner."""
        there = self.box_table.at(self.t_ns(t_s))
        actors = [self.actors[row] for row in there.rows]
        moving = GaussianCloud.placed([owned(actor.cloud, actor.number) for actor in actors], there.world_from_box)
        # Outside of the log everything is as it was at its end; only tracks may be known further.
        return alive(
            GaussianCloud.concatenated([owned(self.static, STATIC), moving]), min(max(t_s, 0.0), self.duration_s)
        )

    def driven_by(self, tracks: Iterable[Track]) -> Scene:
        """The scene whose actors move as tracks of their ids do; others stay as they are."""
        known = {track.id: track for track in tracks}
        actors = (replace(actor, track=known.get(actor.track.id, actor.track)) for actor in self.actors)
        return replace(self, actors=tuple(actors))


def owned(cloud: GaussianCloud, number: int) -> GaussianCloud:
    return replace(cloud, owners=np.full(len(cloud), number, dtype=np.int32))


def alive(cloud: GaussianCloud, t_s: float) -> GaussianCloud:
    """Opacities faded by the splats' lifespans."""
    return cloud if cloud.lifespans_s is None else replace(cloud, opacities=cloud.opacities * cloud.fading_at(t_s))
