"""The camera panel: the right picture, overlays where the lens puts them, picking, enlarging, what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from edited_drive import ego_aside, shifted, with_track
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from synthetic_drive import Reads, colour_of, small_drive, wall_points

from app.controllers.image_loader import ImageLoader
from core.geometry.projection import project_box, project_points, trace_polylines
from core.logs import DrivingLog, MissingSample, open_log
from widgets.camera_panel import OVERLAYS, CameraPanel, Source, projected, seen_boxes
from widgets.camera_panel.cell import CameraCell
from widgets.playback import Playback
from widgets.selection import Selection, camera_id


class Desk:
    """A panel on a log, fed by a loader, as the window does it."""

    def __init__(self, qtbot: QtBot, log: DrivingLog, size: tuple[int, int] = (900, 640)) -> None:
        self.qtbot = qtbot
        self.log = log
        self.playback = Playback()
        self.playback.set_range(0.0, log.duration_s)
        self.selection = Selection()
        self.panel = CameraPanel(self.playback, self.selection)
        qtbot.addWidget(self.panel)
        self.loader = ImageLoader(log, self.playback)
        self.panel.picture_size_changed.connect(self.loader.set_target_size)
        self.loader.image_ready.connect(partial(self.panel.show_image, Source.RECORDING))
        self.loader.image_failed.connect(partial(self.panel.show_error, Source.RECORDING))
        self.loader.sweep_ready.connect(self.panel.show_sweep)
        self.panel.resize(*size)
        self.panel.set_log(log)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def seek(self, t_s: float) -> None:
        self.playback.seek(t_s)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.loader.idle)
        QApplication.processEvents()

    def cell(self, name: str) -> CameraCell:
        return self.panel.cell(name)

    def grab(self, name: str) -> np.ndarray:
        """The pixels (height, width, 3) of a cell as it is drawn."""
        return pixels_of(self.cell(name))

    def place(self, name: str, pixel: np.ndarray) -> QPointF:
        """Where an image pixel lies in the cell."""
        return self.cell(name).widget_from_image().map(QPointF(*pixel))

    def centre_of(self, name: str, track_id: str) -> QPointF:
        """Where the centre of an actor's box lies in the cell."""
        stream, index = self.log.camera(name), self.cell(name).index
        assert index is not None
        track = next(track for track in self.log.tracks if track.id == track_id)
        box = track.box_at(int(stream.t_ns[index]))
        assert box is not None
        centre = box.world_from_box.translation[None]
        found, _, _ = project_points(stream.camera, stream.world_from_camera[index], centre)
        return self.place(name, found[0])


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def desk(qtbot: QtBot, reads: Reads) -> Iterator[Desk]:
    desk = Desk(qtbot, small_drive(reads=reads, missing_back=8))
    desk.seek(0.55)
    yield desk
    desk.loader.close()


