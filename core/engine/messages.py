"""What goes over the pipe: orders to the engine, answers from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from core.engine.requests import Message
from core.errors import UserError

Arrays = dict[str, NDArray[Any]]


class ArrayRef(Message):
    """Where an array lies: a slot of the sender's shared memory, and the bytes in it."""

    slot: int
    offset: int
    shape: tuple[int, ...]
    dtype: str


class Ask(Message):
    type: Literal["ask"] = "ask"
    job: int
    generation: int
    kind: str
    place: str | None
    outdates: bool
    body: dict[str, Any]


class Cancel(Message):
    type: Literal["cancel"] = "cancel"
    job: int


class Pause(Message):
    """Let a job that runs wait between its steps, or go on."""

    type: Literal["pause"] = "pause"
    job: int
    paused: bool


class NewGeneration(Message):
    type: Literal["generation"] = "generation"
    generation: int


class Taken(Message):
    """The arrays of a slot were copied; the sender may use it again."""

    type: Literal["taken"] = "taken"
    slot: int


class Shutdown(Message):
    type: Literal["shutdown"] = "shutdown"


class Answer(Message):
    job: int
    generation: int


class Started(Answer):
    type: Literal["started"] = "started"


class Progress(Answer):
    type: Literal["progress"] = "progress"
    fraction: float = Field(ge=0.0, le=1.0)
    text: str = ""


class Partial(Answer):
    """Something to show already."""

    type: Literal["partial"] = "partial"
    value: dict[str, Any]
    arrays: dict[str, ArrayRef]


class Result(Answer):
    type: Literal["result"] = "result"
    value: dict[str, Any]
    arrays: dict[str, ArrayRef]


class Failed(Answer):
    """The fields of a `UserError`."""

    type: Literal["failed"] = "failed"
    what: str
    path: Path | None = None
    field: str | None = None
    remedy: str | None = None

    @classmethod
    def of(cls, error: UserError, *, job: int, generation: int) -> Failed:
        told = {"what": error.what, "path": error.path, "field": error.field, "remedy": error.remedy}
        return cls(job=job, generation=generation, **told)

    @property
    def error(self) -> UserError:
        return UserError(self.what, path=self.path, field=self.field, remedy=self.remedy)


class Cancelled(Answer):
    type: Literal["cancelled"] = "cancelled"
    superseded: bool = False  # by a newer request for the same place, or by a new generation


class Said(Message):
    """A line for the log file."""

    type: Literal["said"] = "said"
    level: int
    logger: str
    text: str


Order = Ask | Cancel | Pause | NewGeneration | Taken | Shutdown
JobAnswer = Started | Progress | Partial | Result | Failed | Cancelled

ORDER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="type")])
ANSWER: TypeAdapter[JobAnswer | Said] = TypeAdapter(Annotated[JobAnswer | Said, Field(discriminator="type")])


@dataclass(frozen=True, eq=False)
class Event:
    """An answer as the asker gets it: with typed values and arrays of its own."""

    answer: JobAnswer
    value: Message | None = None  # of the request's type, for `Partial` and `Result`
    arrays: Arrays = field(default_factory=dict)

    @property
    def final(self) -> bool:
        return isinstance(self.answer, Result | Failed | Cancelled)
