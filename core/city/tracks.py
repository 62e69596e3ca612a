"""The true track of one actor of the city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.city.actors import STANDING, ActorKind
from core.geometry import Pose, PoseTrack

CYCLE_M = {
    ActorKind.PEDESTRIAN: 1.45,
    ActorKind.CYCLIST: 4.2,
    ActorKind.DOG: 0.75,
    ActorKind.CAT: 0.5,
    ActorKind.DEER: 1.8,
}
"""Metres that one cycle of a gait covers; other kinds have none."""

_PHASES = 8
_STANDING_MPS = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class CityTrack:
    """Where an actor is over time. It exists from its first to its last pose; times count from the log's start."""

    id: str  # 32 hexadecimal digits; also the instance token in a written log
    name: str
    kind: ActorKind
    seed: int  # of its looks
    instance: int  # 1-based, unique in the drive
    size_m: tuple[float, float, float]  # length, width, height
    poses: PoseTrack  # world_from_box, origin at the box centre
    braking: NDArray[np.bool_]  # (n,) at each pose
    parked: bool = False  # nobody drives it

    @property
    def start_ns(self) -> int:
        return int(self.poses.t_ns[0])

    @property
    def end_ns(self) -> int:
        return int(self.poses.t_ns[-1])

    def exists_at(self, t_ns: int) -> bool:
        return self.start_ns <= t_ns <= self.end_ns

    def pose_at(self, t_ns: int) -> Pose:
        return self.poses.at(t_ns)

    def braking_at(self, t_ns: int) -> bool:
        return bool(self.braking[max(int(np.searchsorted(self.poses.t_ns, t_ns, side="right")) - 1, 0)])

    def speed_at(self, t_ns: int) -> float:
        """Speed in m/s over the piece between two poses that holds this time."""
        times = self.poses.t_ns
        if len(times) < 2:
            return 0.0
        after = int(np.clip(np.searchsorted(times, t_ns, side="right"), 1, len(times) - 1))
        step = self.poses.poses.translation[after] - self.poses.poses.translation[after - 1]
        return float(np.linalg.norm(step) / ((times[after] - times[after - 1]) * 1e-9))

    def phase_at(self, t_ns: int) -> float:
        """Place in the gait in a few steps, so that meshes can be shared; `STANDING` at rest, 0 without a gait."""
        cycle_m = CYCLE_M.get(self.kind)
        if cycle_m is None:
            return 0.0
        if self.speed_at(t_ns) < _STANDING_MPS:
            return STANDING
        at = float(np.interp(t_ns, self.poses.t_ns, self._travelled_m))
        return int(at / cycle_m * _PHASES + self.seed) % _PHASES / _PHASES

    @cached_property
    def _travelled_m(self) -> NDArray[np.float64]:
        """Metres (n,) that the actor has gone at each pose."""
        steps = np.linalg.norm(np.diff(self.poses.poses.translation, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])
