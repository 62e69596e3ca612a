"""The road network of a city: everything that meshing, painting and driving need to know.

Frame: the city's world, metres, z up; the roads are level at z = 0, kerb tops lie at `KERB_HEIGHT_M`.
Every road has a reference line, a `Curve` along the middle of its carriageway. Places on a road are
(s, offset): metres along that line, metres to its left. Side +1 is left of the line, -1 right of it.
Traffic keeps right, so lanes that run along the line (`direction` +1) have negative offsets.

Across a road, from the middle outwards: carriageway, kerb stone, verge (may be 0 wide), pavement, then
`setback_m` of gardens or nothing, then the building fronts.

Between junctions a road is a plain strip (`RoadNetwork.stretches`). A junction is the area inside its arms'
mouths, bounded by one ribbon of pavement (`Corner`) from each arm to the next, counter-clockwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.city.signals import GROUPS_PER_PLAN, Phase, SignalPlan, SignalState
from core.geometry.curve import Curve

Floats = NDArray[np.float64]

KERB_HEIGHT_M = 0.12
KERB_WIDTH_M = 0.15
MAIN = 0
"""Number of the main road."""

WARM_UP_S = 8.0
"""Traffic runs this long before a log starts."""
EGO_START_M = 12.0
"""Where the ego is along the main road at that time."""


class District(StrEnum):
    DOWNTOWN = "downtown"  # tall fronts at the pavement, shops
    RESIDENTIAL = "residential"  # terraced or detached houses, front gardens, hedges
    SUBURBAN = "suburban"  # low, far apart, much green


class LaneUse(StrEnum):
    DRIVE = "drive"
    BICYCLE = "bicycle"
    PARKING = "parking"


class MarkStyle(StrEnum):
    SOLID = "solid"
    DASHED = "dashed"
    DOUBLE = "double"  # two solid lines, one line width apart


class MarkColour(StrEnum):
    WHITE = "white"
    YELLOW = "yellow"


class Control(StrEnum):
    SIGNALS = "signals"
    PRIORITY = "priority"  # the side street gives way


@dataclass(frozen=True)
class ProfileLane:
    """One lane in the cross section."""

    use: LaneUse
    direction: int  # +1 along the reference line, -1 against it
    right_m: float  # offsets of its borders from the reference line; right_m < left_m
    left_m: float

    @property
    def centre_m(self) -> float:
        return (self.right_m + self.left_m) / 2

    @property
    def width_m(self) -> float:
        return self.left_m - self.right_m


@dataclass(frozen=True)
class Mark:
    """A painted line along the road. Dashes start at s = 0; lines end at the stop lines and crosswalks."""

    offset_m: float  # of its middle
    style: MarkStyle
    colour: MarkColour = MarkColour.WHITE
    width_m: float = 0.12  # of each single line
    dash_m: float = 3.0
    gap_m: float = 5.0


@dataclass(frozen=True)
class Roadside:
    """What lies beyond the kerb stone, widths outwards."""

    verge_m: float  # grass with trees; 0 where there is none
    pavement_m: float
    setback_m: float  # from the back of the pavement to the building fronts


@dataclass(frozen=True)
class RoadProfile:
    """A cross section, the same along the whole road."""

    lanes: tuple[ProfileLane, ...]  # from right to left
    marks: tuple[Mark, ...]
    right_kerb_m: float  # offsets of the carriageway's edges; right < 0 < left
    left_kerb_m: float
    right: Roadside
    left: Roadside

    def roadside(self, side: int) -> Roadside:
        return self.left if side > 0 else self.right

    def kerb_m(self, side: int) -> float:
        """Offset of the edge of the carriageway."""
        return self.left_kerb_m if side > 0 else self.right_kerb_m

    def pavement_m(self, side: int) -> tuple[float, float]:
        """Offsets of the pavement's near and far edge; verge and kerb stone lie before the near one."""
        beyond = self.roadside(side)
        near = KERB_WIDTH_M + beyond.verge_m
        return self.kerb_m(side) + side * near, self.kerb_m(side) + side * (near + beyond.pavement_m)

    def back_m(self, side: int) -> float:
        """Offset of the back of the pavement."""
        return self.pavement_m(side)[1]

    def driving(self, direction: int, use: LaneUse = LaneUse.DRIVE) -> tuple[ProfileLane, ...]:
        """Lanes of one use and direction, from the middle of the road outwards."""
        found = [lane for lane in self.lanes if lane.use is use and lane.direction == direction]
        return tuple(sorted(found, key=lambda lane: abs(lane.centre_m)))


@dataclass(frozen=True)
class Stretch:
    """A piece of a road, from_m < to_m along its reference line."""

    from_m: float
    to_m: float

    @property
    def length_m(self) -> float:
        return self.to_m - self.from_m


@dataclass(frozen=True)
class DistrictStretch(Stretch):
    district: District


@dataclass(frozen=True, eq=False)
class Road:
    name: str
    curve: Curve  # reference line
    profile: RoadProfile
    speed_limit_mps: float
    districts: tuple[DistrictStretch, ...]  # cover the road from 0 to its length

    def points(self, s_m: ArrayLike, offset_m: ArrayLike = 0.0, z_m: ArrayLike = 0.0) -> Floats:
        """World points (..., 3) at places along and beside the reference line."""
        s, offset, z = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (s_m, offset_m, z_m)))
        points = self.curve.at(s) + offset[..., None] * self.curve.left(s)
        points[..., 2] = z
        return points

    def district_at(self, s_m: float) -> District:
        return next((part.district for part in self.districts if s_m < part.to_m), self.districts[-1].district)


