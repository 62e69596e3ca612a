"""Runs in the window: streamed into takes, shown, interrupted, branched after an edit, exported."""

from __future__ import annotations

from pathlib import Path

import av
import log_folders
import numpy as np
import psutil
import pytest
from driven_windows import BUILT_MS, open_and_build, press
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.scenario import Bent, editing
from core.scenario.motion import LaneChange
from widgets.camera_panel import Source
from widgets.takes import FrameState

RUN_MS = 120_000
GIVEN_AND_MADE = 4 + 12


@pytest.fixture
def ready(building: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> MainWindow:
    """The window on a drive that is long enough for three chunks, and its scene; no weights of a generator."""
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "none"))
    monkeypatch.setattr(log_folders, "FRAMES", GIVEN_AND_MADE)
    open_and_build(building, log_folders.write_pandaset(tmp_path / "drive"), qtbot)
    return building


def generate(window: MainWindow, qtbot: QtBot) -> None:
    model = window.generation.model
    qtbot.waitUntil(window.generation.can_start)
    press(qtbot, window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert model.is_running
    qtbot.waitUntil(lambda: not model.is_running, timeout=RUN_MS)


def states(window: MainWindow) -> list[FrameState]:
    return [state for _, _, state in window.generation.model.stripe().spans]


def test_a_run_is_shown_as_it_comes_and_an_edit_is_branched_from_where_it_matters(
    ready: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    model, panel = ready.generation.model, ready.generation.panel
    assert panel.choices.coupling == "reconstruction"
    assert panel.choices.frames == 12
    panel.coupling.setCurrentIndex(panel.coupling.findData("joint"))
    assert "weights of the generator are not here" in panel.lack.text()
    assert not ready.actions_["generate.start"].isEnabled()
    panel.coupling.setCurrentIndex(panel.coupling.findData("reconstruction"))

    generate(ready, qtbot)
    first = model.chosen
    assert first is not None
    assert (len(first), first.is_whole, len(first.chunks)) == (12, True, 3)
    assert ready.cameras.source is Source.GENERATED
    assert ready.playback.t_s == pytest.approx(first.t_s[-1])  # it followed the last frame
    ready.playback.seek(float(first.t_s[2]))
    cell = ready.cameras.cell("front_camera")
    qtbot.waitUntil(lambda: cell.index == ready.log.camera("front_camera").index_at(ready.log.t_ns(first.t_s[2])))
    qtbot.waitUntil(lambda: set(states(ready)) == {FrameState.IN_MEMORY})
    assert set(panel.latency.seconds) == {"wait", "feedback", "conditions", "model", "decode", "display"}
    assert ready.projects.is_modified  # the take lies in a project that was never saved

    second_chunk_s = float(first.t_s[4])
    aside = Bent(bends=(LaneChange(side="left", offset_m=2.0, from_s=second_chunk_s + 0.15, over_s=0.4),))
    ready.scenario.do(editing.set_motion("Change lanes", ready.scenario.scenario, "ego", aside))
    qtbot.waitUntil(lambda: model.stale_from == 4)
    assert states(ready)[3:5] == [FrameState.IN_MEMORY, FrameState.STALE]
    qtbot.waitUntil(ready.actions_["generate.regenerate"].isEnabled)
    ready.actions_["generate.regenerate"].trigger()
    qtbot.waitUntil(lambda: len(model.takes) == 2 and not model.is_running, timeout=RUN_MS)
    branch = model.chosen
    assert branch is not None
    assert (branch.take.parent, branch.take.first_frame, branch.take.edits) == (1, 4, ("Change lanes",))
    assert (len(branch), len(branch.own)) == (12, 2)
    np.testing.assert_array_equal(branch.picture("front_camera", 3), first.picture("front_camera", 3))
    assert (branch.picture("front_camera", 11) != first.picture("front_camera", 11)).any()
    qtbot.waitUntil(lambda: model.stale_from is None)
    assert [item.text(0) for item in _items(ready)] == ["Take 1", "Take 2 from 4"]
    assert not ready.actions_["generate.delete"].isEnabled() or model.chosen.take.number == 2

    saved = tmp_path / "mine.driftless"
    ready.projects.save_as(saved)
    qtbot.waitUntil(lambda: ready.projects.folder == saved and not ready.projects.is_modified)
    qtbot.waitUntil(lambda: all(frames.folder.is_relative_to(saved) for frames in model.takes.values()))

    ready.playback.set_in(float(first.t_s[3]))
    ready.playback.set_out(float(first.t_s[6]))
    ready.actions_["generate.export"].trigger()
    dialog = ready.generation.clips.dialog
    assert dialog is not None
    assert "4 frames" in dialog.part.text()
    dialog.set_folder(tmp_path / "clips")
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not ready.generation.clips.busy, timeout=RUN_MS)
    with av.open(str(tmp_path / "clips" / "take-2-frames-3-6-mosaic.mp4")) as clip:
        assert len(list(clip.decode(video=0))) == 4

    ready.actions_["generate.delete"].trigger()
    box = ready.findChild(QMessageBox, "delete take")
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Discard), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: list(model.takes) == [1])


def test_a_killed_engine_leaves_whole_chunks_and_the_take_goes_on(ready: MainWindow, qtbot: QtBot) -> None:
    generation, model = ready.generation, ready.generation.model
    model.changed.connect(lambda: generation.pause() if model.takes and not generation.is_paused() else None)
    qtbot.waitUntil(generation.can_start)
    ready.actions_["generate.start"].trigger()
    qtbot.waitUntil(lambda: generation.is_paused() and bool(model.takes), timeout=RUN_MS)
    model.changed.disconnect()
    qtbot.waitUntil(lambda: "Paused" in generation.panel.progress.text())
    psutil.Process(ready.engine.pid).kill()
    qtbot.waitUntil(lambda: not model.is_running, timeout=BUILT_MS)
    (frames,) = model.takes.values()
    kept = len(frames)
    assert kept % 4 == 0
    assert 0 < kept < 12
    told = next(toast for toast in ready.toasts.toasts if "keeps its" in toast.text)
    assert f"Take 1 stopped early and keeps its {kept} frames" in told.text
    assert states(ready)[-1] is FrameState.PLANNED
    assert told.offer_button is not None
    qtbot.mouseClick(told.offer_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: model.chosen is not None and model.chosen.is_whole, timeout=RUN_MS)
    qtbot.waitUntil(lambda: not model.is_running)
    assert list(model.takes) == [1]
    assert len(model.chosen.chunks) == 3


def _items(window: MainWindow) -> list:
    tree = window.generation.panel.tree
    root = tree.topLevelItem(0)
    return [root, *(root.child(index) for index in range(root.childCount()))]