def pixels_of(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def click(widget: QWidget, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    press(widget, at, modifiers)
    release(widget, at, modifiers)


def press(widget: QWidget, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    send(widget, QMouseEvent.Type.MouseButtonPress, at, Qt.MouseButton.LeftButton, modifiers)


def release(widget: QWidget, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    send(widget, QMouseEvent.Type.MouseButtonRelease, at, Qt.MouseButton.NoButton, modifiers)


def hover(widget: QWidget, at: QPointF) -> None:
    send(widget, QMouseEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)


def send(
    widget: QWidget,
    kind: QMouseEvent.Type,
    at: QPointF,
    held: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier,
) -> None:
    button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, QPointF(widget.mapToGlobal(at.toPoint())), button, held, modifiers)
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()


def press_key(widget: QWidget, key: Qt.Key) -> None:
    event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()


def empty_place(cell: CameraCell) -> QPointF:
    """The top left of the picture: sky in every camera."""
    return QPointF(cell.picture_rect().topLeft() + QPoint(5, 5))


def nearest_change(before: np.ndarray, after: np.ndarray, places: list[QPointF], reach: int = 1) -> float:
    """Share of places around which a pixel has changed."""
    changed = np.abs(after - before).max(-1) > 12
    hits = 0
    for place in places:
        x, y = int(place.x()), int(place.y())
        window = changed[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
        hits += bool(window.any())
    return hits / len(places)


def test_each_camera_shows_its_image_of_the_playhead(desk: Desk) -> None:
    for t_s, expected in ((0.55, {"front": 5, "left": 5, "back": 4}), (1.21, {"front": 12, "left": 11, "back": 11})):
        desk.seek(t_s)
        for name, number in expected.items():
            cell = desk.cell(name)
            corner = empty_place(cell).toPoint()
            # Sample 8 of the back camera is missing, so later images have a lower index than their number.
            assert cell.index == number - (name == "back" and number > 8)
            assert tuple(desk.grab(name)[corner.y(), corner.x()]) == colour_of(name, number)


def test_pictures_stand_like_the_rig_and_are_not_stretched(desk: Desk) -> None:
    front, left, back = (desk.cell(name) for name in ("front", "left", "back"))
    assert front.geometry().bottom() < left.geometry().top()
    assert left.geometry().right() < back.geometry().left()
    for cell in (front, left, back):
        camera, picture = cell.stream.camera, cell.picture_rect()
        assert abs(picture.width() - picture.height() * camera.width / camera.height) <= 2
        assert picture.height() > 150
    assert left.picture_rect().width() < left.picture_rect().height()


def test_a_click_on_an_actor_selects_it(desk: Desk) -> None:
    front = desk.cell("front")
    click(front, desk.centre_of("front", "car"))
    assert desk.selection.ids == {"car"}
    assert desk.panel.enlarged is None
    click(front, desk.centre_of("front", "walker"), Qt.KeyboardModifier.ShiftModifier)
    assert desk.selection.ids == {"car", "walker"}
    click(front, desk.centre_of("front", "car"), Qt.KeyboardModifier.ControlModifier)
    assert desk.selection.ids == {"walker"}
    click(desk.cell("back"), desk.centre_of("back", "follower"))
    assert desk.selection.ids == {"follower"}


def test_a_click_elsewhere_enlarges_and_again_returns(desk: Desk) -> None:
    front, left = desk.cell("front"), desk.cell("left")
    small = front.picture_rect().width()
    click(front, empty_place(front))
    assert desk.panel.enlarged == "front"
    assert front.picture_rect().width() > 1.5 * small
    assert not left.isVisible()
    desk.settle()
    corner = empty_place(front).toPoint()
    assert tuple(desk.grab("front")[corner.y(), corner.x()]) == colour_of("front", 5)
    click(front, empty_place(front))
    assert desk.panel.enlarged is None
    assert left.isVisible()
    assert front.picture_rect().width() == small
    assert desk.selection.ids == frozenset()


def test_a_click_on_the_title_enlarges_even_over_nothing_else(desk: Desk) -> None:
    click(desk.cell("back"), QPointF(20, 5))
    assert desk.panel.enlarged == "back"


def test_a_double_click_enlarges_and_does_not_return_at_once(desk: Desk) -> None:
    back = desk.cell("back")
    at = empty_place(back)
    click(back, at)
    send(back, QMouseEvent.Type.MouseButtonDblClick, at, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    release(back, at)
    assert desk.panel.enlarged == "back"


def test_escape_returns_from_the_enlarged_camera_and_is_left_to_others_otherwise(desk: Desk) -> None:
    desk.panel.enlarge("left")
    press_key(desk.panel, Qt.Key.Key_Escape)
    assert desk.panel.enlarged is None
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    desk.panel.keyPressEvent(event)
    assert not event.isAccepted()


def test_a_drag_is_no_click(desk: Desk) -> None:
    front = desk.cell("front")
    press(front, empty_place(front))
    release(front, empty_place(front) + QPointF(60, 40))
    assert desk.panel.enlarged is None


def test_hovering_an_actor_highlights_it_in_every_picture(desk: Desk) -> None:
    front = desk.cell("front")
    before = desk.grab("front")
    hover(front, desk.centre_of("front", "car"))
    assert desk.selection.hovered == "car"
    assert front.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert (np.abs(desk.grab("front") - before).max(-1) > 12).any()
    hover(front, empty_place(front))
    assert desk.selection.hovered is None
    assert np.array_equal(desk.grab("front"), before)


@pytest.mark.parametrize(("camera", "track"), [("front", "car"), ("front", "walker"), ("back", "follower")])
def test_boxes_are_drawn_along_the_edges_that_the_lens_shows(desk: Desk, camera: str, track: str) -> None:
    desk.panel.set_overlay("boxes", False)
    before = desk.grab(camera)
    desk.panel.set_overlay("boxes", True)
    after = desk.grab(camera)
    stream, index = desk.log.camera(camera), desk.cell(camera).index
    assert index is not None
    box = next(one for one in desk.log.tracks if one.id == track).box_at(int(stream.t_ns[index]))
    assert box is not None
    outline = project_box(stream.camera, stream.world_from_camera[index], box)
    inside = [pixel for edge in outline.edges for pixel in edge if stream.camera.in_image(pixel, margin_px=-2)]
    assert len(inside) > 12
    assert nearest_change(before, after, [desk.place(camera, pixel) for pixel in inside]) > 0.95
    sky = [desk.place(camera, pixel) for pixel in np.random.default_rng(0).uniform((3, 3), (100, 30), (40, 2))]
    assert nearest_change(before, after, sky) == 0.0


def test_boxes_are_those_of_the_images_own_time(desk: Desk) -> None:
    """The playhead moves on between two images: neither picture nor boxes do."""
    before = desk.grab("front")[desk.cell("front").picture_rect().top() :]
    desk.seek(0.59)
    assert desk.cell("front").index == 5
    after = desk.grab("front")[desk.cell("front").picture_rect().top() :]
    assert np.array_equal(before, after)


def test_lidar_points_lie_where_they_project(desk: Desk) -> None:
    desk.panel.set_overlay("boxes", False)
    desk.loader.set_sweeps_wanted(True)
    desk.settle()
    before = desk.grab("front")
    desk.panel.set_overlay("lidar", True)
    after = desk.grab("front")
    stream, index = desk.log.camera("front"), desk.cell("front").index
    assert index is not None
    pixels, _, _ = project_points(stream.camera, stream.world_from_camera[index], wall_points())
    assert len(pixels) > 20
    assert nearest_change(before, after, [desk.place("front", pixel) for pixel in pixels]) == 1.0
    changed = (np.abs(after - before).max(-1) > 12).sum()
    assert changed < 20 * len(pixels)


def test_a_missing_sweep_is_told_while_lidar_is_shown(desk: Desk) -> None:
    assert desk.log.lidar is not None
    lost = MissingSample(3, int(desk.log.lidar.t_ns[2]) + 150_000_000, "3.bin")
    desk.loader.close()
    desk.panel.set_log(replace(desk.log, lidar=replace(desk.log.lidar, missing=(lost,))))
    desk.playback.seek(0.58)
    assert desk.panel.header.note == ""
    desk.panel.set_overlay("lidar", True)
    assert "3 is missing" in desk.panel.header.note
    desk.playback.seek(0.62)
    assert desk.panel.header.note == ""


def test_lidar_colours_can_mean_height(desk: Desk) -> None:
    desk.loader.set_sweeps_wanted(True)
    desk.settle()
    desk.panel.set_overlay("lidar", True)
    by_depth = desk.grab("front")
    desk.panel.overlays.set_lidar_colour("height")
    assert not np.array_equal(desk.grab("front"), by_depth)


def test_lanes_are_drawn_on_their_borders(desk: Desk) -> None:
    desk.panel.set_overlay("boxes", False)
    before = desk.grab("front")
    desk.panel.set_overlay("lanes", True)
    after = desk.grab("front")
    stream, index = desk.log.camera("front"), desk.cell("front").index
    assert index is not None
    assert desk.log.lane_map is not None
    border = desk.log.lane_map.lanes["lane"].left_m
    pieces, _ = trace_polylines(stream.camera, stream.world_from_camera[index], [border])
    pixels = [pixel for piece in pieces for pixel in piece if stream.camera.in_image(pixel, margin_px=-2)]
    assert nearest_change(before, after, [desk.place("front", pixel) for pixel in pixels]) > 0.95


def test_the_ego_path_covers_the_road_ahead(desk: Desk) -> None:
    desk.panel.set_overlay("boxes", False)
    before = desk.grab("front")
    desk.panel.set_overlay("ego_path", True)
    after = desk.grab("front")
    stream, index = desk.log.camera("front"), desk.cell("front").index
    assert index is not None
    ahead = desk.log.ego.at(int(stream.t_ns[index])).translation + np.array([[8.0, 0.0, 0.0], [8.0, 3.0, 0.0]])
    pixels, _, _ = project_points(stream.camera, stream.world_from_camera[index], ahead)
    assert nearest_change(before, after, [desk.place("front", pixels[0])], reach=0) == 1.0
    assert nearest_change(before, after, [desk.place("front", pixels[1])], reach=0) == 0.0


def test_overlays_announce_a_change_once_and_refuse_unknown_names(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.panel.overlays_changed):
        desk.panel.set_overlay("lanes", True)
    with qtbot.assertNotEmitted(desk.panel.overlays_changed):
        desk.panel.set_overlay("lanes", True)
    with pytest.raises(ValueError, match="boxes, lidar, lanes, ego_path"):
        desk.panel.set_overlay("radar", True)
    assert set(OVERLAYS) == {"boxes", "lidar", "lanes", "ego_path", "misfit"}


def test_a_missing_image_is_marked_and_the_one_before_it_stays(desk: Desk) -> None:
    assert desk.cell("back").badge == ""
    desk.seek(0.87)  # image 8, due at 0.86 s, is not there
    back = desk.cell("back")
    assert back.badge == "missing"
    assert back.index == 7
    assert "8.jpg" in back.toolTip()
    corner = empty_place(back).toPoint()
    assert tuple(desk.grab("back")[corner.y(), corner.x()]) == colour_of("back", 7)
    with_badge = desk.grab("back")[: back.title_height()]
    desk.seek(0.97)
    assert back.badge == ""
    assert back.toolTip() == ""
    assert tuple(desk.grab("back")[corner.y(), corner.x()]) == colour_of("back", 9)
    assert not np.array_equal(with_badge, desk.grab("back")[: back.title_height()])


def test_before_its_first_image_a_camera_shows_none(desk: Desk) -> None:
    back = desk.cell("back")
    desk.seek(0.02)
    corner = empty_place(back).toPoint()
    none = tuple(desk.grab("back")[corner.y(), corner.x()])
    assert none not in {colour_of("back", number) for number in range(20)}
    desk.seek(0.07)
    assert tuple(desk.grab("back")[corner.y(), corner.x()]) == colour_of("back", 0)


def test_an_image_that_cannot_be_decoded_tells_why_and_the_others_go_on(desk: Desk, reads: Reads) -> None:
    reads.broken.add(("front", 15))
    desk.seek(1.55)
    front = desk.cell("front")
    assert "front/15.jpg" in (front.error or "")
    corner = empty_place(front).toPoint()
    assert tuple(desk.grab("front")[corner.y(), corner.x()]) != colour_of("front", 5)
    assert desk.cell("left").index == 15
    desk.seek(1.65)
    assert front.error is None
    assert tuple(desk.grab("front")[corner.y(), corner.x()]) == colour_of("front", 16)


def test_hidden_pictures_ask_for_nothing(desk: Desk) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    desk.panel.picture_size_changed.connect(lambda name, *size: sizes.update({name: size}))
    desk.panel.enlarge("front")
    assert sizes["left"] == (0, 0)
    assert sizes["back"] == (0, 0)
    assert sizes["front"][0] > 500
    desk.panel.enlarge(None)
    assert sizes["back"][0] > 100
    desk.panel.hide()
    assert set(sizes.values()) == {(0, 0)}


def test_a_selected_camera_is_framed(desk: Desk) -> None:
    before = desk.grab("left")
    desk.selection.select(camera_id("left"))
    assert not np.array_equal(desk.grab("left"), before)


def test_another_log_or_none_takes_the_place_of_this_one(desk: Desk) -> None:
    desk.panel.enlarge("front")
    desk.loader.close()
    desk.panel.set_log(small_drive())
    assert desk.panel.enlarged is None
    assert desk.cell("front").index is None
    desk.panel.set_log(None)
    with pytest.raises(KeyError):
        desk.panel.cell("front")
    desk.panel.show_image(Source.RECORDING, "front", 0, np.zeros((9, 16, 3), dtype=np.uint8))


def test_on_the_real_drive_boxes_hold_the_points_that_were_measured_on_their_cars(
    qtbot: QtBot, shared_data: Path
) -> None:
    log = open_log(shared_data / "pandaset_drive")
    assert log.lidar is not None
    desk = Desk(qtbot, log, (1500, 700))
    try:
        desk.seek(1.55)
        stream, index = log.camera("front_camera"), desk.cell("front_camera").index
        assert index is not None
        before = desk.grab("front_camera")
        desk.panel.set_overlay("boxes", False)
        assert not np.array_equal(before, desk.grab("front_camera"))
        t_ns = int(stream.t_ns[index])
        sweep = log.lidar.sweep(log.lidar.index_at(t_ns + 50_000_000) or 0)
        checked = 0
        for track, box in log.boxes_at(t_ns):
            held = sweep.points_m[box.contains(sweep.points_m)]
            pixels, _, _ = project_points(stream.camera, stream.world_from_camera[index], held)
            if len(pixels) < 40:
                continue
            desk.selection.clear()
            click(desk.cell("front_camera"), desk.place("front_camera", np.median(pixels, axis=0)))
            checked += desk.selection.ids == {track.id}
        assert checked >= 3
    finally:
        desk.loader.close()


def test_overlays_that_a_worker_has_prepared_cost_the_gui_thread_no_projection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.panel.set_overlay("lanes", True)
    expected = desk.grab("front")
    index = desk.cell("front").index
    assert index is not None
    desk.panel.set_log(desk.log)
    worker = threading.Thread(target=desk.panel.prepare, args=("front", index))
    worker.start()
    worker.join()
    desk.panel.show_image(Source.RECORDING, "front", index, desk.log.camera("front").image(index))
    anew: list[str] = []
    for module, name in ((seen_boxes, "project_boxes"), (projected, "trace_polylines")):
        monkeypatch.setattr(module, name, noting(anew, getattr(module, name)))
    assert (desk.grab("front") == expected).all()
    assert not anew


def noting(calls: list[str], function: Callable[..., object]) -> Callable[..., object]:
    """The function, which now also writes down each call of it."""

    def call(*arguments: object) -> object:
        calls.append(function.__name__)
        return function(*arguments)

    return call


def test_an_edit_moves_the_boxes_in_the_recorded_pictures(desk: Desk) -> None:
    where = desk.centre_of("front", "car")
    hover(desk.cell("front"), where)
    assert desk.selection.hovered == "car"
    edited = with_track(desk.log, shifted(desk.log.tracks[0], -4.0))
    desk.panel.show_edit(edited)
    hover(desk.cell("front"), where)
    assert desk.selection.hovered is None
    desk.log = edited
    hover(desk.cell("front"), desk.centre_of("front", "car"))
    assert desk.selection.hovered == "car"


def test_the_recording_is_seen_from_where_it_was_made_and_renders_from_the_edited_ego(desk: Desk) -> None:
    edited = ego_aside(desk.log, 2.0)
    desk.panel.show_edit(edited)
    assert desk.cell("front").stream is desk.log.camera("front")
    desk.panel.set_source(Source.RENDER)
    assert desk.cell("front").stream is edited.camera("front")
    desk.panel.set_source(Source.RECORDING)
    assert desk.cell("front").stream is desk.log.camera("front")
