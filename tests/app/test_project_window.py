"""Projects in the window: saving, opening, what survives a kill, and what cannot be written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from driven_windows import press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.controllers.project import unsaved_folder
from app.main_window import MainWindow
from core.geometry import Pose
from core.scenario import editing
from core.scenario.project import DOCUMENT, JOURNAL, Project, recoverable

CTRL = Qt.KeyboardModifier.ControlModifier
ANSWER_MS = 20_000


@pytest.fixture
def window_(open_window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window on a small log, whose unsaved scenarios lie in a folder of the test."""
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))
    return open_window


def name_first_actor(window: MainWindow, name: str, gesture: str = "") -> None:
    scenario, log = window.scenario.scenario, window.log
    assert scenario is not None and log is not None
    command = editing.rename_actor(scenario, log.tracks[0].id, name)
    assert window.scenario.do(command.model_copy(update={"gesture": gesture}))


def settled(window: MainWindow, qtbot: QtBot) -> None:
    """Everything that was asked of the disk is done and told."""
    done: list[None] = []
    window.projects.line.do(lambda: None, done=done.append, failed=pytest.fail)
    qtbot.waitUntil(lambda: bool(done), timeout=ANSWER_MS)


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> None:
    """What the user picks in the next file dialogs."""
    chosen = "" if path is None else str(path)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen, ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen)


def answer(window: MainWindow, name: str, text: str, qtbot: QtBot) -> None:
    """Click a button of a question."""

    def button() -> QAbstractButton | None:
        boxes = [box for box in window.findChildren(QMessageBox, name) if box.isVisible()]
        found = [one for box in boxes for one in box.buttons() if one.text().replace("&", "").startswith(text)]
        return found[0] if found else None

    qtbot.waitUntil(lambda: button() is not None, timeout=ANSWER_MS)
    wanted = button()
    assert wanted is not None
    qtbot.mouseClick(wanted, Qt.MouseButton.LeftButton)


def open_and_show(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.log_shown, timeout=ANSWER_MS):
        window.open(path)


def killed_copy(window: MainWindow, to: Path, qtbot: QtBot) -> Path:
    """The folder of the open project as a kill would leave it now."""
    settled(window, qtbot)
    kept = window.projects._kept
    assert kept is not None and kept.project is not None
    shutil.copytree(kept.project.folder, to)
    return to


