"""What a journal says, line by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import UserError
from core.scenario.command import Command
from core.scenario.document import Scenario, canonical_json
from core.scenario.migrations import VERSION, upgraded
from core.scenario.model import Part


class Start(Part):
    """The document that the lines after it are about."""

    kind: Literal["start"] = "start"
    scenario: Scenario


class Do(Part):
    kind: Literal["do"] = "do"
    command: Command


class Undo(Part):
    kind: Literal["undo"] = "undo"


class Redo(Part):
    kind: Literal["redo"] = "redo"


class Saved(Part):
    """The document was saved as it is here."""

    kind: Literal["saved"] = "saved"
    document_hash: str


Entry = Annotated[Start | Do | Undo | Redo | Saved, Field(discriminator="kind")]
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)

_HEAD = b'{"check":"'
_BODY = b'","entry":'
_CHECK = 16
FIRST_CHECK = "0" * _CHECK


@dataclass(frozen=True)
class JournalContent:
    """What was understood of a journal."""

    entries: tuple[Entry, ...]
    size: int  # bytes that hold these entries
    check: str  # that of the last of them, from which the next one's follows
    warnings: tuple[str, ...]


def as_lines(entries: Iterable[Entry], check: str = FIRST_CHECK) -> tuple[bytes, str]:
    """Entries as lines of JSON, after a line of some check, and the check of the last one.

    Each check follows from the line's content and the check before it, so that a line that is cut short, damaged or
    not there is noticed.
    """
    lines = []
    for entry in entries:
        text = canonical_json(entry.model_dump(mode="json")).encode()
        check = _check(check, text)
        lines.append(_HEAD + check.encode() + _BODY + text + b"}\n")
    return b"".join(lines), check


def read_journal(path: Path) -> JournalContent:
    """The entries of a journal, up to the first line that is damaged.

    Raises:
        UserError: it cannot be read, is no journal, or is of a newer version.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"The journal cannot be read ({error.strerror})", path=path) from error
    entries: list[Entry] = []
    size, check = 0, FIRST_CHECK
    lines = content.splitlines(keepends=True)
    for line in lines:
        text = _text(line, check)
        entry = None if text is None else _entry(text, path)
        if text is None or entry is None:
            break
        entries.append(entry)
        size, check = size + len(line), _check(check, text)
    if not entries or not isinstance(entries[0], Start):
        raise UserError("This is no journal, or its first line is damaged", path=path)
    return JournalContent(tuple(entries), size, check, _told_damage(len(lines) - len(entries), len(entries)))


def _told_damage(lost: int, kept: int) -> tuple[str, ...]:
    if not lost:
        return ()
    if lost == 1:
        return ("The last line of the journal was not complete and is left out",)
    return (f"The journal is damaged after its {kept} first lines; the {lost} lines from there on are left out",)


def _check(before: str, text: bytes) -> str:
    return hashlib.sha256(before.encode() + text).hexdigest()[:_CHECK]


def _text(line: bytes, before: str) -> bytes | None:
    """The entry in a line; None if the line is not as it was written."""
    body = len(_HEAD) + _CHECK
    text = line[body + len(_BODY) : -2]
    whole = line.startswith(_HEAD) and line[body : body + len(_BODY)] == _BODY and line.endswith(b"}\n")
    return text if whole and line[len(_HEAD) : body].decode(errors="replace") == _check(before, text) else None


def _entry(text: bytes, path: Path) -> Entry | None:
    values = json.loads(text)
    if values.get("kind") == "start":
        found = values["scenario"].get("schema_version", VERSION)
        values["scenario"] = upgraded(values["scenario"], found, path=path)
    try:
        return _ENTRY.validate_python(values)
    except ValidationError:
        return None
