"""What is known of a take and of its chunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from core.jwm.misfit import Sighting
from core.scenario.model import Part

Coupling = Literal["joint", "serial", "generation", "reconstruction"]


class TakePlan(Part):
    """What a run is asked for."""

    parent: int | None = None  # number of the take whose head it shares
    first_frame: int = Field(default=0, ge=0)  # of its own; those before are its parent's
    frames: int = Field(gt=0)  # that it shall have, those of its parent among them
    coupling: Coupling
    steps: int = Field(gt=0)
    seed: int = Field(ge=0)
    weather: str | None = None
    scenario_hash: str  # of the document that it shows
    edits: tuple[str, ...] = ()  # titles of all steps since the recording
    log_name: str
    licence: str  # of the recording

    @model_validator(mode="after")
    def _begins_within(self) -> TakePlan:
        if (self.parent is None) != (self.first_frame == 0):
            raise ValueError("a take that begins later has a parent, and only such a one")
        if self.first_frame >= self.frames:
            raise ValueError("a take has frames of its own")
        return self


class TakeCamera(Part):
    name: str
    width: int = Field(gt=0)  # pixels of its pictures
    height: int = Field(gt=0)


class Take(TakePlan):
    """A run that has begun."""

    schema_version: Literal[1] = 1
    number: int = Field(ge=1)
    cameras: tuple[TakeCamera, ...] = Field(min_length=1)
    models: Mapping[str, str] = Field(default_factory=dict)  # hash of each network or scene, by role
    made_s: float  # of the epoch
    version: str  # of Driftless

    @property
    def title(self) -> str:
        return f"Take {self.number}"


class Chunk(Part):
    """Frames of a take that were made at once."""

    begin: int = Field(ge=0)  # number of the first frame, counted from the first of the whole take
    t_s: tuple[float, ...] = Field(min_length=1)  # of its frames, since the log's start
    fired_s: Mapping[str, tuple[float, ...]] = Field(default_factory=dict)  # the same of each camera's pictures
    wait_s: float = 0.0
    conditions_s: float = 0.0
    model_s: float = 0.0
    decode_s: float = 0.0
    feedback_s: float = 0.0
    sightings: tuple[Sighting, ...] = ()  # of actors in its pictures

    @property
    def end(self) -> int:
        return self.begin + len(self.t_s)


class KeptChunk(Chunk):
    """A chunk whose pictures lie on the disk: (offset, length) in bytes, camera by camera of frame after frame."""

    places: tuple[tuple[int, int], ...]
