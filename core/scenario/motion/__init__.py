"""How actors and the ego move: pure functions over poses, times and the lane map.

Goal: an engineer bends what was recorded, or draws anew, and sees at once what it means; by hand, with numbers.

Owns: bends of recorded tracks, authored paths, speed profiles, templates, reacting actors, snapping to lanes and
ground, feasibility, trust, ego paths as CSV and JSON. Every edit of a motion is a frozen value with units in its field
names (`Bend`, `AuthoredPath`, …) that a scenario keeps and a journal writes.
Does not own: the document and its commands (`core.scenario`), Qt, rendering.

Decisions
- A bend is applied to a smooth drive along a smooth line behind the recorded poses. What the smoothing took away (box
  jitter, pitch, roll, side slip) is put back unchanged, so a bend adds no noise, two opposite bends cancel exactly,
  and where nothing is bent the poses are the recorded ones to the last digit.
- Bends are applied in their order, each to the drive that the one before it left: a lane change after a delay happens
  at its own time, not at a delayed one.
- Nothing changes before a bend's `from_s`: what was generated up to there stays valid.
- Pedals are not switches: speeds change with bounded jerk.
- Speed profiles are monotone between their knots, so that a dragged knot never makes anyone reverse.
- What can be driven is judged by the limits of tyres, engines and legs, class by class, on numbers that box jitter does
  not disturb; what can be trusted by one formula with its reasons (`trust`). Both are told with their numbers.
- Beyond a log's end the log itself is prolonged, before any edit, so that every edit goes on too. At constant speed:
  whoever wants traffic that heeds others lets it react.
- There is one intelligent-driver model, that of the city's traffic.
- What does not change while a path is dragged (`Traffic`, `Road`, `LaneIndex`, `Ground`) is prepared once.
- Seconds count from the start of the log; `start_ns` says when that was, because tracks keep recorded times.
"""

from core.scenario.motion.authored import AuthoredPath, Handle, authored_poses, authored_track
from core.scenario.motion.bending import bent_path, bent_track
from core.scenario.motion.bends import BENDS, Bend, ChangeSpeed, Delay, LaneChange, Retime, Shift, Stop
from core.scenario.motion.ego_box import EGO_FRONT_M, EGO_REAR_M, EGO_SIZE_M, ego_from_box
from core.scenario.motion.ego_files import read_ego_path, write_ego_path
from core.scenario.motion.feasibility import UNITS, Feasibility, Kind, Violation, feasibility
from core.scenario.motion.lane_index import Ground, LaneIndex, LaneSpot
from core.scenario.motion.limits import CAR_LIMITS, LIMITS, Limits
from core.scenario.motion.prolonging import prolonged
from core.scenario.motion.reactive import Reactive, reacting
from core.scenario.motion.speed import (
    DistanceKnot,
    Progress,
    SpeedOverDistance,
    SpeedOverTime,
    SpeedProfile,
    TimeKnot,
    from_arrivals,
    over_distance,
    over_time,
)
from core.scenario.motion.stretches import cut_out
from core.scenario.motion.surroundings import Road, Traffic
from core.scenario.motion.templates import (
    CutIn,
    Follow,
    HardBrake,
    Overtake,
    StopAt,
    cut_in,
    follow,
    hard_brake,
    overtake,
    stop_at,
)
from core.scenario.motion.trust import Trust, camera_trust
from core.scenario.motion.verdict import GRAVITY, TRUSTED, Verdict, told

__all__ = [
    "BENDS",
    "CAR_LIMITS",
    "EGO_FRONT_M",
    "EGO_REAR_M",
    "EGO_SIZE_M",
    "GRAVITY",
    "LIMITS",
    "TRUSTED",
    "UNITS",
    "AuthoredPath",
    "Bend",
    "ChangeSpeed",
    "CutIn",
    "Delay",
    "DistanceKnot",
    "Feasibility",
    "Follow",
    "Ground",
    "Handle",
    "HardBrake",
    "Kind",
    "LaneChange",
    "LaneIndex",
    "LaneSpot",
    "Limits",
    "Overtake",
    "Progress",
    "Reactive",
    "Retime",
    "Road",
    "Shift",
    "SpeedOverDistance",
    "SpeedOverTime",
    "SpeedProfile",
    "Stop",
    "StopAt",
    "TimeKnot",
    "Traffic",
    "Trust",
    "Verdict",
    "Violation",
    "authored_poses",
    "authored_track",
    "bent_path",
    "bent_track",
    "camera_trust",
    "cut_in",
    "cut_out",
    "ego_from_box",
    "feasibility",
    "follow",
    "from_arrivals",
    "hard_brake",
    "over_distance",
    "over_time",
    "overtake",
    "prolonged",
    "reacting",
    "read_ego_path",
    "stop_at",
    "told",
    "write_ego_path",
]
