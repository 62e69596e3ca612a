"""Traffic lights: states as pure functions of time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class SignalState(IntEnum):
    RED = 0
    AMBER = 1
    GREEN = 2


class Phase(IntEnum):
    """The four groups of one junction, in this order within its `SignalPlan`."""

    MAIN = 0  # vehicles along the main road
    SIDE = 1  # vehicles along the side street
    WALK_OVER_MAIN = 2  # pedestrians who cross the main road
    WALK_OVER_SIDE = 3  # pedestrians who cross the side street


GROUPS_PER_PLAN = len(Phase)


@dataclass(frozen=True)
class SignalPlan:
    """One cycle: main green, amber, all red, side green, amber, all red."""

    main_green_s: float
    side_green_s: float
    offset_s: float  # time at which a main green begins
    amber_s: float = 3.0
    all_red_s: float = 2.0
    clearance_s: float = 10.0  # pedestrians get red this long before the vehicles that go with them

    @property
    def cycle_s(self) -> float:
        return self.main_green_s + self.side_green_s + 2 * (self.amber_s + self.all_red_s)

    def state(self, phase: Phase, t_s: float) -> SignalState:
        over_main = phase in (Phase.SIDE, Phase.WALK_OVER_MAIN)
        into = (t_s - self.offset_s) % self.cycle_s
        if over_main:
            into = (into - self.main_green_s - self.amber_s - self.all_red_s) % self.cycle_s
        green_s = self.side_green_s if over_main else self.main_green_s
        if phase in (Phase.WALK_OVER_MAIN, Phase.WALK_OVER_SIDE):
            return SignalState.GREEN if into < green_s - self.clearance_s else SignalState.RED
        if into < green_s:
            return SignalState.GREEN
        return SignalState.AMBER if into < green_s + self.amber_s else SignalState.RED