def test_ctrl_s_asks_for_a_place_once_and_the_title_tells(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, place = window_, tmp_path / "edge case.driftless"
    assert not window.isWindowModified()
    name_first_actor(window, "Ida")
    assert window.isWindowModified()
    choose(monkeypatch, tmp_path / "edge case")
    press(qtbot, window, Qt.Key.Key_S, CTRL)
    settled(window, qtbot)
    assert not window.isWindowModified()
    assert window.windowTitle() == "edge case[*] – Driftless"
    assert window.store.values.recent[0] == place
    assert list(unsaved_folder().iterdir()) == [], "it has moved"
    name_first_actor(window, "Bo")
    assert window.isWindowModified()
    choose(monkeypatch, None)
    press(qtbot, window, Qt.Key.Key_S, CTRL)
    settled(window, qtbot)
    assert not window.isWindowModified()
    assert window.scenario.scenario is not None
    saved = json.loads((place / DOCUMENT).read_text())
    assert saved["actors"][window.log.tracks[0].id]["name"] == "Bo"
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert window.isWindowModified(), "what was saved is not what is seen"


def test_a_saved_project_comes_back_with_its_steps(window_: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window, place = window_, tmp_path / "mine.driftless"
    for name in ("Ida", "Bo", "Cleo"):
        name_first_actor(window, name)
    window.projects.save_as(place)
    window.scenario.undo()
    assert window.scenario.scenario is not None
    wanted = window.scenario.scenario
    copy = killed_copy(window, tmp_path / "killed.driftless", qtbot)
    window.projects.discard_when_left()
    open_and_show(window, copy, qtbot)
    assert window.scenario.scenario == wanted, "the exact state, although it was not saved"
    assert window.isWindowModified()
    assert any("not saved" in toast.text for toast in window.toasts.toasts)
    assert [window.scenario.stack.text(index) for index in range(window.scenario.stack.count())] == 3 * [
        window.scenario.stack.text(0)
    ]
    assert (window.scenario.stack.index(), window.scenario.stack.cleanIndex()) == (2, 3)
    window.scenario.redo()
    assert not window.isWindowModified()
    settled(window, qtbot)
    window.logs.close()
    settled(window, qtbot)
    with_all = Project.open(copy)
    assert with_all.history.done == 3
    with_all.close()


def test_journal_and_window_agree_on_steps_whatever_becomes_of_a_save(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = window_
    name_first_actor(window, "A", "typing")
    name_first_actor(window, "B", "typing")
    window.projects.save_as(tmp_path / "log")
    (tmp_path / "taken").write_text("no folder")
    window.projects.save_as(tmp_path / "taken")
    name_first_actor(window, "C", "typing")
    name_first_actor(window, "D", "typing")
    window.scenario.undo()
    name_first_actor(window, "E", "typing")
    settled(window, qtbot)
    kept = window.projects._kept
    assert kept is not None and kept.project is not None
    assert kept.project.history.done == window.scenario.stack.index() == 2
    assert kept.project.scenario == window.scenario.scenario
    assert window.isWindowModified()
    assert any("something else" in toast.text for toast in window.toasts.toasts)


def test_what_a_kill_left_is_offered_and_recovered(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_
    name_first_actor(window, "Ida")
    name_first_actor(window, "Bo")
    assert window.scenario.scenario is not None
    wanted = window.scenario.scenario
    killed_copy(window, unsaved_folder() / "killed.driftless", qtbot)
    window.projects.discard_when_left()
    window.logs.close()
    settled(window, qtbot)
    window.recovery.look()
    qtbot.waitUntil(lambda: window.recovery.card is not None, timeout=ANSWER_MS)
    assert window.recovery.card is not None
    recover, discard, _ = window.recovery.card.findChildren(QAbstractButton)
    assert (recover.text(), discard.text()) == ("Recover", "Discard")
    with qtbot.waitSignal(window.log_shown, timeout=ANSWER_MS):
        qtbot.mouseClick(recover, Qt.MouseButton.LeftButton)
    assert window.scenario.scenario == wanted
    assert window.scenario.stack.count() == 2
    assert window.isWindowModified()
    press(qtbot, window, Qt.Key.Key_W, CTRL)
    answer(window, "unsaved", "D", qtbot)
    qtbot.waitUntil(lambda: not window.has_log())
    settled(window, qtbot)
    assert recoverable(unsaved_folder()) == []


def test_closing_asks_and_can_be_called_off(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_
    name_first_actor(window, "Ida")
    window.close()
    answer(window, "unsaved", "Cancel", qtbot)
    assert window.isVisible()
    choose(monkeypatch, tmp_path / "kept.driftless")
    window.close()
    answer(window, "unsaved", "Save", qtbot)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=ANSWER_MS)
    kept = Project.open(tmp_path / "kept.driftless")
    assert kept.is_saved
    assert kept.history.done == 1
    kept.close()


def test_a_missing_log_is_asked_for_until_it_is_the_right_one(
    window_: MainWindow,
    small_nuscenes: Path,
    small_pandaset: Path,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, place = window_, tmp_path / "mine.driftless"
    name_first_actor(window, "Ida")
    window.projects.save_as(place)
    settled(window, qtbot)
    window.logs.close()
    settled(window, qtbot)
    moved = small_nuscenes.rename(tmp_path / "moved")
    window.open(place)
    choose(monkeypatch, small_pandaset)
    answer(window, "relink", "Choose", qtbot)
    choose(monkeypatch, moved)
    answer(window, "relink", "Choose", qtbot)
    qtbot.waitUntil(lambda: window.scenario.scenario is not None, timeout=ANSWER_MS)
    qtbot.waitUntil(lambda: window.projects.folder == place)
    assert window.scenario.scenario is not None
    assert window.scenario.scenario.log.path == str(moved)
    assert window.scenario.stack.undoText() == "Relink the log"


def test_a_newer_project_is_refused_and_what_is_open_stays(window_: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window, newer = window_, tmp_path / "newer.driftless"
    newer.mkdir()
    (newer / DOCUMENT).write_text('{"schema_version": 99}')
    before = window.scenario.scenario
    with qtbot.waitSignal(window.projects.failed, timeout=ANSWER_MS):
        window.open(newer / DOCUMENT)
    assert any("newer" in toast.text for toast in window.toasts.toasts)
    assert window.scenario.scenario is before


def test_a_torn_last_line_is_told_and_the_rest_is_there(window_: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = window_
    name_first_actor(window, "Ida")
    name_first_actor(window, "Bo")
    copy = killed_copy(window, tmp_path / "torn.driftless", qtbot)
    content = (copy / JOURNAL).read_bytes()
    (copy / JOURNAL).write_bytes(content[:-7])
    window.projects.discard_when_left()
    open_and_show(window, copy, qtbot)
    assert window.scenario.stack.count() == 1
    assert any("not complete" in toast.text for toast in window.toasts.toasts)


def test_a_full_disk_is_told_once_and_the_edits_are_written_when_there_is_room(
    window_: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_
    name_first_actor(window, "Ida")
    settled(window, qtbot)
    kept = window.projects._kept
    assert kept is not None and kept.project is not None
    folder, really = kept.project.folder, os.write
    full = True

    def write(number: int, content: bytes) -> int:
        if full and b'"entry"' in content:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really(number, content)

    monkeypatch.setattr(os, "write", write)
    for name in ("Bo", "Cleo"):
        name_first_actor(window, name)
    settled(window, qtbot)
    told = [toast for toast in window.toasts.toasts if "No space left" in toast.text]
    assert len(told) == 1
    assert "kept in memory" in told[0].text
    full = False
    window.scenario.undo()
    settled(window, qtbot)
    assert not [toast for toast in window.toasts.toasts if "No space left" in toast.text]
    window.close_unasked()
    again = Project.open(folder)
    assert again.scenario == window.scenario.scenario
    again.discard()


def test_a_slow_disk_is_never_more_than_one_gesture_behind(
    window_: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, really, behind, done = window_, os.write, [], 0
    name_first_actor(window, "Ida")
    settled(window, qtbot)
    written = 0

    def write(number: int, content: bytes) -> int:
        nonlocal written
        if b'"entry"' in content:
            time.sleep(0.05)
            written += 1
        return really(number, content)

    monkeypatch.setattr(os, "write", write)
    for name in ("Bo", "Cleo", "Dan", "Eve"):
        name_first_actor(window, name)
        done += 1
        behind.append(done - written)
    settled(window, qtbot)
    assert max(behind) == 1
    assert written == done


def test_a_read_only_project_is_edited_in_memory_and_saved_elsewhere(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, place = window_, tmp_path / "locked.driftless"
    window.projects.save_as(place)
    settled(window, qtbot)
    window.logs.close()
    settled(window, qtbot)
    really = os.open

    def refuse(path: str | Path, flags: int, *rest: int, **options: int) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY) and place in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", refuse)
    open_and_show(window, place, qtbot)
    name_first_actor(window, "Ida")
    window.projects.save()
    settled(window, qtbot)
    assert any("Permission denied" in toast.text for toast in window.toasts.toasts)
    assert window.isWindowModified()
    window.projects.save_as(tmp_path / "elsewhere.driftless")
    settled(window, qtbot)
    assert not window.isWindowModified()
    assert window.projects.folder == tmp_path / "elsewhere.driftless"


def test_what_the_window_did_replays_headless_to_the_same_document(
    window_: MainWindow, small_nuscenes: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    from core.logs import open_log
    from core.scenario.project import replay

    window = window_
    assert window.log is not None and window.scenario.scenario is not None
    first = window.log.tracks[0].id
    for metres in (0.5, 1.0):
        motion = Pose.from_heading(0.1, [metres, 0.0, 0.0])
        window.scenario.do(editing.move_actors(window.scenario.scenario, [first], motion, gesture="drag"))
    name_first_actor(window, "Ida")
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    window.projects.save_as(tmp_path / "mine.driftless")
    settled(window, qtbot)
    done = replay(tmp_path / "mine.driftless" / JOURNAL, open_log(small_nuscenes), tmp_path / "again.driftless")
    done.project.close()
    assert done.project.scenario.document_hash == window.scenario.scenario.document_hash
    assert done.commands == 3


def test_discarding_all_that_was_left_closes_the_offer(window_: MainWindow, qtbot: QtBot) -> None:
    window = window_
    name_first_actor(window, "Ida")
    killed_copy(window, unsaved_folder() / "killed.driftless", qtbot)
    window.recovery.look()
    qtbot.waitUntil(lambda: window.recovery.card is not None, timeout=ANSWER_MS)
    assert window.recovery.card is not None
    _, discard, _ = window.recovery.card.findChildren(QAbstractButton)
    qtbot.mouseClick(discard, Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    assert window.recovery.card is None
    assert not (unsaved_folder() / "killed.driftless").exists()
    assert window.isWindowModified(), "the open scenario is as it was"


def test_the_project_that_is_open_is_not_opened_twice(window_: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window, place = window_, tmp_path / "mine.driftless"
    window.projects.save_as(place)
    settled(window, qtbot)
    name_first_actor(window, "Ida")
    window.open(place)
    assert any("open already" in toast.text for toast in window.toasts.toasts)
    assert window.isWindowModified()


def test_a_project_whose_opening_is_cancelled_is_free_again(
    window_: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, place, slow = window_, tmp_path / "mine.driftless", threading.Event()
    window.projects.save_as(place)
    settled(window, qtbot)
    window.logs.close()
    monkeypatch.setattr("app.controllers.log.open_log_of", lambda reference, elsewhere: slow.wait())
    window.open(place)
    qtbot.waitUntil(lambda: window.projects._next is not None, timeout=ANSWER_MS)
    window.logs.cancel()
    slow.set()
    settled(window, qtbot)
    Project.open(place).close()
    assert not window.has_log()
