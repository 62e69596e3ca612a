"""The viewport."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.logs import DrivingLog, LidarSweep
from core.scene import Scene
from widgets.chips import draw_chips
from widgets.names import stream_title
from widgets.playback import Playback
from widgets.selection import Selection, camera_name
from widgets.theme import tokens
from widgets.viewport.aim import Aim, Canvas
from widgets.viewport.buttons import ViewButtons
from widgets.viewport.drawer import Frame
from widgets.viewport.frames import FrameFeed
from widgets.viewport.hands import Hands
from widgets.viewport.layers import Layers
from widgets.viewport.modes import ViewMode, mode_of
from widgets.viewport.notice import OpenGlNotice
from widgets.viewport.opengl import OpenGl
from widgets.viewport.orbit import OrbitCamera, behind
from widgets.viewport.overlay import Axes, draw_title
from widgets.viewport.painter import SplatPainter
from widgets.viewport.sight import Sight
from widgets.viewport.spot import Spot
from widgets.viewport.stock import Stock
from widgets.viewport.tools import ActorGrip, ActorMover, Tool
from widgets.viewport.tools.rays import Ray

START_MS = 20  # after it was first shown: OpenGL takes as long to be loaded as all views to be painted
_SELECTION_LEAST_M = 6.0  # of the surroundings that framing a selection shows


class Viewport(QWidget):
    """A log and its scene in 3D, at the playhead.

    Middle drag orbits, with Shift pans; the wheel dollies towards the cursor; while the right button is held,
    W A S D Q E fly, Shift fast, Alt slow. `F` frames the selection, `Shift+F` everything, `T` looks from above, `C`
    looks through the selected camera and back. A click selects, with Shift adds, with Ctrl removes. With a mover, a
    drag moves what is selected.
    """

    follow_changed = Signal(bool)
    lidar_changed = Signal(bool)  # whether sweeps are wanted
    view_changed = Signal()  # another camera, or the free one moved
    mode_changed = Signal()
    tool_taken = Signal()  # another one is in hand, or none
    tool_changed = Signal()  # the same, or the one in hand is in another mode

    def __init__(
        self,
        playback: Playback,
        selection: Selection,
        mover: ActorMover | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._playback = playback
        self._selection = selection
        self.layers = Layers(self)
        self._aim = Aim(playback, selection, self.layers, self._canvas)
        self._feed = FrameFeed(self._aim, self)
        self._hands = Hands(
            self,
            self._aim,
            self._spot,
            self._seen,
            {
                (Qt.Key.Key_F, False): self.frame_selection,
                (Qt.Key.Key_F, True): self.frame_all,
                (Qt.Key.Key_T, False): self.top_view,
                (Qt.Key.Key_C, False): self.look_through_selected,
            },
        )
        if mover is not None:
            self._hands.grip = ActorGrip(mover, self, self._hands.under)
        self._notice: OpenGlNotice | None = None
        self._axes = Axes()
        self._mode = ViewMode.FREE
        self._ego_before: NDArray[np.float64] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._buttons = ViewButtons(self.layers, self)
        self._connect()

    def _connect(self) -> None:
        self._buttons.follow.toggled.connect(self.follow_changed)
        self._buttons.through.clicked.connect(self.look_through_selected)
        self._buttons.frame.clicked.connect(self.frame_all)
        self._feed.drawn.connect(self.update)
        self._feed.unusable.connect(self._show_notice)
        self._hands.panned.connect(lambda: self.set_follow(False))
        self._hands.tool_changed.connect(self._on_tool)
        self._hands.tool_changed.connect(self.tool_taken)
        self._hands.navigator.moved.connect(self.set_camera)
        self._hands.navigator.gesture_changed.connect(self._tell_mode)
        self.view_changed.connect(self._tell_mode)
        self.layers.changed.connect(self._on_layer)
        self._playback.t_changed.connect(self._on_time)
        self._selection.changed.connect(self._feed.refresh)
        self._selection.hover_changed.connect(self._feed.refresh)

    @property
    def camera(self) -> OrbitCamera:
        """The free camera, also while a rig's camera is looked through."""
        return self._aim.camera

    def set_camera(self, camera: OrbitCamera) -> None:
        """Move the free camera, and show what it sees."""
        if camera != self._aim.camera or self._aim.through is not None:
            self._aim.camera, self._aim.through = camera, None
            self._look_changed()

    @property
    def through(self) -> str | None:
        """Name of the camera that is looked through."""
        return self._aim.through

    @property
    def mode(self) -> ViewMode:
        """How the view is being looked around in."""
        return self._mode

    @property
    def tool(self) -> Tool | None:
        """What is in hand; without one, a click selects."""
        return self._hands.tool

    def take(self, tool: Tool | None) -> None:
        """Take a tool into the hand; None puts it away."""
        before = self._hands.tool
        if before is not None and before is not tool:
            before.changed.disconnect(self._on_tool)
            before.finished.disconnect(self._put_away)
        self._hands.take(tool)
        if tool is not None and tool is not before:
            tool.changed.connect(self._on_tool)
            tool.finished.connect(self._put_away)
            self.setFocus()

    def leave_tool(self) -> bool:
        """Give up the gesture of the tool or else put it away; whether there was one."""
        if self._hands.tool is None:
            return False
        if not self._hands.cancel():
            self.take(None)
        return True

    @property
    def follow(self) -> bool:
        return self._buttons.follow.isChecked()

    def set_follow(self, follow: bool) -> None:
        """Move the free camera along with the ego, or let it rest."""
        self._buttons.follow.setChecked(follow)

    @property
    def lidar(self) -> bool:
        return self.layers.is_on("lidar")

    @property
    def problem(self) -> str | None:
        """Why nothing can be shown; None while all is well, or before the start."""
        return None if self._notice is None else self._notice.problem

    @property
    def painter(self) -> SplatPainter | None:
        """Who draws the splats; None before the start."""
        return self._feed.painter

    @property
    def sight(self) -> Sight:
        """From where and through which lens the view looks; the frame on the screen may be a little behind."""
        return self._aim.sight()

    @property
    def sight_on_screen(self) -> Sight | None:
        """That of the frame on the screen; None before the first."""
        return None if self._feed.frame is None else self._feed.frame.look.sight

    @property
    def settled(self) -> bool:
        """Whether the screen shows what it should, as well as it can be drawn."""
        return self._feed.settled

    def set_log(self, log: DrivingLog | None) -> None:
        """Show a log without a scene; the camera goes behind the ego."""
        self._aim.stock = None if log is None else Stock(log)
        self._aim.sweep = self._aim.through = None
        self._hands.let_go()
        self.take(None)
        if log is not None:
            ego = log.ego.at(log.t_ns(self._playback.t_s))
            self._aim.camera, self._ego_before = behind(ego), ego.translation
        self._feed.show_stock()
        self._look_changed()

    def set_scene(self, scene: Scene | None) -> None:
        """Add the splats of the log's scene, or take them away; the camera stays."""
        if self._aim.stock is not None:
            self._aim.stock = replace(self._aim.stock, scene=scene)
            self._feed.show_stock()

    def show_edit(self, log: DrivingLog, scene: Scene | None) -> None:
        """Show the same drive after an edit; the camera, and what the hands are doing, stay."""
        before = self._aim.stock
        if before is not None:
            self._aim.stock = before.edited(log, scene)
            if self._aim.stock.has_splats_of(before):
                self._feed.stir()
            else:
                self._feed.show_stock()

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead; None while there is none."""
        self._aim.sweep = sweep
        self._feed.refresh_later()

    def frame_all(self) -> None:
        """Show the whole drive; a few strays do not count."""
        if self._aim.stock is not None:
            self.set_camera(self.camera.framing(*self._aim.stock.bounds_m()))

    def frame_selection(self) -> None:
        """Show what is selected, or the ego."""
        if self._aim.stock is None:
            return
        corners = self._aim.stock.corners_of(self._selection.ids, self._playback.t_s)
        low, high = corners.min(0), corners.max(0)
        grow = np.maximum(_SELECTION_LEAST_M - (high - low), 0) / 2
        self.set_camera(self.camera.framing(low - grow, high + grow))

    def top_view(self) -> None:
        """Look straight down, the log's first heading up, and from at least so high that a street is seen."""
        self.set_camera(self.camera.from_above())

    def look_through(self, name: str | None) -> None:
        """Through a camera of the rig, at its latest picture at the playhead; None gives the free camera back."""
        stock = self._aim.stock
        known = stock is not None and stock.camera(name) is not None
        if name != self._aim.through and (name is None or known):
            self._aim.through = name
            self._look_changed()

    def look_through_selected(self) -> None:
        """Through the selected camera or else the front one; again, back to the free camera."""
        stock = self._aim.stock
        if self._aim.through is not None or stock is None:
            self.look_through(None)
            return
        front = stock.front_camera()
        chosen = camera_name(self._selection.current or "")
        self.look_through(chosen if chosen is not None else front.name if front is not None else None)

    def start(self) -> None:
        """Get ready to draw, in the background; called when first shown, after the window is up."""
        if self.isVisible():
            self._feed.start()

    def end(self) -> None:
        """Stop all threads and leave OpenGL; starts again when shown again."""
        self._hands.let_go()
        self._feed.end()

    def under(self, position: QPointF) -> str | None:
        """Id of the actor, the camera or the ego at a place, unless splats cover it."""
        return self._hands.under(position)

    def ray(self, place: QPointF) -> Ray:
        """The world ray through a place of the widget, as the frame on the screen shows the world."""
        ratio = self.devicePixelRatioF()
        return Ray.through(*self._seen().ray(place.x() * ratio, place.y() * ratio))

    def place(self, point_m: NDArray[np.float64]) -> QPointF | None:
        """Where a world point (3,) is seen in the widget; None for one behind the camera."""
        (place,), _ = self._seen().to_view(point_m)
        return QPointF(*place) / self.devicePixelRatioF() if np.isfinite(place).all() else None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        frame = self._feed.frame
        if frame is None or frame.image.size() != self.size() * self.devicePixelRatioF():
            painter.fillRect(self.rect(), theme.colour("base" if frame is None else "window"))
        if frame is not None:
            look = frame.look
            painter.drawImage(QPointF(look.sight.left_px, look.sight.top_px) / look.ratio, frame.image)
            self._paint_over(painter, frame)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        QTimer.singleShot(START_MS, self, self.start)
        self._feed.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.end()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.PaletteChange:
            self._feed.refresh()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        hint = self._buttons.sizeHint()
        self._buttons.setGeometry(self.width() - hint.width() - 8, 8, hint.width(), hint.height())
        if self._notice is not None:
            self._notice.setGeometry(self.rect())
        self._feed.stir()

    def event(self, event: QEvent) -> bool:
        # Flying and tools use keys that are shortcuts of the window.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._hands.wants(event):
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hands.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hands.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hands.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hands.double_click(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._hands.leave()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._hands.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._hands.key(event, down=True):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._hands.key(event, down=False):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._hands.let_go()
        super().focusOutEvent(event)

    def _seen(self) -> Sight:
        return self.sight_on_screen or self.sight

    def _canvas(self) -> Canvas:
        ratio = self.devicePixelRatioF()
        width, height = max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)
        return Canvas(width, height, ratio, tokens(self.palette()))

    def _look_changed(self) -> None:
        self._feed.stir()
        self.view_changed.emit()

    def _on_tool(self) -> None:
        self.update()
        self.tool_changed.emit()

    def _put_away(self) -> None:
        self.take(None)

    def _tell_mode(self) -> None:
        self._buttons.through.setChecked(self._aim.through is not None)
        mode = mode_of(self._hands.navigator.gesture, self._aim)
        if mode is not self._mode:
            self._mode = mode
            self.mode_changed.emit()

    def _on_time(self) -> None:
        if self._aim.stock is not None:
            log = self._aim.stock.log
            here = log.ego.at(log.t_ns(self._playback.t_s)).translation
            if self.follow and self._ego_before is not None and self._aim.through is None:
                self._aim.camera = self.camera.moved(here - self._ego_before)
                self.view_changed.emit()
            self._ego_before = here
        self._feed.follow_playhead()

    def _on_layer(self, name: str) -> None:
        if name == "lidar":
            self.lidar_changed.emit(self.lidar)
        if name == "scale":
            self._feed.stir()
        self._feed.refresh()

    def _show_notice(self, found: OpenGl) -> None:
        self._notice = OpenGlNotice(found, self)
        self._buttons.hide()
        self._notice.setGeometry(self.rect())
        self._notice.show()

    def _spot(self, position: QPointF) -> Spot | None:
        """A place of the frame that is on the screen; before there is one, of the one that will be."""
        stock = self._aim.stock
        if stock is None:
            return None
        look = None if self._feed.frame is None else self._feed.frame.look
        if look is None or look.stock is not stock or look.sight.frame != self.sight.frame:
            look = self._aim.look(None)
        ratio = self.devicePixelRatioF()
        return Spot(stock, look, self.layers.scale, position.x() * ratio, position.y() * ratio)

    def _paint_over(self, painter: QPainter, frame: Frame) -> None:
        bounds, look = QRectF(self.rect()), frame.look
        if look.stock is None:
            return
        if self._hands.tool is not None:
            self._hands.tool.paint(painter, look.sight, look.ratio)
        draw_chips(painter, frame.labels, bounds)
        if look.through is not None:
            draw_title(painter, stream_title(look.through), bounds)
            return
        self._axes.draw(painter, look.sight, bounds, look.theme)
        if look.stock.scene is not None and look.splats is None:
            draw_title(painter, "Preparing splats…", bounds)
