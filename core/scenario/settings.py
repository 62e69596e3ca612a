"""What a scenario says beside its actors: rig, weather and light, clean-up of splats, marks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, field_validator, model_validator

from core.geometry import Camera, camera_from_dict
from core.scenario.behaviours import EgoPath, Replay
from core.scenario.model import Part, Placement, Vector

WeatherName = Literal["clear", "overcast", "rain", "fog", "snow", "dusk", "night"]


class EgoEdit(Part):
    """Where the ego drives, and how fast."""

    path: EgoPath = Replay()


class Conditions(Part):
    """Weather and light for the generator; what is None stays as recorded."""

    weather: WeatherName | None = None
    intensity: float = Field(default=0.5, ge=0.0, le=1.0)  # of rain, fog or snow
    sun_azimuth_rad: float | None = None  # where the light comes from, counter-clockwise from the world's x
    sun_elevation_rad: float | None = None
    text: str = ""  # further words for the generator


class CameraEdit(Part):
    """What the user made of one camera of the rig; what is None stays as recorded."""

    on: bool = True
    ego_from_camera: Placement | None = None
    lens: dict[str, JsonValue] | None = None  # as `Camera.to_dict` writes it

    @field_validator("lens", mode="before")
    @classmethod
    def _is_a_lens(cls, lens: Any) -> Any:
        # A UserError is no ValueError: it passes through pydantic as it is, with field and remedy.
        return (
            lens.to_dict() if isinstance(lens, Camera) else None if lens is None else camera_from_dict(lens).to_dict()
        )

    @property
    def camera(self) -> Camera | None:
        return None if self.lens is None else camera_from_dict(self.lens)


class Sphere(Part):
    kind: Literal["sphere"] = "sphere"
    centre_m: Vector
    radius_m: float = Field(gt=0.0)


class BoxRegion(Part):
    kind: Literal["box"] = "box"
    place: Placement
    size_m: Vector


class Stroke(Part):
    """What a round brush went over: everything within its radius of the line through points."""

    kind: Literal["stroke"] = "stroke"
    points_m: tuple[Vector, ...] = Field(min_length=1)
    radius_m: float = Field(gt=0.0)
    spares: bool = False  # whether it takes away from what the regions before it have chosen


class Runs(Part):
    """Splats by number: runs of (first, count) in the scene whose hash is given, and in no other."""

    kind: Literal["runs"] = "runs"
    scene_hash: str
    runs: tuple[tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]], ...]


Region = Annotated[Sphere | BoxRegion | Stroke | Runs, Field(discriminator="kind")]


class Cleanup(Part):
    """Splats that are deleted, hidden, or given to an actor.

    Regions are in the frame of those who own the splats: the world for the static ones, an actor's box for its own.
    """

    action: Literal["delete", "hide", "assign"]
    regions: tuple[Region, ...] = Field(min_length=1)  # in order: each adds its splats, a sparing stroke drops them
    of: str | None = None  # the actor whose splats are meant; None: the static ones
    to: str | None = None  # the actor who gets them; None: the static world
    t_s: float = 0.0  # when static splats and the actor's were in the right places to each other
    to_from_of: Placement | None = None  # how they were to each other then, edited; None: as recorded

    @model_validator(mode="after")
    def _moves(self) -> Cleanup:
        if self.action == "assign" and self.of == self.to:
            raise ValueError("splats are given to who has them")
        return self


class Mark(Part):
    """A place in time with a note."""

    t_s: float
    text: str = ""


class Span(Part):
    """The stretch of time that the scenario is about: in and out."""

    from_s: float
    to_s: float

    @model_validator(mode="after")
    def _is_one(self) -> Span:
        if self.to_s <= self.from_s:
            raise ValueError("the end of a stretch is not after its start")
        return self
