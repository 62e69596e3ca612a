"""When frames are drawn: never in the way of the pictures beside them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from widgets.viewport.aim import Aim
from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.drawer import Drawer, Frame
from widgets.viewport.gl_splats import GlSplats
from widgets.viewport.opengl import OpenGl
from widgets.viewport.painter import SplatPainter
from widgets.viewport.splat_world import SplatRequest

REST_MS = 160  # after the last move, splats are drawn in full
PICTURES_FIRST_MS = 22  # after a move of the playhead, while the pictures of cameras are painted


class FrameFeed(QObject):
    """Has drawn what an aim sees: splats in a thread, the frame in another.

    While the playhead moves, a frame is asked for a moment after the one before has come, then for where the
    playhead is by that time. Hands on the camera are answered at once.
    """

    drawn = Signal()  # `frame` is another one
    unusable = Signal(object)  # OpenGl

    def __init__(self, aim: Aim, view: QWidget) -> None:
        super().__init__(view)
        self._aim = aim
        self._view = view  # for which nothing is drawn while it is hidden
        self._drawer: Drawer | None = None
        self.painter: SplatPainter | None = None
        """Who draws the splats; None before the start."""
        self.frame: Frame | None = None
        self._request: tuple[object, SplatRequest] | None = None
        self._asked: object = None  # key of the look that the drawer was given last
        self._moving = False
        self._due = False  # for the playhead, once that which is under way has come
        self._pace = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._pace.timeout.connect(self._ask)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._come_to_rest)

    @property
    def settled(self) -> bool:
        """Whether the frame shows what it should, as well as it can be drawn."""
        if self.painter is None or self.frame is None or self._moving or self._due or self._pace.isActive():
            return False
        if not self.painter.settled:
            return False
        if self._request is not None and self._request[0] != self._aim.splat_key(moving=False):
            return False
        return self.frame.look.key == self._aim.look(self.painter).key

    def start(self) -> None:
        """Look for OpenGL, in the background."""
        if self._drawer is None:
            self._drawer = Drawer(self)
            self._drawer.found.connect(self._take_opengl)
            self._drawer.drawn.connect(self._take_frame)

    def end(self) -> None:
        """Stop all threads and leave OpenGL; `start` begins anew."""
        self._pace.stop()
        self._rest.stop()
        if self.painter is not None:
            self.painter.close()
        if self._drawer is not None:
            self._drawer.close()
        self._drawer = self.painter = self.frame = self._asked = self._request = None

    def show_stock(self) -> None:
        """The aim has another stock, perhaps with other splats."""
        stock = self._aim.stock
        self._request = None
        if self.painter is not None:
            self.painter.set_world(None if stock is None or stock.scene is None else stock.world)
        self.stir()

    def stir(self) -> None:
        """Something moves: splats are drawn fast, and in full after a rest."""
        self._move()
        self.refresh()

    def follow_playhead(self) -> None:
        """As `stir`, for the playhead."""
        self._move()
        self.refresh_later()

    def refresh(self) -> None:
        """Have drawn what is to be seen, if that has changed; calls of one moment count as one."""
        self._pace.start(0)

    def refresh_later(self) -> None:
        """The same, when the pictures have been painted and what is under way has come."""
        if self._is_under_way():
            self._due = True
        elif not self._pace.isActive():
            self._pace.start(PICTURES_FIRST_MS)

    def _move(self) -> None:
        self._moving = True
        self._rest.start()

    def _come_to_rest(self) -> None:
        self._moving = self._aim.playback.playing
        self.refresh()

    def _take_opengl(self, found: OpenGl) -> None:
        if self._drawer is None:  # ended meanwhile
            return
        if not found.usable:
            self.unusable.emit(found)
            return
        self.painter = choose_painter(found)
        self.painter.changed.connect(self._take_splats)
        self.show_stock()

    def _take_splats(self) -> None:
        if self.painter is not None and self._drawer is not None:
            self._ask_frame(self.painter, self._drawer)
            self._go_on()

    def _take_frame(self, frame: Frame) -> None:
        if self._drawer is not None:
            self.frame = frame
            self.drawn.emit()
            self._go_on()

    def _go_on(self) -> None:
        if self._due and not self._is_under_way():
            self._due = False
            self._pace.start(PICTURES_FIRST_MS)

    def _is_under_way(self) -> bool:
        """Whether splats or a frame were asked for and have not come."""
        if self.painter is None or self._asked is None:
            return False
        return not self.painter.settled or self.frame is None or self.frame.look.key != self._asked

    def _ask(self) -> None:
        if self.painter is None or self._drawer is None or not self._view.isVisible():
            return
        self._due = False
        self._ask_splats(self.painter)
        self._ask_frame(self.painter, self._drawer)

    def _ask_splats(self, painter: SplatPainter) -> None:
        stock = self._aim.stock
        if stock is None or stock.scene is None:
            return
        key = self._aim.splat_key(moving=self._moving)
        if self._request is None or self._request[0] != key:
            request = self._aim.splat_request(stock, moving=self._moving)
            self._request = key, request
            painter.ask(request)

    def _ask_frame(self, painter: SplatPainter, drawer: Drawer) -> None:
        look = self._aim.look(painter)
        if look.key != self._asked:
            self._asked = look.key
            drawer.draw(look, painter)


def choose_painter(found: OpenGl) -> SplatPainter:
    """Who draws splats: the graphics card, unless that is the processor in disguise."""
    return CpuSplats() if found.software else GlSplats()
