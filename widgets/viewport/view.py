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
from widgets.pointing import is_click, mode_of
from widgets.selection import Selection, camera_name
from widgets.theme import tokens
from widgets.viewport import overlay
from widgets.viewport.buttons import ViewButtons
from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.drawer import Drawer, Frame
from widgets.viewport.gl_splats import GlSplats
from widgets.viewport.layers import Layers
from widgets.viewport.navigation import Navigator
from widgets.viewport.notice import OpenGlNotice
from widgets.viewport.opengl import OpenGl
from widgets.viewport.orbit import FIELD_RAD, MOST_PITCH_RAD, OrbitCamera, behind
from widgets.viewport.painter import SplatPainter
from widgets.viewport.scenery import Look
from widgets.viewport.sight import Sight, letterboxed, wide
from widgets.viewport.splat_world import SplatRequest
from widgets.viewport.spot import Spot
from widgets.viewport.stock import Stock

REST_MS = 160  # after the last move, splats are drawn in full
_SELECTION_LEAST_M = 6.0  # of the surroundings that framing a selection shows


class Viewport(QWidget):
    """A log and its scene in 3D, at the playhead.

    Middle drag orbits, with Shift pans; the wheel dollies towards the cursor; while the right button is held,
    W A S D Q E fly, Shift fast, Alt slow. `F` frames the selection, `Shift+F` everything, `T` looks from above, `C`
    looks through the selected camera and back. A click selects, with Shift adds, with Ctrl removes.
    """

    follow_changed = Signal(bool)
    lidar_changed = Signal(bool)  # whether sweeps are wanted
    view_changed = Signal()  # another camera, or the free one moved

    def __init__(self, playback: Playback, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._selection = selection
        self.layers = Layers(self)
        self._stock: Stock | None = None
        self._sweep: LidarSweep | None = None
        self._camera = OrbitCamera()
        self._through: str | None = None
        self._sight_made: tuple[object, Sight] | None = None
        self._painter: SplatPainter | None = None
        self._drawer: Drawer | None = None
        self._notice: OpenGlNotice | None = None
        self._request: tuple[object, SplatRequest] | None = None
        self._asked: object = None  # of the drawer
        self._frame: Frame | None = None
        self._pressed: QPointF | None = None
        self._moving = False
        self._ego_before: NDArray[np.float64] | None = None
        self._navigator = Navigator(lambda: self._camera, self)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._buttons = ViewButtons(self.layers, self)
        self._buttons.follow.toggled.connect(self.follow_changed)
        self._buttons.through.clicked.connect(self.look_through_selected)
        self._buttons.frame.clicked.connect(self.frame_all)
        self.view_changed.connect(lambda: self._buttons.through.setChecked(self._through is not None))
        self._rest.timeout.connect(self._come_to_rest)
        self._navigator.moved.connect(self.set_camera)
        self.layers.changed.connect(self._on_layer)
        playback.t_changed.connect(self._on_time)
        selection.changed.connect(self.update)
        selection.hover_changed.connect(self.update)
        selection.hidden_changed.connect(self._on_hidden)

    @property
    def camera(self) -> OrbitCamera:
        """The free camera, also while a rig's camera is looked through."""
        return self._camera

    def set_camera(self, camera: OrbitCamera) -> None:
        """Move the free camera, and show what it sees."""
        if camera != self._camera or self._through is not None:
            self._camera, self._through = camera, None
            self._look_changed()

    @property
    def through(self) -> str | None:
        """Name of the camera that is looked through."""
        return self._through

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
        return self._painter

    @property
    def sight(self) -> Sight:
        """From where and through which lens the view looks; the frame on the screen may be a little behind."""
        return self._sight()

    @property
    def sight_on_screen(self) -> Sight | None:
        """That of the frame on the screen; None before the first."""
        return None if self._frame is None else self._frame.look.sight

    @property
    def settled(self) -> bool:
        """Whether the screen shows what it should, as well as it can be drawn."""
        if self._painter is None or self._frame is None or self._moving or not self._painter.settled:
            return False
        if self._request is not None and self._request[0] != self._splat_key():
            return False
        return self._frame.look.key == self._look(self._painter).key

    def set_log(self, log: DrivingLog | None) -> None:
        """Show a log without a scene; the camera goes behind the ego."""
        self._stock = None if log is None else Stock(log)
        self._sweep = self._pressed = self._through = None
        self._navigator.stop()
        if log is not None:
            ego = log.ego.at(log.t_ns(self._playback.t_s))
            self._camera, self._ego_before = behind(ego), ego.translation
        self._show_stock()
        self._look_changed()

    def set_scene(self, scene: Scene | None) -> None:
        """Add the splats of the log's scene, or take them away; the camera stays."""
        if self._stock is not None:
            self._stock = Stock(self._stock.log, scene, self._selection.hidden)
            self._show_stock()

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead; None while there is none."""
        self._sweep = sweep
        self.update()

    def frame_all(self) -> None:
        """Show the whole drive; a few strays do not count."""
        if self._stock is not None:
            self.set_camera(self._camera.framing(*self._stock.bounds_m()))

    def frame_selection(self) -> None:
        """Show what is selected, or the ego."""
        if self._stock is None:
            return
        corners = self._stock.corners_of(self._selection.ids, self._playback.t_s)
        low, high = corners.min(0), corners.max(0)
        grow = np.maximum(_SELECTION_LEAST_M - (high - low), 0) / 2
        self.set_camera(self._camera.framing(low - grow, high + grow))

    def top_view(self) -> None:
        """Look straight down, the log's first heading up, and from at least so high that a street is seen."""
        high_m = max(self._camera.distance_m, 60.0)
        self.set_camera(replace(self._camera, yaw_rad=0.0, pitch_rad=-MOST_PITCH_RAD, distance_m=high_m))

    def look_through(self, name: str | None) -> None:
        """Through a camera of the rig, at its latest picture at the playhead; None gives the free camera back."""
        known = self._stock is not None and self._stock.camera(name) is not None
        if name != self._through and (name is None or known):
            self._through = name
            self._look_changed()

    def look_through_selected(self) -> None:
        """Through the selected camera or else the front one; again, back to the free camera."""
        if self._through is not None or self._stock is None:
            self.look_through(None)
            return
        front = self._stock.front_camera()
        chosen = camera_name(self._selection.current or "")
        self.look_through(chosen if chosen is not None else front.name if front is not None else None)

    def start(self) -> None:
        """Get ready to draw, in the background; called when first shown, after the window is up."""
        if self._drawer is None and self.isVisible():
            self._drawer = Drawer(self)
            self._drawer.found.connect(self._take_opengl)
            self._drawer.drawn.connect(self._take_frame)

    def end(self) -> None:
        """Stop all threads and leave OpenGL; starts again when shown again."""
        self._navigator.stop()
        self._rest.stop()
        if self._painter is not None:
            self._painter.close()
        if self._drawer is not None:
            self._drawer.close()
        self._drawer = self._painter = self._frame = self._asked = None

    def under(self, position: QPointF) -> str | None:
        """Id of the actor, the camera or the ego at a place, unless splats cover it."""
        spot = self._spot(position)
        return None if spot is None else spot.thing()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        self._ask()
        frame = self._frame
        if frame is None or frame.image.size() != self.size() * self.devicePixelRatioF():
            painter.fillRect(self.rect(), theme.colour("base" if frame is None else "window"))
        if frame is not None:
            sight, ratio = frame.look.sight, frame.look.ratio
            frame.image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(sight.left_px / ratio, sight.top_px / ratio), frame.image)
            if frame.look.stock is not None:
                self._paint_over(painter, frame.look.stock, frame.look)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        QTimer.singleShot(0, self, self.start)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.end()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        hint = self._buttons.sizeHint()
        self._buttons.setGeometry(self.width() - hint.width() - 8, 8, hint.width(), hint.height())
        if self._notice is not None:
            self._notice.setGeometry(self.rect())
        self._stir()

    def event(self, event: QEvent) -> bool:
        # Flying uses letters that are shortcuts of the window.
        if event.type() == QEvent.Type.ShortcutOverride and self._navigator.flying:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._navigator.press(event):
            self._selection.hover(None)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._navigator.active:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self._navigator.flying:
                self.set_follow(False)
            self._navigator.move(event, self._sight().lens.fx / self.devicePixelRatioF())
        elif self._pressed is None:
            under = self.under(event.position())
            self._selection.hover(under)
            self.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._navigator.release(event):
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            if is_click(self._pressed, event.position()):
                self._click(event.position(), event.modifiers())
            self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._selection.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        spot, camera = self._spot(event.position()), self._camera
        if spot is not None:
            place = spot.place(camera.distance_m, camera.target_m[2])
            self._navigator.wheel(event.angleDelta().y() / 120, place)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._navigator.key(event, down=True):
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        actions = {
            (Qt.Key.Key_F, False): self.frame_selection,
            (Qt.Key.Key_F, True): self.frame_all,
            (Qt.Key.Key_T, False): self.top_view,
            (Qt.Key.Key_C, False): self.look_through_selected,
        }
        action = actions.get((Qt.Key(event.key()), shift))
        if action is None or event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        else:
            action()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if not self._navigator.key(event, down=False):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._navigator.stop()
        super().focusOutEvent(event)

    def _look_changed(self) -> None:
        self._stir()
        self.view_changed.emit()

    def _stir(self) -> None:
        """Something moves: splats are drawn fast, and in full after a rest."""
        self._moving = True
        self._rest.start()
        self.update()

    def _come_to_rest(self) -> None:
        self._moving = self._playback.playing
        self.update()

    def _on_time(self) -> None:
        if self._stock is not None:
            log = self._stock.log
            here = log.ego.at(log.t_ns(self._playback.t_s)).translation
            if self.follow and self._ego_before is not None and self._through is None:
                self._camera = self._camera.moved(here - self._ego_before)
                self.view_changed.emit()
            self._ego_before = here
        self._stir()

    def _on_hidden(self) -> None:
        self._stock = self._stock and replace(self._stock, hidden=self._selection.hidden)
        self._request = None
        self.update()

    def _on_layer(self, name: str) -> None:
        if name == "lidar":
            self.lidar_changed.emit(self.lidar)
        if name == "scale":
            self._stir()
        self.update()

    def _click(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        under, mode = self.under(position), mode_of(modifiers)
        if under is not None:
            self._selection.select(under, mode)
        elif mode == "replace":
            self._selection.clear()

    def _take_opengl(self, found: OpenGl) -> None:
        if self._drawer is None:  # ended meanwhile
            return
        if found.usable:
            self._painter = choose_painter(found)
            self._painter.changed.connect(self.update)
            self._show_stock()
            return
        self._notice = OpenGlNotice(found, self)
        self._buttons.hide()
        self._notice.setGeometry(self.rect())
        self._notice.show()

    def _take_frame(self, frame: Frame) -> None:
        if self._drawer is not None:
            self._frame = frame
            self.update()

    def _show_stock(self) -> None:
        stock = self._stock
        self._request = None
        if self._painter is not None:
            self._painter.set_world(None if stock is None or stock.scene is None else stock.world)
        self._stir()

    def _moment_s(self) -> float:
        """The playhead; through a camera, the time of its picture."""
        return self._playback.t_s if self._stock is None else self._stock.moment_s(self._through, self._playback.t_s)

    def _sight(self) -> Sight:
        ratio, t_s = self.devicePixelRatioF(), self._playback.t_s
        width, height = max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)
        stream = None if self._stock is None else self._stock.camera(self._through)
        seen = self._camera if stream is None else (self._through, self._moment_s())
        key = seen, width, height
        if self._sight_made is None or self._sight_made[0] != key:
            if self._stock is None or stream is None:
                made = wide(self._camera.pose, FIELD_RAD, width, height)
            else:
                made = letterboxed(self._stock.pose_of(stream, t_s), stream.camera, width, height)
            self._sight_made = key, made
        return self._sight_made[1]

    def _splat_layers(self) -> dict[str, bool]:
        return {name: self.layers.is_on(name) for name in ("static", "actors")}

    def _ask(self) -> None:
        """Have drawn what is to be seen, if that has changed."""
        if self._painter is None or self._drawer is None:
            return
        self._ask_splats(self._painter)
        look = self._look(self._painter)
        if look.key != self._asked:
            self._asked = look.key
            self._drawer.draw(look, self._painter)

    def _ask_splats(self, painter: SplatPainter) -> None:
        if self._stock is None or self._stock.scene is None:
            return
        key = self._splat_key()
        if self._request is None or self._request[0] != key:
            selection, t_s = self._selection, self._moment_s()
            nodes = self._stock.nodes_at(t_s, **self._splat_layers(), selected=selection.ids, hovered=selection.hovered)
            request = SplatRequest(
                self._sight(), t_s, nodes, self.layers.mode, self.layers.scale, self._moving, self._through is None
            )
            self._request = key, request
            painter.ask(request)

    def _splat_key(self) -> tuple[object, ...]:
        """Equal while splats are to be drawn alike."""
        selection, layers = self._selection, self.layers
        shown = *self._splat_layers().values(), layers.mode, layers.scale
        return self._sight(), self._moment_s(), selection.ids, selection.hovered, *shown, self._moving

    def _look(self, painter: SplatPainter | None) -> Look:
        """What is to be drawn now; where splats come late, everything is drawn as they are."""
        sight, t_s, late = self._sight(), self._moment_s(), None if painter is None else painter.shown()
        if late is not None and late.sight.frame == sight.frame:
            sight, t_s = late.sight, late.t_s
        names = {camera_name(one) for one in (*self._selection.ids, self._selection.hovered) if one is not None}
        with_grid = self._stock is not None and self._stock.scene is None
        around = self._camera if with_grid else OrbitCamera()
        return Look(
            stock=self._stock,
            sweep=self._sweep,
            splats=None if painter is None else painter.splats(),
            sight=sight,
            t_s=t_s,
            centre_m=around.target_m,
            distance_m=around.distance_m,
            ratio=self.devicePixelRatioF(),
            selected=self._selection.ids,
            hovered=self._selection.hovered,
            camera_names=frozenset(name for name in names if name is not None),
            through=self._through,
            theme=tokens(self.palette()),
            layers=self.layers.shown(),
            mode=self.layers.mode,
        )

    def _spot(self, position: QPointF) -> Spot | None:
        """A place of the frame that is on the screen; before there is one, of the one that will be."""
        if self._stock is None:
            return None
        look = None if self._frame is None else self._frame.look
        if look is None or look.stock is not self._stock or look.sight.frame != self._sight().frame:
            look = self._look(None)
        ratio = self.devicePixelRatioF()
        return Spot(self._stock, look, self.layers.scale, position.x() * ratio, position.y() * ratio)

    def _paint_over(self, painter: QPainter, stock: Stock, look: Look) -> None:
        bounds = QRectF(self.rect())
        draw_chips(painter, overlay.labels_of(stock, look, self._selection.current), bounds)
        if look.through is not None:
            overlay.draw_title(painter, stream_title(look.through), bounds)
            return
        overlay.draw_axes(painter, look.sight, bounds, look.theme)
        if stock.scene is not None and look.splats is None:
            overlay.draw_title(painter, "Preparing splats…", bounds)


def choose_painter(found: OpenGl) -> SplatPainter:
    """Who draws splats: the graphics card, unless that is the processor in disguise."""
    return CpuSplats() if found.software else GlSplats()
