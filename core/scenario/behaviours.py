"""How an actor or the ego moves: as recorded, or otherwise."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.scenario.model import Part, Placement
from core.scenario.motion import AuthoredPath, Bend, Reactive


class Replay(Part):
    """As recorded; an inserted actor stands where it was put."""

    kind: Literal["replay"] = "replay"


class KeyFrame(Part):
    """Where a box's centre, or the ego's origin, is at one time."""

    t_s: float
    place: Placement


class Keyed(Part):
    """Through key frames, evenly from one to the next; there from the first to the last, for ever with a single one."""

    kind: Literal["keyed"] = "keyed"
    frames: tuple[KeyFrame, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Keyed:
        if any(after.t_s - before.t_s < 1e-6 for before, after in pairwise(self.frames)):
            raise ValueError("the times of key frames do not increase")
        return self


class Bent(Part):
    """As recorded, but for some bends, in their order."""

    kind: Literal["bent"] = "bent"
    bends: tuple[Bend, ...] = Field(min_length=1)


class Authored(Part):
    """Along a path drawn by hand, from its `from_s` on; until then as recorded."""

    kind: Literal["authored"] = "authored"
    path: AuthoredPath


class Reacting(Part):
    """Along some path, but as fast as whoever is ahead on it allows; to all other edits, and to the ego."""

    kind: Literal["reacting"] = "reacting"
    driver: Reactive = Reactive()
    along: Annotated[Replay | Bent | Authored | Keyed, Field(discriminator="kind")] = Replay()


Behaviour = Annotated[Replay | Bent | Authored | Keyed | Reacting, Field(discriminator="kind")]
EgoPath = Annotated[Replay | Bent | Authored | Keyed, Field(discriminator="kind")]
