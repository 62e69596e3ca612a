"""The scenario: all edits of a user on top of a log and a scene, as one value."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from core.scenario.actors import UNTOUCHED, ActorEdit
from core.scenario.migrations import VERSION, migrated
from core.scenario.model import Part, told
from core.scenario.references import LogReference, SceneReference
from core.scenario.settings import CameraEdit, Cleanup, Conditions, EgoEdit, Mark, Span


class Scenario(Part):
    """The document. Tables hold only what the user touched; none is ever changed in place."""

    schema_version: Literal[1] = VERSION
    name: str
    log: LogReference
    scene: SceneReference | None = None
    actors: Mapping[str, ActorEdit] = Field(default_factory=dict)  # by id: of the log's track, or its own if inserted
    ego: EgoEdit = EgoEdit()
    conditions: Conditions = Conditions()
    cameras: Mapping[str, CameraEdit] = Field(default_factory=dict)  # by name
    cleanups: Mapping[str, Cleanup] = Field(default_factory=dict)  # by number as text; applied in this order
    marks: Mapping[str, Mark] = Field(default_factory=dict)
    span: Span | None = None  # None: all of the log

    @model_validator(mode="after")
    def _serials_differ(self) -> Scenario:
        serials = Counter(edit.inserted.serial for edit in self.actors.values() if edit.inserted is not None)
        if any(count > 1 for count in serials.values()):
            raise ValueError("two inserted actors have the same serial number")
        return self

    def actor(self, actor_id: str) -> ActorEdit:
        """What the user made of an actor; nothing yet, for one that is not in the table."""
        return self.actors.get(actor_id, UNTOUCHED)

    def with_part(self, part: str, value: Any) -> Scenario:
        """The scenario with another value of a field."""
        return self.model_copy(update={part: value})

    def with_entry(self, table: str, key: str, value: Any) -> Scenario:
        """The scenario with another entry of a table; without it for None."""
        entries = {**getattr(self, table), key: value}
        if value is None:
            del entries[key]
        return self.model_copy(update={table: entries})

    def with_actor(self, actor_id: str, edit: ActorEdit) -> Scenario:
        """The scenario with an actor's edit; one that says nothing is not kept."""
        return self.with_entry("actors", actor_id, None if edit == UNTOUCHED else edit)

    def to_json(self, *, indent: int | None = None) -> str:
        """One text for equal documents: keys sorted, numbers at full length."""
        return canonical_json(self.model_dump(mode="json"), indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, *, path: Any = None) -> Scenario:
        """Read a document of this or an earlier version; `path` only names the file in an error.

        Raises:
            UserError: it is damaged, or of a newer version.
        """
        values = migrated(text, path=path)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise told(error, "The scenario is damaged", path=path) from error

    @property
    def document_hash(self) -> str:
        """64 hexadecimal digits, the same for equal documents only, wherever their log and scene lie."""
        values = self.model_dump(mode="json", exclude={"log": {"path"}, "scene": {"path"}})
        return hashlib.sha256(canonical_json(values).encode()).hexdigest()


def canonical_json(values: Any, *, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(values, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=separators, indent=indent)
