"""The journal: whatever happens to its end, what stands before it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.scenario import editing
from core.scenario.project.entries import Do, Entry, Redo, Saved, Start, Undo, as_lines, read_journal
from core.scenario.project.opening import replayed

START = scenario_of(small_drive())


def entries() -> list[Entry]:
    """Five actors' names, two of them undone, one done again, and a save."""
    found: list[Entry] = [Start(scenario=START)]
    scenario = START
    for number in range(5):
        command = editing.rename_actor(scenario, f"car {number}", f"name {number}")
        scenario = command.apply(scenario)
        found.append(Do(command=command))
    return [*found, Saved(document_hash=scenario.document_hash), Undo(), Undo(), Redo()]


LINES, _ = as_lines(entries())


def test_a_journal_tells_the_history(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(LINES)
    content = read_journal(path)
    history, damage = replayed(content.entries)
    assert (content.size, content.warnings, damage) == (len(LINES), (), "")
    assert list(content.entries) == entries()
    assert (history.done, history.is_clean, history.can_redo) == (4, False, True)
    history.redo()
    assert history.is_clean


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(LINES) - 1))
def test_a_journal_cut_anywhere_keeps_its_whole_lines(tmp_path_factory: pytest.TempPathFactory, size: int) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.jsonl"
    path.write_bytes(LINES[:size])
    whole = LINES[:size].count(b"\n")
    if not whole:
        with pytest.raises(UserError, match="no journal"):
            read_journal(path)
        return
    content = read_journal(path)
    assert list(content.entries) == entries()[:whole]
    assert bool(content.warnings) == (not LINES[:size].endswith(b"\n"))


@settings(max_examples=60, deadline=None)
@given(st.integers(LINES.index(b"\n") + 1, len(LINES) - 1), st.integers(1, 255))
def test_no_changed_byte_is_believed(tmp_path_factory: pytest.TempPathFactory, place: int, flip: int) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    path.write_bytes(LINES[:place] + bytes([LINES[place] ^ flip]) + LINES[place + 1 :])
    content = read_journal(path)
    assert list(content.entries) == entries()[: LINES[:place].count(b"\n")]
    assert content.warnings


def test_a_line_that_is_gone_is_noticed(tmp_path: Path) -> None:
    lines = LINES.splitlines(keepends=True)
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    content = read_journal(path)
    assert len(content.entries) == 3
    assert "damaged after its 3 first lines; the 6 lines" in content.warnings[0]


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines, _ = as_lines([Start(scenario=START.model_copy(update={"schema_version": 7}))])
    path.write_bytes(lines)
    with pytest.raises(UserError, match="version 7"):
        read_journal(path)
