"""The timeline driven with the mouse, and what its rows say."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from widgets.playback import Playback
from widgets.selection import LIDAR, Selection, camera_id
from widgets.theme import DARK, ThemeMode, ThemeSwitch
from widgets.time_span import TimeSpan, nice_step
from widgets.timeline import TimelinePanel, stream_rows
from widgets.timeline.backdrop import GUTTER_PX, RULER_PX

MISSING = 7


@pytest.fixture
def playback(qtbot: QtBot) -> Playback:
    return Playback()


@pytest.fixture
def panel(qtbot: QtBot, playback: Playback) -> TimelinePanel:
    ThemeSwitch(QApplication.instance(), ThemeMode.DARK)
    log = small_drive(missing_back=MISSING)
    playback.set_range(0.0, log.duration_s)
    made = TimelinePanel(playback, Selection(playback))
    made.set_log(log)
    made.resize(1000, 200)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def place(panel: TimelinePanel, t_s: float, y: int = RULER_PX - 6) -> QPoint:
    return QPoint(round(panel.canvas.span.x(t_s)), y)


def drag(panel: TimelinePanel, start: QPoint, end: QPoint) -> None:
    """Press, move and let go; QTest's own move carries no buttons."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(panel.canvas, left, none, start)
    for step in range(1, 5):
        at = QPointF(start + (end - start) * (step / 4))
        glob = QPointF(panel.canvas.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(panel.canvas, QMouseEvent(QEvent.Type.MouseMove, at, glob, left, left, none))
    QTest.mouseRelease(panel.canvas, left, none, end)


def wheel(panel: TimelinePanel, at: QPoint, turn: int, modifier: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(panel.canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(panel.canvas, event)


def test_press_and_drag_scrub(panel: TimelinePanel, playback: Playback) -> None:
    drag(panel, place(panel, 0.5), place(panel, 1.2))
    assert playback.t_s == pytest.approx(1.2, abs=0.01)
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=place(panel, 0.3, 100))
    assert playback.t_s == pytest.approx(0.3, abs=0.01)


def test_scrubbing_while_playing_plays_on_afterwards(panel: TimelinePanel, playback: Playback) -> None:
    playback.play()
    drag(panel, place(panel, 0.5), place(panel, 1.0))
    assert playback.playing
    assert playback.t_s >= 1.0 - 0.01
    playback.pause()


def test_the_playhead_is_painted_where_the_time_is(panel: TimelinePanel, playback: Playback) -> None:
    playback.seek(1.0)
    picture = panel.canvas.grab().toImage()
    head = place(panel, 1.0, 8)
    assert picture.pixelColor(head).name() == DARK.playhead
    playback.seek(1.5)
    assert panel.canvas.grab().toImage().pixelColor(head).name() != DARK.playhead


def test_an_in_flag_can_be_dragged(panel: TimelinePanel, playback: Playback) -> None:
    playback.set_in(0.5)
    drag(panel, place(panel, 0.5), place(panel, 0.8))
    assert playback.in_s == pytest.approx(0.8, abs=0.01)
    assert playback.t_s == 0.0


def test_marks_attract_the_playhead(panel: TimelinePanel, playback: Playback) -> None:
    playback.set_marks([0.7])
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=place(panel, 0.7) + QPoint(3, 0))
    assert playback.t_s == 0.7


def test_ctrl_wheel_zooms_about_the_pointer(panel: TimelinePanel) -> None:
    span = panel.canvas.span
    at = place(panel, 1.0)
    wheel(panel, at, 480, Qt.KeyboardModifier.ControlModifier)
    assert span.zoomed
    assert span.t_s(at.x()) == pytest.approx(1.0, abs=0.01)
    shown = span.shown_s
    wheel(panel, at, -120, Qt.KeyboardModifier.NoModifier)
    assert span.shown_s[0] > shown[0]
    QTest.mouseDClick(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 6))
    assert not span.zoomed


def test_the_page_turns_when_the_playhead_leaves_it(panel: TimelinePanel, playback: Playback) -> None:
    wheel(panel, place(panel, 0.2), 960, Qt.KeyboardModifier.ControlModifier)
    assert panel.canvas.span.shown_s[1] < 1.5
    playback.seek(1.7)
    first, last = panel.canvas.span.shown_s
    assert first < 1.7 < last


