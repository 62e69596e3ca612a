"""Edits of a city drive as values: what is to be another truth.

Coordinates are the city's own, which are those of the tables that `write_city` writes
(`DrivingLog.source_from_world` leads there from an opened log). Tracks are named by their id.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, model_validator

from core.city.actors import ActorKind
from core.city.spec import WeatherName


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimedPose(_Edit):
    """A place on the ground: for actors below the box centre, for the ego below the rear axle."""

    t_s: FiniteFloat
    x_m: FiniteFloat
    y_m: FiniteFloat
    heading_rad: FiniteFloat
    ground_m: FiniteFloat = 0.0


class Span(_Edit):
    """A time in which a shift holds; it fades in before and out after over `blend_s`."""

    from_s: FiniteFloat
    to_s: FiniteFloat
    blend_s: Annotated[float, Field(gt=0)] = 1.0


class Shift(_Edit):
    """How far something is moved in its own frame, at each instant."""

    ahead_m: FiniteFloat = 0.0
    left_m: FiniteFloat = 0.0
    turn_rad: FiniteFloat = 0.0
    span: Span | None = None  # None: the whole drive


class MoveActor(_Edit):
    edit: Literal["move"] = "move"
    track: str
    shift: Shift


class RemoveActor(_Edit):
    edit: Literal["remove"] = "remove"
    track: str


class _Posed(_Edit):
    poses: tuple[TimedPose, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> _Posed:
        times = [pose.t_s for pose in self.poses]
        if any(b <= a for a, b in pairwise(times)):
            raise ValueError("the times of the poses do not increase")
        return self


class AddActor(_Posed):
    """A new actor. One pose: it stands there all the time; several: it exists from the first to the last."""

    edit: Literal["add"] = "add"
    name: str
    kind: ActorKind
    seed: int = Field(default=0, ge=0)


class RetrackActor(_Posed):
    """Another track for an actor."""

    edit: Literal["retrack"] = "retrack"
    track: str


class ShiftEgo(_Edit):
    edit: Literal["shift_ego"] = "shift_ego"
    shift: Shift


class DriveEgo(_Posed):
    """Another ego path."""

    edit: Literal["drive_ego"] = "drive_ego"


class SetWeather(_Edit):
    edit: Literal["weather"] = "weather"
    weather: WeatherName


Edit = Annotated[
    MoveActor | RemoveActor | AddActor | RetrackActor | ShiftEgo | DriveEgo | SetWeather, Field(discriminator="edit")
]
EDITS: TypeAdapter[tuple[Edit, ...]] = TypeAdapter(tuple[Edit, ...])
"""Reads and writes lists of edits as JSON."""
