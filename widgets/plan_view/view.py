"""The plan: a drive seen from above."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.geometry import Pose
from core.logs import DrivingLog, LidarSweep
from core.logs.box_table import BoxesAt, BoxTable
from widgets.chips import Chip, actor_text, draw_chips
from widgets.class_colours import EGO_RGB, class_colour
from widgets.plan_view import furniture, movers, painting
from widgets.plan_view.ground import Ground, ground_of
from widgets.plan_view.viewpoint import Viewpoint
from widgets.playback import Playback
from widgets.pointing import is_click, mode_of
from widgets.points import points_image, ramp
from widgets.selection import EGO, Selection, camera_id
from widgets.theme import icon, tokens

ZOOM_PER_STEP = 1.2  # of the wheel
_PICK_PX = 4.0
_WEDGE_LEAST_PX = 34.0
_LARGE_POINTS_PX_PER_M = 12.0
_HEIGHT_RANGE_M = (-2.0, 4.0)  # of lidar colours, around the ego's own height


class PlanView(QWidget):
    """Ego path, lane map, tracks, boxes, camera wedges and lidar at the playhead, from above.

    Middle drag, or left drag on empty ground, pans; the wheel zooms about the cursor; `F` frames the
    selection, `Shift+F` everything; a click selects, with Shift adds, with Ctrl removes.
    """

    follow_changed = Signal(bool)
    lidar_changed = Signal(bool)  # whether sweeps are wanted

    def __init__(self, playback: Playback, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._selection = selection
        self._log: DrivingLog | None = None
        self._boxes = BoxTable(())
        self._ground = Ground()
        self._colours: dict[str, QColor] = {}
        self._wedges: list[movers.Wedge] = []
        self._sweep: LidarSweep | None = None
        self._lidar_image: tuple[object, QImage] | None = None
        self._viewpoint = Viewpoint()
        self._to_be_framed = False
        self._pressed: QPointF | None = None
        self._panning: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self._build_buttons()
        playback.t_changed.connect(self._on_time)
        selection.changed.connect(self.update)
        selection.hover_changed.connect(self.update)

    @property
    def viewpoint(self) -> Viewpoint:
        return self._viewpoint

    def set_log(self, log: DrivingLog | None) -> None:
        self._log = log
        self._boxes = BoxTable(() if log is None else log.tracks)
        self._ground = Ground() if log is None else ground_of(log)
        self._colours = {} if log is None else {track.id: class_colour(track.actor_class) for track in log.tracks}
        self._wedges = [] if log is None else [movers.wedge_of(stream) for stream in log.cameras]
        self._sweep = None
        self._to_be_framed = log is not None
        if self.isVisible():
            self._frame_first()
        self.update()

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead; `index` tells sweeps apart."""
        self._sweep = sweep
        if self._lidar_button.isChecked():
            self.update()

    def set_viewpoint(self, viewpoint: Viewpoint) -> None:
        if viewpoint != self._viewpoint:
            self._viewpoint = viewpoint
            self.update()

    def set_follow(self, follow: bool) -> None:
        """Keep the ego in the middle, or let the plan rest."""
        self._follow_button.setChecked(follow)

    def set_lidar(self, on: bool) -> None:
        self._lidar_button.setChecked(on)

    def frame_all(self) -> None:
        """Show the whole drive; of the tracks only the middle nine tenths, so that a stray one cannot ruin it."""
        if self._log is None:
            return
        ego = self._log.ego.poses.translation[:, :2]
        low, high = ego.min(0), ego.max(0)
        if self._log.tracks:
            centres = np.concatenate([track.poses.poses.translation[:, :2] for track in self._log.tracks])
            low = np.minimum(low, np.percentile(centres, 5, axis=0))
            high = np.maximum(high, np.percentile(centres, 95, axis=0))
        self.set_viewpoint(Viewpoint.framing(low, high, self._size()))

    def frame_selection(self) -> None:
        """Show what is selected: actors now or, while they do not exist, their tracks; else the ego."""
        if self._log is None:
            return
        boxes = self._boxes_now()
        corners = movers.footprints(boxes)
        rows = {track.id: row for row, track in enumerate(boxes.tracks)}
        points = [
            corners[rows[track.id]] if track.id in rows else track.poses.poses.translation[:, :2]
            for track in self._log.tracks
            if track.id in self._selection.ids
        ]
        found = np.concatenate(points or [movers.ego_outline(self._ego_now())])
        self.set_viewpoint(Viewpoint.framing(found.min(0), found.max(0), self._size(), least_m=30.0))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("base"))
        if self._log is None:
            return
        size, view = self._size(), self._viewpoint
        furniture.draw_grid(painter, view, size, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ego, boxes = self._ego_now(), self._boxes_now()
        selected, hovered = self._selection.ids, self._selection.hovered
        transform = view.transform(size)
        seen_m = transform.inverted()[0].mapRect(QRectF(self.rect()))
        painter.save()
        painter.setTransform(transform, True)
        painting.draw_ground(painter, self._ground, seen_m, theme, view.px_per_m)
        painting.draw_tracks(painter, self._ground, selected | {hovered or ""}, self._colours)
        passed = int(np.searchsorted(self._log.ego.t_ns, self._t_ns(), side="right"))
        painting.draw_ego_path(painter, self._log.ego.poses.translation, ego.translation[:2], passed)
        painter.restore()
        if self._lidar_button.isChecked() and self._sweep is not None:
            painter.drawImage(QPointF(0, 0), self._lidar_picture(self._sweep))
        for wedge in self._wedges:
            strong = camera_id(wedge.name) in selected or hovered == camera_id(wedge.name)
            painting.draw_wedge(painter, self._wedge_px(wedge, ego), theme, strong=strong)
        painting.draw_ego(painter, view.to_screen(movers.ego_outline(ego), size), theme, selected=EGO in selected)
        self._paint_actors(painter, boxes, ego)
        furniture.draw_scale_bar(painter, view, size, theme)
        furniture.draw_compass(painter, QPointF(32, 32), float(ego.heading), theme, QColor(*EGO_RGB))

    def _paint_actors(self, painter: QPainter, boxes: BoxesAt, ego: Pose) -> None:
        theme = tokens(self.palette())
        corners = self._viewpoint.to_screen(movers.footprints(boxes), self._size())
        selected, hovered = self._selection.ids, self._selection.hovered
        order = sorted(range(len(boxes)), key=lambda row: boxes.tracks[row].id in selected | {hovered or ""})
        for row in order:
            track = boxes.tracks[row]
            painting.draw_actor(
                painter,
                corners[row],
                self._colours[track.id],
                theme,
                selected=track.id in selected,
                hovered=track.id == hovered,
            )
        self._paint_chips(painter, boxes, corners, ego)

    def _paint_chips(self, painter: QPainter, boxes: BoxesAt, corners: NDArray[np.float64], ego: Pose) -> None:
        chips = []
        for row, track in enumerate(boxes.tracks):
            if track.id in (self._selection.hovered, self._selection.current):
                distance_m = float(np.linalg.norm(boxes.world_from_box.translation[row] - ego.translation))
                top = QPointF(float(corners[row, :4, 0].mean()), float(corners[row, :4, 1].min()))
                chips.append(Chip(actor_text(track, distance_m), top, self._colours[track.id]))
        draw_chips(painter, chips, QRectF(self.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panning = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        position = event.position()
        if self._panning is not None:
            self.set_follow(False)
            self.set_viewpoint(self._viewpoint.panned(position - self._panning))
            self._panning = position
        elif self._pressed is not None:
            if not is_click(self._pressed, position) and self._actor_under(self._pressed) is None:
                self._panning, self._pressed = self._pressed, None
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.mouseMoveEvent(event)
        else:
            under = self._under(position)
            self._selection.hover(under)
            self.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._panning is not None:
            self._panning = None
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif self._pressed is not None and is_click(self._pressed, event.position()):
            self._click(event.position(), event.modifiers())
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._selection.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        steps = event.angleDelta().y() / 120
        self.set_viewpoint(self._viewpoint.zoomed(ZOOM_PER_STEP**steps, event.position(), self._size()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() != Qt.Key.Key_F or event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        elif event.modifiers():
            self.frame_all()
        else:
            self.frame_selection()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        hint = self._buttons.sizeHint()
        self._buttons.setGeometry(self.width() - hint.width() - 8, 8, hint.width(), hint.height())
        self._frame_first()

    def _frame_first(self) -> None:
        """A new log is framed as soon as there is a size to frame it in."""
        if self._to_be_framed and self.isVisible():
            self._to_be_framed = False
            self.frame_all()

    def showEvent(self, event: QEvent) -> None:  # noqa: N802
        self._frame_first()

    def _click(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        under = self._under(position)
        mode = mode_of(modifiers)
        if under is not None:
            self._selection.select(under, mode)
        elif mode == "replace":
            self._selection.clear()

    def _under(self, position: QPointF) -> str | None:
        """Id of the actor, the ego or the camera at a place, in this order."""
        if self._log is None:
            return None
        actor = self._actor_under(position)
        if actor is not None:
            return actor
        ego, size = self._ego_now(), self._size()
        if _holds(self._viewpoint.to_screen(movers.ego_outline(ego), size), position):
            return EGO
        for wedge in self._wedges:
            if _holds(self._wedge_px(wedge, ego), position):
                return camera_id(wedge.name)
        return None

    def _actor_under(self, position: QPointF) -> str | None:
        boxes = self._boxes_now()
        x_m, y_m = self._viewpoint.to_world(position, self._size())
        row = movers.actor_under(boxes, x_m, y_m, _PICK_PX / self._viewpoint.px_per_m)
        return None if row is None else boxes.tracks[row].id

    def _wedge_px(self, wedge: movers.Wedge, ego: Pose) -> NDArray[np.float64]:
        length_m = max(movers.WEDGE_M, _WEDGE_LEAST_PX / self._viewpoint.px_per_m)
        return self._viewpoint.to_screen(movers.wedge_outline(wedge, ego, length_m), self._size())

    def _lidar_picture(self, sweep: LidarSweep) -> QImage:
        ratio = self.devicePixelRatioF()
        key = (id(sweep), self._viewpoint, self.width(), self.height(), ratio)
        if self._lidar_image is None or self._lidar_image[0] != key:
            order = np.argsort(sweep.points_m[:, 2], kind="stable")
            points = sweep.points_m[order]
            low, high = _HEIGHT_RANGE_M
            fraction = 0.9 - 0.8 * (points[:, 2] - self._ego_now().translation[2] - low) / (high - low)
            pixels = self._viewpoint.to_screen(points, self._size()) * ratio
            width, height = round(self.width() * ratio), round(self.height() * ratio)
            size = round((1 if self._viewpoint.px_per_m < _LARGE_POINTS_PX_PER_M else 2) * ratio)
            image = points_image(pixels, ramp(fraction), width, height, size)
            image.setDevicePixelRatio(ratio)
            self._lidar_image = (key, image)
        return self._lidar_image[1]

    def _on_time(self) -> None:
        if self._log is None:
            return
        if self._follow_button.isChecked():
            self._centre_on_ego()
        self.update()

    def _centre_on_ego(self) -> None:
        x_m, y_m, _ = self._ego_now().translation
        self.set_viewpoint(self._viewpoint.centred(float(x_m), float(y_m)))

    def _t_ns(self) -> int:
        assert self._log is not None
        return self._log.t_ns(self._playback.t_s)

    def _ego_now(self) -> Pose:
        assert self._log is not None
        return self._log.ego.at(self._t_ns())

    def _boxes_now(self) -> BoxesAt:
        return self._boxes.at(0 if self._log is None else self._t_ns())

    def _size(self) -> QSizeF:
        return QSizeF(self.size())

    def _build_buttons(self) -> None:
        self._buttons = QWidget(self)
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._lidar_button = _toggle("dots-hexagon", "Lidar points")
        self._follow_button = _toggle("crosshairs-gps", "Follow the ego")
        frame = QToolButton()
        frame.setIcon(icon("fit-to-page-outline"))
        frame.setToolTip("Frame everything (Shift+F)")
        frame.clicked.connect(self.frame_all)
        for button in (self._lidar_button, self._follow_button, frame):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(button)
        self._lidar_button.toggled.connect(self.lidar_changed)
        self._lidar_button.toggled.connect(self.update)
        self._follow_button.toggled.connect(self.follow_changed)
        self._follow_button.toggled.connect(self._on_time)


def _toggle(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setIcon(icon(name))
    button.setToolTip(tip)
    return button


def _holds(outline_px: NDArray[np.float64], position: QPointF) -> bool:
    """Whether a convex or star-shaped outline (n, 2) holds a place: the crossing-number rule."""
    x, y = outline_px[:, 0], outline_px[:, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > position.y()) != (next_y > position.y())
    rise = np.where(next_y == y, 1.0, next_y - y)
    at_x = x + (position.y() - y) / rise * (next_x - x)
    return bool((crosses & (position.x() < at_x)).sum() % 2)
