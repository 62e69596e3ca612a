"""What the user made of one actor."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.logs import ActorClass
from core.scenario.behaviours import Behaviour, Replay
from core.scenario.model import Part, Placement

Size = tuple[
    Annotated[float, Field(gt=0.0)],
    Annotated[float, Field(gt=0.0)],
    Annotated[float, Field(gt=0.0)],
]


class CopyOf(Part):
    """A twin of a recorded actor: its splats, its box, its recorded track."""

    kind: Literal["copy"] = "copy"
    actor: str


class OfAsset(Part):
    """An actor from elsewhere. Its splats lie with the project, under the hash of their content; what is said here is
    enough for everything but pictures. Without a hash it is a box without splats."""

    kind: Literal["asset"] = "asset"
    asset: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    name: str
    actor_class: ActorClass
    source_label: str = ""
    size_m: Size
    licence: str = "unknown"
    source: str = ""  # the log that it was taken from
    attributes: dict[str, str] = Field(default_factory=dict)


class Inserted(Part):
    """That an actor is not of the log, and where it comes from."""

    serial: int = Field(ge=1)  # unique in a scenario, kept for life
    origin: Annotated[CopyOf | OfAsset, Field(discriminator="kind")]


class ActorEdit(Part):
    """What the user made of one actor; as it is made here, nothing.

    The placement moves the recorded track as a whole, in the world; an inserted asset stands where it says. A
    behaviour other than replay starts from that, or states where the actor is by itself.
    """

    inserted: Inserted | None = None
    removed: bool = False  # is nowhere, and no longer listed with the others
    hidden: bool = False  # is nowhere until it is shown again
    name: str | None = None
    actor_class: ActorClass | None = None
    group: str | None = None
    placement: Placement | None = None
    behaviour: Behaviour = Replay()

    @property
    def is_present(self) -> bool:
        return not (self.removed or self.hidden)


UNTOUCHED = ActorEdit()


def copy_name(name: str) -> str:
    """What a twin is called; nothing if its original is not called anything."""
    return f"{name} (copy)" if name else ""
