"""The plan: a drive seen from above."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.logs import DrivingLog, LidarSweep
from widgets.elements import icon_button
from widgets.plan_view.scene import PlanScene
from widgets.plan_view.viewpoint import Canvas, Viewpoint
from widgets.playback import Playback
from widgets.pointing import is_click, mode_of
from widgets.selection import Selection
from widgets.theme import tokens
from widgets.viewport.tools import Tool, Touch

ZOOM_PER_STEP = 1.2  # of the wheel
_SELECTION_LEAST_M = 30.0  # of the surroundings that framing a selection shows


class PlanView(QWidget):
    """Ego path, lane map, tracks, boxes, camera wedges and lidar at the playhead, from above.

    Middle drag, or left drag on empty ground, pans; the wheel zooms about the cursor; `F` frames the
    selection, `Shift+F` everything; a click selects, with Shift adds, with Ctrl removes. A tool in hand comes first.
    """

    follow_changed = Signal(bool)
    lidar_changed = Signal(bool)  # whether sweeps are wanted

    def __init__(self, playback: Playback, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._selection = selection
        self._log: DrivingLog | None = None
        self._scene: PlanScene | None = None
        self._sweep: LidarSweep | None = None
        self._tool: Tool | None = None
        self._tool_holds = False  # the left button
        self._viewpoint = Viewpoint()
        self._to_be_framed = False
        self._is_behind = False  # a hidden plan does not follow every move of a drag
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
        self._scene = None if log is None else PlanScene(log)
        self._sweep = None
        self._is_behind = False
        self._pressed = self._panning = None
        self._to_be_framed = log is not None
        self._frame_first()
        self.update()

    def show_edit(self, log: DrivingLog) -> None:
        """Show the same drive after an edit; the viewpoint stays."""
        if self._scene is not None and log is not self._log:
            self._log, self._is_behind = log, True
            if self.isVisible():
                self._catch_up()

    @property
    def tool(self) -> Tool | None:
        """What is in hand; without one, a click selects."""
        return self._tool

    def take(self, tool: Tool | None) -> None:
        """Take a tool into the hand; None puts it away. It may be in the hands of other views, too."""
        if self._tool is not None:
            self._tool.changed.disconnect(self.update)
        self._tool, self._tool_holds = tool, False
        if tool is not None:
            tool.changed.connect(self.update)
        self.update()

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead; None while there is none."""
        self._sweep = sweep
        if self._lidar_button.isChecked():
            self.update()

    def set_viewpoint(self, viewpoint: Viewpoint) -> None:
        if viewpoint != self._viewpoint:
            self._viewpoint = viewpoint
            self.update()

    @property
    def follow(self) -> bool:
        return self._follow_button.isChecked()

    @property
    def lidar(self) -> bool:
        return self._lidar_button.isChecked()

    def set_follow(self, follow: bool) -> None:
        """Keep the ego in the middle, or let the plan rest."""
        self._follow_button.setChecked(follow)

    def set_lidar(self, on: bool) -> None:
        self._lidar_button.setChecked(on)

    def frame_all(self) -> None:
        """Show the whole drive."""
        if self._scene is not None:
            self.set_viewpoint(Viewpoint.framing(*self._scene.bounds_of_all(), self._size()))

    def frame_selection(self) -> None:
        """Show what is selected, or the ego."""
        if self._scene is not None:
            bounds = self._scene.bounds_of(self._selection.ids, self._t_ns())
            self.set_viewpoint(Viewpoint.framing(*bounds, self._size(), least_m=_SELECTION_LEAST_M))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        if self._scene is None:
            painter.fillRect(self.rect(), theme.colour("base"))
        else:
            sweep = self._sweep if self._lidar_button.isChecked() else None
            self._scene.paint(painter, self._canvas(), self._t_ns(), self._selection, theme, sweep)
            if self._tool is not None:
                self._tool.paint(painter, self._canvas().sight, self.devicePixelRatioF())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.MiddleButton:
            self._start_pan(event.position())
        elif event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        elif self._tool is not None and self._tool.press(self._touch(event)):
            self._tool_holds = True
        else:
            self._pressed = event.position()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        left = event.button() == Qt.MouseButton.LeftButton
        if not (left and self._tool is not None and self._tool.double_click(self._touch(event))):
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        position = event.position()
        if self._tool is not None and self._tool_holds:
            self._tool.drag(self._touch(event))
            return
        if self._pressed is not None and not is_click(self._pressed, position) and self._is_empty(self._pressed):
            self._start_pan(self._pressed)
        if self._panning is not None:
            self.set_follow(False)
            self.set_viewpoint(self._viewpoint.panned(position - self._panning))
            self._panning = position
        elif self._pressed is None and self._tool is not None and self._tool.hover(self._touch(event)):
            self._selection.hover(None)
            self.setCursor(self._tool.cursor)
        elif self._pressed is None:
            under = self._under(position)
            self._selection.hover(under)
            self.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is not None and self._tool_holds:
            self._tool_holds = False
            self._tool.release(self._touch(event))
        elif self._panning is not None:
            self._panning = None
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif self._pressed is not None and is_click(self._pressed, event.position()):
            self._click(event.position(), event.modifiers())
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._selection.hover(None)
        if self._tool is not None:
            self._tool.leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        if self._tool is not None and self._tool_holds:
            self._tool_holds = False
            self._tool.let_go()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tools use keys that are shortcuts of the window.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and self._tool is not None and self._tool.wants(event):
            event.accept()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        steps = event.angleDelta().y() / 120
        self.set_viewpoint(self._viewpoint.zoomed(ZOOM_PER_STEP**steps, event.position(), self._size()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._tool is not None and self._tool.key(event):
            return
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

    def showEvent(self, event: QEvent) -> None:  # noqa: N802
        self._catch_up()
        self._frame_first()

    def _catch_up(self) -> None:
        """Be of the drive as it has been edited."""
        if self._is_behind and self._scene is not None and self._log is not None:
            self._is_behind = False
            self._scene = self._scene.edited(self._log)
            self.update()

    def _frame_first(self) -> None:
        """A new log is framed as soon as there is a size to frame it in."""
        if self._to_be_framed and self.isVisible():
            self._to_be_framed = False
            self.frame_all()

    def _start_pan(self, position: QPointF) -> None:
        self._panning, self._pressed = position, None
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _touch(self, event: QMouseEvent) -> Touch:
        canvas = self._canvas()
        return Touch(QPointF(event.position()), event.modifiers(), canvas.sight, canvas.ratio)

    def _click(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        under = self._under(position)
        mode = mode_of(modifiers)
        if under is not None:
            self._selection.select(under, mode)
        elif mode == "replace":
            self._selection.clear()

    def _under(self, position: QPointF) -> str | None:
        return None if self._scene is None else self._scene.under(position, self._canvas(), self._t_ns())

    def _is_empty(self, position: QPointF) -> bool:
        return self._scene is None or self._scene.actor_under(position, self._canvas(), self._t_ns()) is None

    def _on_time(self) -> None:
        if self._scene is not None and self._follow_button.isChecked():
            x_m, y_m, _ = self._scene.ego(self._t_ns()).translation
            self.set_viewpoint(self._viewpoint.centred(float(x_m), float(y_m)))
        self.update()

    def _t_ns(self) -> int:
        return 0 if self._log is None else self._log.t_ns(self._playback.t_s)

    def _size(self) -> QSizeF:
        return QSizeF(self.size())

    def _canvas(self) -> Canvas:
        return Canvas(self._viewpoint, self._size(), self.devicePixelRatioF())

    def _build_buttons(self) -> None:
        self._buttons = QWidget(self)
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._lidar_button = icon_button("dots-hexagon", "Lidar points")
        self._follow_button = icon_button("crosshairs-gps", "Follow the ego")
        for toggle in (self._lidar_button, self._follow_button):
            toggle.setCheckable(True)
        frame = icon_button("fit-to-page-outline", "Frame everything (Shift+F)")
        for button in (self._lidar_button, self._follow_button, frame):
            row.addWidget(button)
        frame.clicked.connect(self.frame_all)
        self._lidar_button.toggled.connect(self.lidar_changed)
        self._lidar_button.toggled.connect(self.update)
        self._follow_button.toggled.connect(self.follow_changed)
        self._follow_button.toggled.connect(self._on_time)
