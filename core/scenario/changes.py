"""What a command does to one part of a scenario: what it was, what it is then."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from core.scenario.actors import ActorEdit
from core.scenario.document import Scenario
from core.scenario.model import Part
from core.scenario.references import LogReference, SceneReference
from core.scenario.settings import CameraEdit, Cleanup, Conditions, EgoEdit, Mark, Span

T = TypeVar("T")


class _Whole(Part, Generic[T]):
    """Another value of a field."""

    part: str
    before: T
    after: T

    @property
    def place(self) -> tuple[str, str]:
        return self.part, ""

    def found_in(self, scenario: Scenario) -> object:
        return getattr(scenario, self.part)

    def put(self, scenario: Scenario, value: object) -> Scenario:
        return scenario.with_part(self.part, value)


class _Entry(Part, Generic[T]):
    """Another entry of a table; None where there is none."""

    part: str
    key: str
    before: T | None
    after: T | None

    @property
    def place(self) -> tuple[str, str]:
        return self.part, self.key

    def found_in(self, scenario: Scenario) -> object:
        return getattr(scenario, self.part).get(self.key)

    def put(self, scenario: Scenario, value: object) -> Scenario:
        return scenario.with_entry(self.part, self.key, value)


class ActorChange(_Entry[ActorEdit]):
    part: Literal["actors"] = "actors"


class CameraChange(_Entry[CameraEdit]):
    part: Literal["cameras"] = "cameras"


class CleanupChange(_Entry[Cleanup]):
    part: Literal["cleanups"] = "cleanups"


class MarkChange(_Entry[Mark]):
    part: Literal["marks"] = "marks"


class EgoChange(_Whole[EgoEdit]):
    part: Literal["ego"] = "ego"


class ConditionsChange(_Whole[Conditions]):
    part: Literal["conditions"] = "conditions"


class SpanChange(_Whole[Span | None]):
    part: Literal["span"] = "span"


class NameChange(_Whole[str]):
    part: Literal["name"] = "name"


class LogChange(_Whole[LogReference]):
    part: Literal["log"] = "log"


class SceneChange(_Whole[SceneReference | None]):
    part: Literal["scene"] = "scene"


Change = Annotated[
    ActorChange
    | CameraChange
    | CleanupChange
    | MarkChange
    | EgoChange
    | ConditionsChange
    | SpanChange
    | NameChange
    | LogChange
    | SceneChange,
    Field(discriminator="part"),
]

_ENTRIES = (ActorChange, CameraChange, CleanupChange, MarkChange)
_WHOLES = (EgoChange, ConditionsChange, SpanChange, NameChange, LogChange, SceneChange)


def changes_between(before: Scenario, after: Scenario) -> tuple[Change, ...]:
    """Exactly the parts in which two scenarios differ."""
    found: list[Change] = []
    for entry in _ENTRIES:
        part = entry.model_fields["part"].default
        old, new = getattr(before, part), getattr(after, part)
        if old is new:
            continue
        keys = [*old, *(key for key in new if key not in old)]
        differing = (key for key in keys if old.get(key) != new.get(key))
        found += [entry(key=key, before=old.get(key), after=new.get(key)) for key in differing]
    for whole in _WHOLES:
        part = whole.model_fields["part"].default
        old, new = getattr(before, part), getattr(after, part)
        if old != new:
            found.append(whole(before=old, after=new))
    return tuple(found)
