"""How a recorded track is bent: each bend as a value.

Times are seconds from the start of the log. A bend changes nothing before its `from_s`, and nothing after its `to_s`
that it need not; without `from_s` it holds from the start of the track, without `to_s` to its end. Left is the
actor's own left.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, TypeAdapter, model_validator

from core.scenario.motion.parameters import Parameters, Positive
from core.scenario.motion.speed import SpeedOverTime

Side = Literal["left", "right"]
Speed = Annotated[FiniteFloat, Field(ge=0)]


class _Spanned(Parameters):
    from_s: FiniteFloat | None = None
    to_s: FiniteFloat | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Spanned:
        if self.from_s is not None and self.to_s is not None and self.to_s <= self.from_s:
            raise ValueError("to_s is not after from_s")
        return self


class Shift(_Spanned):
    """Drives beside its recorded path; moves over and back smoothly, within its span."""

    bend: Literal["shift"] = "shift"
    left_m: FiniteFloat
    blend_s: Positive = 3.0


class LaneChange(_Spanned):
    """Changes to the neighbouring lane of the lane map, or by `offset_m` where that is given."""

    bend: Literal["lane_change"] = "lane_change"
    side: Side
    offset_m: Positive | None = None
    from_s: FiniteFloat
    over_s: Positive = 4.0

    @property
    def sign(self) -> float:
        return 1.0 if self.side == "left" else -1.0


class Delay(Parameters):
    """Is everywhere later than recorded, or earlier where negative; slows to half its speed at most on the way there.

    Without `from_s` the whole track is moved in time.
    """

    bend: Literal["delay"] = "delay"
    delay_s: FiniteFloat
    from_s: FiniteFloat | None = None


class ChangeSpeed(_Spanned):
    """Brakes or speeds up to a speed, and holds it."""

    bend: Literal["change_speed"] = "change_speed"
    speed_mps: Speed
    from_s: FiniteFloat
    over_s: Positive = 3.0


class Stop(Parameters):
    """Brakes to a stand, stands, and drives on as fast as it was recorded at that time."""

    bend: Literal["stop"] = "stop"
    from_s: FiniteFloat
    deceleration_mps2: Positive = 3.0
    stand_s: Annotated[FiniteFloat, Field(ge=0)] | None = None  # None: for good
    acceleration_mps2: Positive = 2.0


class Retime(Parameters):
    """Keeps the recorded path and drives it at other speeds from the first knot on; holds the last one's."""

    bend: Literal["retime"] = "retime"
    speed: SpeedOverTime


Bend = Annotated[Shift | LaneChange | Delay | ChangeSpeed | Stop | Retime, Field(discriminator="bend")]
BENDS: TypeAdapter[tuple[Bend, ...]] = TypeAdapter(tuple[Bend, ...])
"""Reads and writes lists of bends as JSON."""