@dataclass(frozen=True)
class Arm:
    """One road leaving a junction."""

    road: int
    mouth_m: float  # s where the junction ends and the plain strip begins
    outward: int  # +1: away from the junction is along the reference line

    def side(self, left: bool) -> int:
        """Which side of the road lies left (or right) for someone who looks out of the junction."""
        return self.outward if left else -self.outward


@dataclass(frozen=True, eq=False)
class Corner:
    """The ribbon of pavement from one arm's mouth to the next arm's; both lines run the same way.

    For two arms of one road (the far side of a T) the ribbon is a straight piece of that road's pavement.
    """

    kerb_m: Floats  # (n, 3) edge of the carriageway, z = 0
    back_m: Floats  # (n, 3) back of the pavement, z = 0; point i belongs to kerb point i
    plain: bool  # no corner: both arms are the same road going on


@dataclass(frozen=True, eq=False)
class Junction:
    centre_m: Floats  # (3,) where the reference lines meet
    main_s_m: float  # the same place along the main road
    control: Control
    arms: tuple[Arm, ...]  # counter-clockwise, the first is the main road in its own direction
    corners: tuple[Corner, ...]  # corner i leads from arm i to arm i + 1
    outline_m: Floats  # (n, 3) counter-clockwise border of the carriageway; mouths are straight across
    first_group: int | None  # number of its first signal group, None without signals

    def group(self, phase: Phase) -> int | None:
        return None if self.first_group is None else self.first_group + phase


@dataclass(frozen=True)
class Crosswalk(Stretch):
    """A pedestrian crossing from kerb to kerb, between two cross sections of a road."""

    road: int
    group: int | None  # pedestrian signal group; None: vehicles give way
    junction: int | None


@dataclass(frozen=True)
class StopLine:
    """A transverse line over all lanes of one direction."""

    road: int
    s_m: float
    direction: int  # of the lanes that it is for
    group: int | None  # vehicle signal group
    junction: int | None  # None: only for a crosswalk
    width_m: float = 0.4
    gives_way: bool = False  # side street without signals


@dataclass(frozen=True)
class SignalHead:
    """Lamps on a post at the back of the kerb, or hung over the carriageway."""

    base_m: tuple[float, float, float]  # foot of the post
    facing_rad: float  # heading in which the lamps shine
    reach_m: float  # length of the mast arm over the carriageway; 0 for lamps on the post
    group: int
    for_pedestrians: bool


@dataclass(frozen=True)
class BusStop(Stretch):
    road: int
    side: int  # where the shelter stands


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Roads, what joins them, and what regulates them. Road 0 is the main road, which the ego drives along."""

    roads: tuple[Road, ...]
    junctions: tuple[Junction, ...]
    crosswalks: tuple[Crosswalk, ...]
    stop_lines: tuple[StopLine, ...]
    signal_heads: tuple[SignalHead, ...]
    signal_plans: tuple[SignalPlan, ...]
    bus_stops: tuple[BusStop, ...]

    @property
    def main(self) -> Road:
        return self.roads[MAIN]

    def signal_state(self, group: int, t_s: float) -> SignalState:
        """What a signal group shows; the same for every caller and every edit."""
        return self.signal_plans[group // GROUPS_PER_PLAN].state(Phase(group % GROUPS_PER_PLAN), t_s)

    def stretches(self, road: int) -> list[Stretch]:
        """The plain strips of a road, in order: all of it but the insides of its junctions."""
        edges = [0.0, self.roads[road].curve.length_m]
        for junction in self.junctions:
            mouths = sorted((arm.outward, arm.mouth_m) for arm in junction.arms if arm.road == road)
            edges += [mouth for _, mouth in mouths]
            if len(mouths) == 1:
                # A street that begins at a T has no strip between the middle of the main road and its mouth.
                edges.remove(0.0)
        edges.sort()
        return [Stretch(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    def kept_clear(self, road: int, margin_m: float = 0.0) -> list[Stretch]:
        """Where nobody may park: junctions, crosswalks with their stop lines, bus stops; in order, disjoint."""
        inside = self.stretches(road)
        gaps = [Stretch(a.to_m, b.from_m) for a, b in pairwise(inside)]
        gaps += [Stretch(-1e3, inside[0].from_m), Stretch(inside[-1].to_m, self.roads[road].curve.length_m + 1e3)]
        gaps += [Stretch(walk.from_m - 4.0, walk.to_m + 4.0) for walk in self.crosswalks if walk.road == road]
        gaps += [stop for stop in self.bus_stops if stop.road == road]
        merged: list[Stretch] = []
        for gap in sorted(gaps, key=lambda gap: gap.from_m):
            start, end = gap.from_m - margin_m, gap.to_m + margin_m
            if merged and start <= merged[-1].to_m:
                merged[-1] = Stretch(merged[-1].from_m, max(end, merged[-1].to_m))
            else:
                merged.append(Stretch(start, end))
        return merged
