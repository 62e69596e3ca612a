"""The panel of runs, the tree of takes and their stripe, on takes that lie on the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.takes import Chunk, TakeCamera, TakePlan, TakeStore
from widgets.generation import GeneratePanel
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.takes import FrameState, Run, TakeModel
from widgets.timeline import TimelinePanel

LOG = small_drive()
SCENARIO = scenario_of(LOG)


def plan(**changes: object) -> TakePlan:
    known = {"frames": 8, "coupling": "reconstruction", "steps": 4, "seed": 0, "log_name": LOG.name, "licence": "MIT"}
    return TakePlan(**(known | {"scenario_hash": SCENARIO.document_hash} | changes))


def grow(store: TakeStore, number: int, begin: int) -> None:
    times_s = tuple(0.4 + 0.1 * frame for frame in range(begin, begin + 2))
    store.append(store.take(number), Chunk(begin=begin, t_s=times_s), {"front": [np.zeros((8, 8, 3), np.uint8)] * 2})


@pytest.fixture
def store(tmp_path: Path) -> TakeStore:
    """Take 1 is whole; take 2 leaves it at frame 4 and ended early."""
    store = TakeStore(tmp_path)
    camera = [TakeCamera(name="front", width=8, height=8)]
    store.create(plan(), SCENARIO, camera, {})
    for begin in (0, 2, 4, 6):
        grow(store, 1, begin)
    store.create(plan(parent=1, first_frame=4), SCENARIO, camera, {})
    grow(store, 2, 4)
    return store


@pytest.fixture
def model(store: TakeStore) -> TakeModel:
    model = TakeModel()
    model.set_takes([store.frames(1), store.frames(2)])
    return model


def told(model: TakeModel) -> list[tuple[float, float, FrameState]]:
    return [(round(start_s, 3), round(end_s, 3), state) for start_s, end_s, state in model.stripe().spans]


def test_the_stripe_tells_what_there_is_of_each_frame(model: TakeModel) -> None:
    assert model.chosen is not None
    assert model.chosen.take.number == 2
    model.set_in_memory([4, 5])
    kept, held, planned = FrameState.ON_DISK, FrameState.IN_MEMORY, FrameState.PLANNED
    assert [state for _, _, state in told(model)] == [kept] * 4 + [held] * 2 + [planned]
    assert told(model)[-1] == (1.0, 1.2, planned)
    assert model.stripe().branches_s == pytest.approx([0.8])
    assert model.stripe().borders_s == pytest.approx([0.4, 0.6, 0.8])
    model.set_stale_from(4)
    assert [state for _, _, state in told(model)][3:6] == [kept, FrameState.STALE, FrameState.STALE]
    model.set_run(Run(plan(), 0.4, 10.0, number=2))
    assert told(model)[-1] == (1.0, 1.2, FrameState.GENERATING)


def test_a_run_without_a_chunk_yet_is_all_to_come(model: TakeModel) -> None:
    model.set_run(Run(plan(), 0.4, 10.0))
    assert told(model) == [(0.4, 0.8, FrameState.GENERATING), (0.8, 1.2, FrameState.PLANNED)]


def test_stale_frames_begin_at_the_border_of_their_chunk(model: TakeModel) -> None:
    assert [model.border_before(frame) for frame in (0, 1, 2, 3, 5)] == [0, 0, 2, 2, 4]


def test_branches_hang_below_their_parent_and_a_click_chooses(model: TakeModel, qtbot: QtBot) -> None:
    panel = GeneratePanel(model)
    qtbot.addWidget(panel)
    panel.set_log(LOG)
    panel.show()
    model.changed.emit()
    root = panel.tree.topLevelItem(0)
    assert isinstance(root, QTreeWidgetItem)
    branch = root.child(0)
    assert [root.text(0), root.text(2)] == ["Take 1", "8"]
    assert [branch.text(0), branch.text(2)] == ["Take 2 from 4", "6 / 8"]
    middle = panel.tree.visualItemRect(root).center()
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert model.chosen is not None
    assert model.chosen.take.number == 1


def test_the_form_says_what_a_run_shall_be(model: TakeModel, qtbot: QtBot) -> None:
    panel = GeneratePanel(model)
    qtbot.addWidget(panel)
    assert not panel.isEnabled()
    panel.set_log(LOG, 5.0, 8)
    assert panel.length.text() == "1.6 s"
    panel.coupling.setCurrentIndex(panel.coupling.findData("joint"))
    panel.frames.setValue(20)
    panel.seed.setValue(7)
    actions = panel.cameras.menu().actions()
    actions[0].trigger()
    assert panel.cameras.text() == "2 of 3 cameras"
    chosen = panel.choices
    assert (chosen.coupling, chosen.frames, chosen.steps, chosen.seed) == ("joint", 20, 4, 7)
    assert chosen.cameras == tuple(stream.name for stream in LOG.cameras[1:])
    actions[1].trigger()
    assert not actions[2].isEnabled()  # the last camera stays
    panel.coupling.setCurrentIndex(panel.coupling.findData("reconstruction"))
    assert not panel.steps.isEnabled()
    assert not panel.seed.isEnabled()


def test_pictures_without_a_generator_have_a_height(model: TakeModel, qtbot: QtBot) -> None:
    panel = GeneratePanel(model)
    qtbot.addWidget(panel)
    camera = LOG.cameras[0]
    fine = replace(camera, camera=camera.camera.resized(448, 256))
    panel.set_log(replace(LOG, cameras=(fine, *LOG.cameras[1:])), 5.0, 8)
    panel.coupling.setCurrentIndex(panel.coupling.findData("reconstruction"))
    assert panel.choices.height == 180
    assert [panel.picture_height.itemData(i) for i in range(panel.picture_height.count())] == [128, 180, 256]
    panel.picture_height.setCurrentIndex(2)
    assert panel.choices.height == 256
    panel.coupling.setCurrentIndex(panel.coupling.findData("joint"))
    assert panel.picture_height.isHidden()
    assert panel.choices.height is None, "a generator has its own"


def test_the_timeline_paints_the_take_and_tells_of_a_frame(model: TakeModel, qtbot: QtBot) -> None:
    playback = Playback()
    timeline = TimelinePanel(playback, Selection())
    qtbot.addWidget(timeline)
    playback.set_range(0.0, LOG.duration_s)
    timeline.set_log(LOG)
    timeline.resize(900, 200)
    timeline.show()
    canvas = timeline.canvas
    before = canvas.grab().toImage()
    timeline.set_take(model.stripe())
    after = canvas.grab().toImage()
    inside, beside = round(canvas.span.x(0.65)), round(canvas.span.x(1.6))
    rows = [y for y in range(before.height()) if before.pixel(inside, y) != after.pixel(inside, y)]
    assert 3 <= len(rows) <= 10
    assert all(before.pixel(beside, y) == after.pixel(beside, y) for y in range(before.height()))
    assert canvas._take_at(QPointF(inside, rows[2])) == "Frame on disk"
