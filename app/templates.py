"""Manoeuvres that are offered as templates: their parameters with sensible defaults, and the motion that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import UserError
from core.logs import Track
from core.scenario import EGO, EditedDrive, EgoPath, editing
from core.scenario.motion import (
    Bend,
    ChangeSpeed,
    CutIn,
    Delay,
    Follow,
    HardBrake,
    LaneChange,
    Overtake,
    Stop,
    StopAt,
    cut_in,
    follow,
    hard_brake,
    overtake,
    stop_at,
)
from widgets.parameter_card import Choice, Number, Parameter, Values
from widgets.path_model import ShownPath

_SIDES = (("left", "Left"), ("right", "Right"))
_MOST_LEADERS = 8
_AHEAD_M = 120.0
_BESIDE_M = 2.5  # of the ego's path, and an actor is in its lane


@dataclass(frozen=True)
class Occasion:
    """For whom, in what, and when a template is wanted."""

    drive: EditedDrive
    shown: ShownPath
    motion: EgoPath  # of the shown one, in the document
    t_s: float  # the playhead, within the path

    @property
    def speed_mps(self) -> float:
        return float(np.interp(self.t_s, self.shown.t_s, self.shown.speed_mps))

    @property
    def end_s(self) -> float:
        return float(self.shown.t_s[-1])

    def leaders(self) -> list[Track]:
        """The actors ahead of the ego, those nearest to its path and then to itself first."""
        t_ns = self.drive.log.t_ns(self.t_s)
        ego_from_world = self.drive.ego.at(t_ns).inverse()
        found = []
        for track, box in self.drive.as_driven.boxes_at(t_ns):
            place = box.world_from_box.translation
            ahead = float(ego_from_world.apply(place[None])[0, 0])
            beside = float(np.linalg.norm(self.shown.points_m[:, :2] - place[:2], axis=-1).min())
            if 0.0 < ahead < _AHEAD_M:
                found.append((beside > _BESIDE_M, ahead, track))
        return [track for *_, track in sorted(found, key=lambda row: row[:2])][:_MOST_LEADERS]


@dataclass(frozen=True)
class Template:
    """One manoeuvre. `make` raises a UserError where it cannot be driven."""

    id: str
    text: str
    icon: str
    tip: str
    of_ego: bool
    of_actors: bool
    parameters: Callable[[Occasion], list[Parameter]]
    make: Callable[[Occasion, Values], tuple[Bend, ...]]

    def fits(self, who: str) -> bool:
        return self.of_ego if who == EGO else self.of_actors

    def motion(self, occasion: Occasion, values: Values) -> EgoPath:
        """
        Raises:
            UserError: it cannot be driven like that, or the motion is no recorded one.
        """
        editing.bends_of(occasion.motion)
        return editing.with_bends(occasion.motion, self.make(occasion, values))


def _when(occasion: Occasion, *, later_s: float = 0.0, title: str = "From") -> Number:
    first, last = float(occasion.shown.t_s[0]), occasion.end_s
    at_s = min(max(occasion.t_s + later_s, first), last)
    name = "at_s" if title == "At" else "from_s"
    return Number(name, title, "s", round(at_s, 1), round(first, 1), round(last, 1), 0.1)


def _over(seconds: float) -> Number:
    return Number("over_s", "Takes", "s", seconds, 0.5, 20.0)


def _brakes(mps2: float) -> Number:
    return Number("deceleration_mps2", "Brakes with", "m/s²", mps2, 0.5, 12.0)


def _stand() -> Number:
    return Number("stand_s", "Stands", "s", -1.0, -1.0, 600.0, 1.0, "for good")


def _stands_s(values: Values) -> float | None:
    stand_s = float(values["stand_s"])
    return None if stand_s < 0 else stand_s


def _numbers(values: Values, *names: str) -> dict[str, float]:
    return {name: float(values[name]) for name in names}


def _cut_in(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    side = "left" if values["side"] == "left" else "right"
    template = CutIn(side=side, **_numbers(values, "at_s", "gap_m", "over_s"))
    track = occasion.drive.track(occasion.shown.who)
    return cut_in(track, occasion.drive.ego, template, start_ns=occasion.shown.start_ns)


def _hard_brake(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    return hard_brake(HardBrake(stand_s=_stands_s(values), **_numbers(values, "at_s", "deceleration_mps2")))


def _lane_change(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    side = "left" if values["side"] == "left" else "right"
    offset_m = float(values["offset_m"])
    return (LaneChange(side=side, offset_m=offset_m or None, **_numbers(values, "from_s", "over_s")),)


def _change_speed(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    return (ChangeSpeed(**_numbers(values, "from_s", "speed_mps", "over_s")),)


def _delay(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    return (Delay(**_numbers(values, "from_s", "delay_s")),)


def _stop(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    return (Stop(stand_s=_stands_s(values), **_numbers(values, "from_s", "deceleration_mps2")),)


def _stop_at(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    shown = occasion.shown
    here = np.interp(occasion.t_s, shown.t_s, shown.driven_m)
    t_s = float(np.interp(here + float(values["ahead_m"]), shown.driven_m, shown.t_s))
    x_m, y_m, _ = shown.at(t_s).tolist()
    template = StopAt(x_m=x_m, y_m=y_m, stand_s=_stands_s(values), **_numbers(values, "deceleration_mps2"))
    return stop_at(occasion.drive.ego, template, start_ns=shown.start_ns)


def _follow(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    template = Follow(**_numbers(values, "from_s", "gap_m", "headway_s", "over_s"))
    return follow(occasion.drive.ego, _leader(occasion, values), template, start_ns=occasion.shown.start_ns)


def _overtake(occasion: Occasion, values: Values) -> tuple[Bend, ...]:
    side = "left" if values["side"] == "left" else "right"
    template = Overtake(side=side, **_numbers(values, "from_s", "speed_mps", "gap_m", "over_s"))
    return overtake(occasion.drive.ego, _leader(occasion, values), template, start_ns=occasion.shown.start_ns)


def _leader(occasion: Occasion, values: Values) -> Track:
    if not occasion.drive.knows(str(values["actor"])):
        raise UserError("Nobody is ahead of the ego", field="actor", remedy="Move the playhead to another time.")
    return occasion.drive.track(str(values["actor"]))


def _ahead(occasion: Occasion) -> Choice:
    named = tuple((track.id, occasion.drive.name(track.id)) for track in occasion.leaders())
    return Choice("actor", "Actor", named or (("", "Nobody is ahead"),))


TEMPLATES = (
    Template(
        "cut_in",
        "Cut in…",
        "call-merge",
        "The selected actor comes from the side and is close before the ego at a time",
        False,
        True,
        lambda occasion: [
            Choice("side", "From the", _SIDES),
            _when(occasion, later_s=3.0, title="At"),
            Number("gap_m", "Gap", "m", 8.0, 0.0, 100.0),
            _over(3.0),
        ],
        _cut_in,
    ),
    Template(
        "hard_brake",
        "Brake hard…",
        "car-brake-alert",
        "The selected actor brakes as hard as it can",
        False,
        True,
        lambda occasion: [
            _when(occasion, title="At"),
            _brakes(7.0),
            _stand(),
        ],
        _hard_brake,
    ),
    Template(
        "lane_change",
        "Change lanes…",
        "swap-horizontal",
        "The ego or the selected actor changes to the next lane",
        True,
        True,
        lambda occasion: [
            Choice("side", "To the", _SIDES),
            _when(occasion),
            _over(4.0),
            Number("offset_m", "By", "m", 0.0, 0.0, 20.0, 0.5, "one lane"),
        ],
        _lane_change,
    ),
    Template(
        "change_speed",
        "Change speed…",
        "speedometer",
        "The ego or the selected actor brakes or speeds up, and holds that speed",
        True,
        True,
        lambda occasion: [
            Number("speed_mps", "To", "m/s", round(0.7 * occasion.speed_mps, 1), 0.0, 60.0),
            _when(occasion),
            _over(3.0),
        ],
        _change_speed,
    ),
    Template(
        "delay",
        "Delay…",
        "timer-sand",
        "The selected actor comes later, or earlier where the time is negative",
        False,
        True,
        lambda occasion: [Number("delay_s", "By", "s", 1.0, -60.0, 60.0), _when(occasion)],
        _delay,
    ),
    Template(
        "stop",
        "Stop…",
        "hand-back-right-outline",
        "The selected actor brakes to a stand",
        False,
        True,
        lambda occasion: [
            _when(occasion),
            _brakes(3.0),
            _stand(),
        ],
        _stop,
    ),
    Template(
        "stop_at",
        "Stop ahead…",
        "car-brake-hold",
        "The ego comes to a stand at a place ahead of where it is now",
        True,
        False,
        lambda occasion: [
            Number("ahead_m", "Ahead", "m", 30.0, 1.0, 500.0, 1.0),
            _brakes(4.0),
            _stand(),
        ],
        _stop_at,
    ),
    Template(
        "follow",
        "Follow…",
        "car-multiple",
        "The ego keeps its distance to an actor ahead",
        True,
        False,
        lambda occasion: [
            _ahead(occasion),
            _when(occasion),
            Number("gap_m", "Gap", "m", 3.0, 0.0, 100.0),
            Number("headway_s", "Headway", "s", 1.5, 0.0, 10.0, 0.1),
            _over(4.0),
        ],
        _follow,
    ),
    Template(
        "overtake",
        "Overtake…",
        "arrow-decision-outline",
        "The ego passes an actor ahead and comes back before it",
        True,
        False,
        lambda occasion: [
            _ahead(occasion),
            _when(occasion),
            Number("speed_mps", "Speed", "m/s", round(1.4 * occasion.speed_mps + 2.0, 1), 0.5, 60.0),
            Choice("side", "To the", _SIDES),
            Number("gap_m", "Gap", "m", 6.0, 0.0, 100.0),
            _over(2.5),
        ],
        _overtake,
    ),
)
