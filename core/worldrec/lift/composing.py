"""All splats of a scene in the making, at the time of a view."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.logs.box_table import BoxTable
from core.scene import Actor
from core.splats import GaussianCloud
from core.splats.cloud import quaternion_product


@dataclass(frozen=True, eq=False)
class Assembly:
    """The static world and its actors as one table of splats, the static ones first, then actor by actor."""

    static: GaussianCloud
    actors: Sequence[Actor]

    def parts(self) -> list[slice]:
        """Where in the table the static splats are, and those of each actor."""
        lengths = [len(self.static), *(len(actor.cloud) for actor in self.actors)]
        borders = np.cumsum([0, *lengths]).tolist()
        return [slice(a, b) for a, b in itertools.pairwise(borders)]

    @cached_property
    def _moving(self) -> GaussianCloud:
        return GaussianCloud.concatenated([actor.cloud for actor in self.actors])

    @cached_property
    def _table(self) -> BoxTable:
        return BoxTable([actor.track for actor in self.actors])

    @cached_property
    def _owners(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.actors)), [len(actor.cloud) for actor in self.actors])

    @cached_property
    def _at(self) -> dict[int, tuple[GaussianCloud, NDArray[np.int64]]]:
        """What was asked before: all cameras ask for the same times, again in each round."""
        return {}

    def at(self, t_ns: int) -> tuple[GaussianCloud, NDArray[np.int64]]:
        """The splats (n,) that exist at a time, in the world, and their places (n,) in the table."""
        if t_ns not in self._at:
            self._at[t_ns] = self._placed(t_ns)
        return self._at[t_ns]

    def _placed(self, t_ns: int) -> tuple[GaussianCloud, NDArray[np.int64]]:
        there, poses = self._table.poses_at(t_ns)
        if not there.any():
            return self.static, np.arange(len(self.static))
        turns = poses.quaternion
        chosen = np.flatnonzero(there[self._owners])
        cloud, owners = self._moving[chosen], self._owners[chosen]
        means = np.einsum("nij,nj->ni", poses.rotation[owners], cloud.means_m) + poses.translation[owners]
        turned = quaternion_product(turns[owners], cloud.quaternions)
        moved = replace(cloud, means_m=means.astype(np.float32), quaternions=turned.astype(np.float32))
        whole = GaussianCloud.concatenated([self.static, moved])
        return whole, np.concatenate([np.arange(len(self.static)), len(self.static) + chosen])
