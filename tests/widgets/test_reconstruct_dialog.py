"""What the dialog asks, what it says of the answers, and how mouse and keys choose."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QDialog
from pytestqt.qtbot import QtBot

from core.logs import DrivingLog, open_log
from widgets.playback import Playback
from widgets.reconstruct_dialog import Choices, PresetOffer, ReconstructDialog, work_of
from widgets.reconstruct_dialog.dialog import CUSTOM
from widgets.reconstruct_dialog.work import MOST_OF_A_CAMERA, about

PRESETS = (PresetOffer("tiny", "Tiny", "small"), PresetOffer("base", "Base", "large", lack="Its weights are not here"))
LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def log(real_piece: Path) -> DrivingLog:
    return open_log(real_piece)


@pytest.fixture
def playback(log: DrivingLog) -> Playback:
    made = Playback()
    made.set_range(0.0, log.duration_s)
    return made


def opened(
    qtbot: QtBot,
    log: DrivingLog,
    playback: Playback,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    *,
    made_of_s: tuple[float, float] | None = None,
    pace: float | None = None,
) -> ReconstructDialog:
    dialog = ReconstructDialog(log, playback, PRESETS, choices, made_of_s=made_of_s, pace=pace)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitActive(dialog)
    return dialog


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, LEFT)


def drag(qtbot: QtBot, dialog: ReconstructDialog, from_s: float, to_s: float) -> None:
    strip = dialog.strip
    places = [QPoint(round(strip.place_px(t_s)), strip.height() - 12) for t_s in (from_s, (from_s + to_s) / 2, to_s)]
    qtbot.mousePress(strip, LEFT, NO_KEY, places[0])
    for place in places[1:]:
        qtbot.mouseMove(strip, place)
    qtbot.mouseRelease(strip, LEFT, NO_KEY, places[-1])


def test_what_was_chosen_comes_back(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    chosen = Choices((0.1, 0.3), (log.cameras[0].name,), "tiny", refine_steps=70, hold_out=3)
    assert opened(qtbot, log, playback, chosen).choices == chosen
    assert opened(qtbot, log, playback).choices == Choices()


def test_enter_starts_and_escape_leaves(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    dialog = opened(qtbot, log, playback)
    with qtbot.waitSignal(dialog.wanted) as told:
        qtbot.keyClick(dialog.first, Qt.Key.Key_Return)
    assert told.args == [Choices()]
    assert dialog.result() == QDialog.DialogCode.Accepted
    dialog = opened(qtbot, log, playback)
    with qtbot.assertNotEmitted(dialog.wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_mouse_and_keys_change_every_value(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    dialog = opened(qtbot, log, playback)
    first, second, _ = (stream.name for stream in log.cameras)
    press(qtbot, dialog.cameras.chip(first))
    qtbot.keyClick(dialog.cameras.chip(second), Qt.Key.Key_Space)
    assert dialog.choices.cameras == (log.cameras[2].name,)
    press(qtbot, dialog.all_cameras)
    assert dialog.choices.cameras is None
    press(qtbot, dialog.steps.button(50))
    assert dialog.choices.refine_steps == 50
    qtbot.waitUntil(dialog.steps.button(50).hasFocus)
    qtbot.keyClick(dialog.steps.button(50), Qt.Key.Key_Right)
    assert dialog.choices.refine_steps == 150
    press(qtbot, dialog.steps.button(CUSTOM))
    dialog.custom_steps.selectAll()
    qtbot.keyClicks(dialog.custom_steps, "20")
    assert dialog.choices.refine_steps == 20
    press(qtbot, dialog.hold_out.button(3))
    assert dialog.choices.hold_out == 3
    press(qtbot, dialog.preset.button("base"))
    assert dialog.choices.preset == "tiny"
    assert dialog.preset.button("base").toolTip() == "Its weights are not here"


def test_handles_of_the_strip_move_the_stretch(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    end_s = log.duration_s
    playback.set_marks([0.25 * end_s])
    dialog = opened(qtbot, log, playback)
    drag(qtbot, dialog, 0.0, 0.26 * end_s)
    assert dialog.first.value() == pytest.approx(0.25 * end_s, abs=0.006)  # the mark attracts it
    drag(qtbot, dialog, end_s, 0.75 * end_s)
    assert dialog.last.value() == pytest.approx(0.75 * end_s, abs=0.02)
    drag(qtbot, dialog, 0.5 * end_s, 0.4 * end_s)
    assert dialog.last.value() == pytest.approx(0.65 * end_s, abs=0.02)
    assert dialog.last.value() - dialog.first.value() == pytest.approx(0.5 * end_s, abs=0.02)
    press(qtbot, dialog.whole)
    assert dialog.choices.window_s is None


def test_in_and_out_are_offered_where_they_are_set(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    assert not opened(qtbot, log, playback).in_out.isEnabled()
    playback.set_in(0.1)
    playback.set_out(0.2)
    dialog = opened(qtbot, log, playback)
    press(qtbot, dialog.in_out)
    assert dialog.choices.window_s == pytest.approx((0.1, 0.2))


def test_what_cannot_be_used_is_told_where_it_stands(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    dialog = opened(qtbot, log, playback)
    dialog.first.setValue(0.3)
    dialog.last.setValue(0.2)
    assert dialog.stretch_remark.text() == "The end must come after the start"
    assert not dialog.start.isEnabled()
    with qtbot.assertNotEmitted(dialog.wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    times_s = sorted(log.t_s(int(t_ns)) for stream in log.cameras for t_ns in stream.t_ns)
    gap = max(pairwise(times_s), key=lambda pair: pair[1] - pair[0])
    dialog.last.setValue(gap[1] - 0.02)
    dialog.first.setValue(gap[0] + 0.02)
    assert "No image" in dialog.stretch_remark.text()
    press(qtbot, dialog.whole)
    for stream in log.cameras:
        dialog.cameras.chip(stream.name).setChecked(False)
    assert dialog.cameras_remark.text() == "Choose at least one camera"
    assert not dialog.start.isEnabled()
    press(qtbot, dialog.all_cameras)
    assert dialog.start.isEnabled()
    assert dialog.estimate.text().startswith("About")


def test_a_network_without_weights_cannot_be_started(qtbot: QtBot, log: DrivingLog, playback: Playback) -> None:
    nothing = [PresetOffer("tiny", "Tiny", "small", lack="The weights of tiny are not here")]
    dialog = ReconstructDialog(log, playback, nothing, Choices())
    qtbot.addWidget(dialog)
    assert not dialog.start.isEnabled()
    assert dialog.preset_remark.text() == "The weights of tiny are not here"


def test_the_estimate_follows_the_work_and_this_machines_pace(
    qtbot: QtBot, log: DrivingLog, playback: Playback
) -> None:
    few, many = (work_of(log, Choices(refine_steps=steps)).seconds for steps in (0, 150))
    assert many > few
    assert work_of(log, Choices(cameras=(log.cameras[0].name,))).seconds < few
    guess, known = opened(qtbot, log, playback), opened(qtbot, log, playback, pace=1000.0)
    assert "guess" in guess.estimate_remark.text()
    assert "guess" not in known.estimate_remark.text()
    assert known.estimate.text() != guess.estimate.text()
    assert [about(seconds) for seconds in (0.2, 7.4, 41, 260, 9000)] == ["1 s", "7 s", "40 s", "4 min", "2.5 h"]


def test_work_counts_images_as_the_networks_take_them(log: DrivingLog) -> None:
    from core.worldrec.model.config import PRESETS

    assert {MOST_OF_A_CAMERA} == {config.times for config in PRESETS.values()}
    total = sum(len(stream) for stream in log.cameras)
    assert (work_of(log, Choices()).images, work_of(log, Choices()).held_out) == (total, 0)
    third = work_of(log, Choices(hold_out=3))
    assert third.held_out == sum(len(stream) // 3 for stream in log.cameras)
    assert third.looked_at == total - third.held_out


def test_a_scene_of_a_part_can_go_on_with_the_stretch_after_it(
    qtbot: QtBot, log: DrivingLog, playback: Playback
) -> None:
    assert not opened(qtbot, log, playback).kind.isVisible()
    dialog = opened(qtbot, log, playback, made_of_s=(0.0, 0.15))
    assert dialog.kind.isVisible()
    assert dialog.choices == Choices()
    assert dialog.start.text() == "Reconstruct"
    press(qtbot, dialog.kind.button(True))
    assert dialog.choices == Choices(extends=True, window_s=(0.15, 0.3))
    assert dialog.start.text() == "Extend"
    assert dialog.kind_remark.text() == "It is of 0.00 s to 0.15 s, and will be of 0.00 s to 0.30 s"
    drag(qtbot, dialog, 0.15, 0.152)
    assert dialog.choices.window_s == (0.15, 0.3)  # the end of the scene attracts it
    press(qtbot, dialog.kind.button(False))
    assert dialog.choices == Choices()


def test_a_scene_does_not_go_on_with_what_it_has_or_beyond_a_gap(
    qtbot: QtBot, log: DrivingLog, playback: Playback
) -> None:
    chosen = Choices(extends=True, window_s=(0.15, 0.3))
    dialog = opened(qtbot, log, playback, chosen, made_of_s=(0.0, 0.15))
    assert dialog.choices == chosen
    dialog.first.setValue(0.2)
    assert dialog.stretch_remark.text() == "Time would be missing between the scene and this stretch"
    assert not dialog.start.isEnabled()
    dialog.first.setValue(0.0)
    dialog.last.setValue(0.1)
    assert dialog.stretch_remark.text() == "The scene is made of this stretch already"
    assert not dialog.start.isEnabled()
    press(qtbot, dialog.whole)
    assert dialog.choices.window_s == (0.0, dialog.last.value())
    assert dialog.start.isEnabled()
