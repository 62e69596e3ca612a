"""What each class of road user can do."""

from __future__ import annotations

from pydantic import Field

from core.logs import ActorClass
from core.scenario.motion.parameters import Parameters, Positive

Limit = Positive


class Limits(Parameters):
    """Beyond these a motion is no longer believable: the limits of tyres, engines and legs, not of comfort."""

    curvature_1pm: Limit = Field(description="the tightest turn")
    lateral_mps2: Limit
    acceleration_mps2: Limit
    braking_mps2: Limit
    jerk_mps3: Limit
    time_to_collision_s: Limit = 1.0
    off_road_m: Limit = 0.3  # beyond the drivable area; recorded maps are not exact to the centimetre


CAR_LIMITS = Limits(curvature_1pm=0.2, lateral_mps2=6.0, acceleration_mps2=5.0, braking_mps2=8.0, jerk_mps3=15.0)
_LORRY = Limits(curvature_1pm=0.12, lateral_mps2=3.5, acceleration_mps2=2.0, braking_mps2=6.0, jerk_mps3=10.0)
_MOTORCYCLE = Limits(curvature_1pm=0.35, lateral_mps2=7.0, acceleration_mps2=7.0, braking_mps2=8.0, jerk_mps3=20.0)
_BICYCLE = Limits(curvature_1pm=0.6, lateral_mps2=4.0, acceleration_mps2=2.0, braking_mps2=5.0, jerk_mps3=12.0)
# Somebody on foot turns on the spot and belongs on the pavement.
_ON_FOOT = Limits(
    curvature_1pm=1e3,
    lateral_mps2=5.0,
    acceleration_mps2=4.0,
    braking_mps2=5.0,
    jerk_mps3=30.0,
    time_to_collision_s=0.5,
    off_road_m=1e6,
)

LIMITS: dict[ActorClass, Limits] = {
    ActorClass.CAR: CAR_LIMITS,
    ActorClass.VAN: CAR_LIMITS,
    ActorClass.TRUCK: _LORRY,
    ActorClass.BUS: _LORRY,
    ActorClass.TRAILER: _LORRY,
    ActorClass.MOTORCYCLE: _MOTORCYCLE,
    ActorClass.BICYCLE: _BICYCLE,
    ActorClass.PEDESTRIAN: _ON_FOOT,
    ActorClass.ANIMAL: _ON_FOOT,
}
"""Of the classes that move by themselves; others are free."""
