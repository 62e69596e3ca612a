"""What a project's folder holds, put together from its document and its journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.scenario.document import Scenario
from core.scenario.history import History
from core.scenario.project.entries import Do, Entry, JournalContent, Redo, Saved, Start, Undo, read_journal

DOCUMENT = "scenario.json"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Found:
    """A project as it was left."""

    entries: tuple[Entry, ...]
    history: History
    content: JournalContent | None  # of the journal, to go on with; None if a new one has to be begun with `entries`
    warnings: tuple[str, ...]
    untold: tuple[Entry, ...] = ()  # what happened after the last line of the journal: a save that was cut short


def is_project(folder: Path) -> bool:
    return (folder / DOCUMENT).is_file() or (folder / JOURNAL).is_file()


def saved_document(folder: Path) -> Scenario | None:
    """The document as it was last saved; None if it never was.

    Raises:
        UserError: it cannot be read, is damaged, or of a newer version.
    """
    path = folder / DOCUMENT
    try:
        return Scenario.from_json(path.read_bytes(), path=path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror})", path=path) from error


def read_project(folder: Path) -> Found:
    """The state of a project: what its journal leads to, or its document if the journal does not lead there.

    Raises:
        UserError: there is no project, nothing of it can be read, or it is of a newer version.
    """
    saved = saved_document(folder)
    content, history, damage = None, None, ""
    if (folder / JOURNAL).exists():
        try:
            content = read_journal(folder / JOURNAL)
            history, damage = replayed(content.entries)
        except UserError as error:
            damage = str(error)
    if content is not None and history is not None and not damage:
        if saved is None or _leads_to(content.entries, history, saved):
            return Found(content.entries, history, content, content.warnings, _untold(content.entries, history, saved))
        damage = "The journal does not lead to the saved document"
    return _begun_anew(folder, saved, history, damage)


def _begun_anew(folder: Path, saved: Scenario | None, history: History | None, damage: str) -> Found:
    if saved is not None:
        entries: tuple[Entry, ...] = (Start(scenario=saved), Saved(document_hash=saved.document_hash))
        warnings = (f"{damage} The project is as it was last saved, the journal is set aside",) if damage else ()
        return Found(entries, History(saved), None, warnings)
    if history is not None:
        return Found((Start(scenario=history.scenario),), History(history.scenario), None, (damage,))
    if damage:
        raise UserError(damage.removesuffix("."), path=folder)
    remedy = f"A project is a folder that holds {DOCUMENT} or {JOURNAL}."
    raise UserError("There is no project", path=folder, remedy=remedy)


def replayed(entries: Iterable[Entry]) -> tuple[History, str]:
    """The history that entries tell, its clean state the one that was saved last; and where it stops making sense.

    Raises:
        ValueError: they do not begin with a document.
    """
    first, *rest = entries
    if not isinstance(first, Start):
        raise ValueError("a journal begins with a document")
    history = History(first.scenario)
    for number, entry in enumerate(rest, start=2):
        try:
            history = followed(history, entry)
        except UserError as error:
            return history, f"The journal stops making sense in line {number}. {error}"
    return history, ""


def followed(history: History, entry: Entry) -> History:
    """A history after what an entry tells; the same object, unless the entry is a new start.

    Raises:
        UserError: a command does not fit; nothing has changed.
    """
    match entry:
        case Do(command=command):
            history.apply(command)
        case Undo():
            history.undo()
        case Redo():
            history.redo()
        case Saved():
            history.mark_clean()
        case Start(scenario=scenario):
            return History(scenario)
    return history


def _leads_to(entries: Iterable[Entry], history: History, saved: Scenario) -> bool:
    """Whether a document is the one that the entries say was saved last, or what they led to."""
    return saved.document_hash in (_last_saved(entries), history.scenario.document_hash)


def _untold(entries: Iterable[Entry], history: History, saved: Scenario | None) -> tuple[Entry, ...]:
    found = None if saved is None else saved.document_hash
    if found is None or found == _last_saved(entries) or found != history.scenario.document_hash:
        return ()
    return (Saved(document_hash=found),)


def _last_saved(entries: Iterable[Entry]) -> str | None:
    hashes = [entry.document_hash for entry in entries if isinstance(entry, Saved)]
    return hashes[-1] if hashes else None