def test_an_unreadable_sample_shows_as_a_hole_with_a_tip(panel: TimelinePanel) -> None:
    row = panel.row("back")
    index = MISSING + 2  # its number counts the missing one
    at_s = float(row.start_s[index]) + 0.05
    rect = panel.canvas.row_rect(row.id)
    at = place(panel, at_s, rect.center().y())
    before = panel.canvas.grab().toImage().pixelColor(at)
    panel.mark_unreadable("back", index)
    assert before.blue() > before.red()
    after = panel.canvas.grab().toImage().pixelColor(at)
    assert after.red() > after.blue()
    assert f"Image {MISSING + 3} cannot be read" in row.tip(at_s, 0.001)
    panel.set_log(small_drive(missing_back=MISSING))
    assert "cannot" not in panel.row("back").tip(at_s, 0.001)


def test_a_missing_sample_shows_as_a_hole_with_a_tip(panel: TimelinePanel) -> None:
    row = next(row for row in stream_rows(small_drive(missing_back=MISSING)) if row.id == camera_id("back"))
    gone_s = 0.06 + 0.1 * MISSING
    assert row.missing_s == pytest.approx([gone_s])
    tip = row.tip(gone_s + 0.02, 0.001)
    assert f"Image {MISSING} is missing" in tip
    assert f"{MISSING}.jpg" in tip
    assert f"Image {MISSING + 1} of 20" in row.tip(gone_s + 0.12, 0.001), "the number counts the missing one"
    rect = panel.canvas.row_rect(row.id)
    picture = panel.canvas.grab().toImage()
    hole = [picture.pixelColor(place(panel, gone_s + 0.05, y)) for y in range(rect.top() + 7, rect.bottom() - 7)]
    full = [picture.pixelColor(place(panel, gone_s + 0.15, y)) for y in range(rect.top() + 7, rect.bottom() - 7)]
    assert all(colour.red() > colour.blue() for colour in hole)
    assert all(colour.blue() > colour.red() for colour in full)


def test_what_is_in_memory_is_a_stripe(panel: TimelinePanel) -> None:
    panel.set_cached([(0.5, 1.0)])
    picture = panel.canvas.grab().toImage()
    assert picture.pixelColor(place(panel, 0.75, RULER_PX + 1)).name() == DARK.success
    assert picture.pixelColor(place(panel, 1.25, RULER_PX + 1)).name() != DARK.success


def test_a_click_on_a_name_selects_the_stream(qtbot: QtBot, playback: Playback) -> None:
    log = small_drive()
    selection = Selection()
    playback.set_range(0.0, log.duration_s)
    panel = TimelinePanel(playback, selection)
    panel.set_log(log)
    panel.resize(900, 200)
    qtbot.addWidget(panel)
    panel.show()
    centre = panel.canvas.row_rect(LIDAR).center()
    QTest.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(GUTTER_PX // 2, centre.y()))
    assert selection.ids == {LIDAR}


def test_a_time_can_be_typed(panel: TimelinePanel, playback: Playback, qtbot: QtBot) -> None:
    field = panel.transport.time_field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert playback.t_s == 1.25
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "soon")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert playback.t_s == 1.25
    assert field.text() == "0:01.250"


@pytest.mark.parametrize(
    ("at_least", "step"), [(0.003, 0.005), (0.1, 0.1), (0.3, 0.5), (3, 5), (12, 15), (50, 60), (4000, 7200)]
)
def test_ruler_steps_are_round(at_least: float, step: float) -> None:
    assert nice_step(at_least)[0] == pytest.approx(step)


def test_zoom_stays_inside_the_whole() -> None:
    span = TimeSpan()
    span.set_strip(100, 800)
    span.set_whole(0.0, 10.0)
    span.zoom(4.0, 100)
    assert span.shown_s == pytest.approx((0.0, 2.5))
    span.pan(-5.0)
    assert span.shown_s == pytest.approx((0.0, 2.5))
    span.pan(50.0)
    assert span.shown_s == pytest.approx((7.5, 10.0))
    span.zoom(0.01, 500)
    assert span.shown_s == pytest.approx((0.0, 10.0))
    assert np.allclose(np.diff(span.ticks()[0]), 1.0)
