"""One camera's picture with its title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextOption,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.jwm.misfit import Misfit, Sighting
from core.logs import CameraStream, DrivingLog, LidarSweep
from core.logs.names import actor_names
from widgets.camera_panel import painting
from widgets.camera_panel.fit import Fit
from widgets.camera_panel.overlays import Overlays
from widgets.camera_panel.projected import Projections
from widgets.camera_panel.seen_boxes import Size, on_picture
from widgets.camera_panel.title import TitleText, draw_title, title_height
from widgets.camera_panel.wipe import Wipe, WipeLine
from widgets.camera_panel.zoom import Zoom
from widgets.chips import draw_chips
from widgets.playback import Playback
from widgets.pointing import is_click, mode_of
from widgets.points import points_image
from widgets.selection import Selection, camera_id
from widgets.theme import tokens
from widgets.turns import Turns
from widgets.viewport.tools import ActorGrip, ActorMover
from widgets.viewport.tools.rays import Ray

LOADING = "Loading…"
OFF = "Off in this scenario"
_DENSE_FROM_PX = 900  # a picture at least so wide shows every lidar point


class CameraCell(QWidget):
    """Draws what it is given; `toggled` asks to be enlarged or put back."""

    toggled = Signal(str)
    menu_wanted = Signal(str, QPoint)  # camera, and where on the screen
    picture_size_changed = Signal(str, int, int)  # camera, width and height in device pixels; 0 × 0: not drawn

    def __init__(
        self,
        log: DrivingLog,
        stream: CameraStream,
        projections: Projections,
        overlays: Overlays,
        playback: Playback,
        selection: Selection,
        wipe_line: WipeLine,
        zoom: Zoom,
        turns: Turns,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.stream = stream
        self._turns = turns
        self._log = log
        self._projections = projections
        self._overlays = overlays
        self._playback = playback
        self._selection = selection
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self._index: int | None = None
        self._error: str | None = None
        self._text = LOADING  # in the place of a picture that is not there yet
        self._is_off = False
        self._waiting = ""  # said over a picture while a newer one is made
        self._sweep: LidarSweep | None = None
        self._points: tuple[object, QImage] | None = None
        self._drive_drawn: tuple[object, ...] | None = None  # what was painted last of the drive
        self._pressed: QPointF | None = None
        self._grip: ActorGrip | None = None
        self.wipe = Wipe(self, wipe_line)
        """A second picture in the same place."""
        self._zoom = zoom
        self._moved_from: QPointF | None = None  # while the middle button moves the picture
        self._fit = Fit()
        self._own_source = ""
        self._announced: tuple[int, int] | None = None
        self._drawn: Size = (0, 0)  # of the picture in the widget, for threads that must not ask the widget
        self._title = self._title_now()
        self.setMouseTracking(True)
        zoom.changed.connect(self._on_zoom)

    def set_mover(self, mover: ActorMover) -> None:
        """Let selected actors be dragged in the picture."""
        self._grip = ActorGrip(mover, self, self._actor_under)

    @property
    def index(self) -> int | None:
        """Which image is shown."""
        return self._index

    @property
    def error(self) -> str | None:
        return self._error

    @property
    def text(self) -> str:
        """What is said in the place of a picture, or over one while a newer one is made."""
        if self._is_off:
            return OFF
        return (self._error or self._text) if self._image is None else self._waiting

    @property
    def badge(self) -> str:
        """What the title warns of at the playhead; empty for nothing."""
        return self._title.badge

    def paint_soon(self) -> None:
        """In a turn of its own: all cells at once would hold up the window."""
        self._turns.ask((self, "paint"), self.update)

    def show_drive(self, log: DrivingLog, stream: CameraStream, projections: Projections) -> None:
        """Another state of the same drive, and from where its pictures are seen; `follow_drive` paints it."""
        self._log, self._projections = log, projections
        if stream is not self.stream:
            self.stream, self._points = stream, None
            self.announce_size()
            self.on_time()

    def follow_drive(self) -> None:
        """Paint the state of the drive, if that has changed what is seen here."""
        drawn = self._drive_seen()
        if drawn is None or drawn != self._drive_drawn:
            self.update()

    def set_own_source(self, text: str) -> None:
        """Tell in the title what this cell shows unlike the others; empty for nothing."""
        self._own_source = text
        self.on_time()

    def set_off(self, is_off: bool) -> None:
        """A camera that the scenario has switched off shows no picture, and says so."""
        if is_off != self._is_off:
            self._is_off = is_off
            self.update()

    def prepare(self, index: int) -> None:
        """Work out what will be drawn over an image, before it is shown; any thread may call this."""
        stream, size = self.stream, self._drawn
        if size == (0, 0):
            return
        if self._overlays.is_on("boxes"):
            self._projections.boxes(stream, index, size)
        if self._overlays.is_on("lanes"):
            self._projections.lanes(stream, index, size)
        if self._overlays.is_on("ego_path"):
            self._projections.ego_path(stream, index, size)

    def is_prepared(self, index: int) -> bool:
        """Whether what is drawn over an image is worked out, as far as that takes long."""
        size = self._drawn
        return size == (0, 0) or not self._overlays.is_on("boxes") or self._projections.knows(self.stream, index, size)

    def show_image(self, index: int, image: NDArray[np.uint8], sightings: Sequence[Sighting] = ()) -> None:
        """Show image (height, width, 3) RGB of this camera, at any size of the camera's aspect, and where it has
        actors, if anybody looked."""
        pixels = np.ascontiguousarray(image)
        height, width = pixels.shape[:2]
        recorded = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        # The format of the screen: every repaint is then a plain copy.
        self._image = recorded.convertToFormat(QImage.Format.Format_RGB32)
        self._scaled = None
        self._index, self._error, self._waiting = index, None, ""
        self._fit.show(sightings, (width, height))
        self.on_time()
        self.paint_soon()

    def show_text(self, text: str) -> None:
        """Show no picture but why there is none yet."""
        if (self._image, self._index, self._text) != (None, None, text):
            self._image = self._scaled = self._index = self._error = None
            self._text, self._waiting = text, ""
            self.on_time()
            self.update()

    def set_waiting(self, text: str) -> None:
        """Say in a corner of the picture that a newer one is being made; empty for nothing."""
        if text != self._waiting:
            self._waiting = text
            self.update()

    def show_error(self, index: int, text: str) -> None:
        self._image = self._scaled = None
        self._index, self._error, self._waiting = index, text, ""
        self.on_time()
        self.update()

    def show_sweep(self, sweep: LidarSweep | None) -> None:
        self._sweep = sweep
        if self._overlays.is_on("lidar"):
            self.update()

    def on_time(self) -> None:
        """The playhead moved: the title tells how far the picture lies behind it."""
        title = self._title_now()
        if title != self._title:
            has_picture_changed = title.has_begun != self._title.has_begun
            self._title = title
            self.setToolTip(title.hint)
            self.update() if has_picture_changed else self.update(self._title_rect())

    @property
    def misfit_note(self) -> str:
        """What is said of how well the boxes agree with the picture; empty while nothing is."""
        return self._misfit_note()[0]

    def picture_rect(self) -> QRect:
        """Where the picture is drawn, or as much of it as is seen: the camera's aspect, as large as fits below the
        title."""
        camera = self.stream.camera
        room = QRect(0, self.title_height(), self.width(), max(self.height() - self.title_height(), 1))
        size = QSize(camera.width, camera.height).scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        # A cell made for this aspect is a rounding away from it; a line of background would show.
        if abs(size.width() - room.width()) <= 1 and abs(size.height() - room.height()) <= 1:
            size = room.size()
        picture = QRect(room.topLeft(), size)
        picture.moveCenter(room.center())
        return picture

    def title_height(self) -> int:
        return title_height(self)

    def whole_rect(self) -> QRect:
        """Where the whole picture would be, of which `picture_rect` shows a part."""
        return self._zoom.picture_in(self.picture_rect())

    def widget_from_image(self) -> QTransform:
        """From image pixels, whose centres are integers, to widget pixels."""
        picture = self.whole_rect()
        place = on_picture(self.stream.camera, (picture.width(), picture.height()))
        return place * QTransform.fromTranslate(picture.x(), picture.y())

    def ray(self, place: QPointF) -> Ray | None:
        """The world ray through a place of the widget, by the lens of the camera; None where it sees nothing."""
        if self._index is None:
            return None
        image_from_widget, _ = self.widget_from_image().inverted()
        pixel = image_from_widget.map(place)
        direction, valid = self.stream.camera.unproject([pixel.x(), pixel.y()])
        pose = self.stream.world_from_camera[self._index]
        return Ray.through(pose.translation, pose.rotate(direction[None])[0]) if valid else None

    def place(self, point_m: NDArray[np.float64]) -> QPointF | None:
        """Where the camera sees a world point (3,) in the widget, inside the picture or beside it."""
        if self._index is None:
            return None
        pose = self.stream.world_from_camera[self._index]
        pixel, valid = self.stream.camera.project(pose.inverse().apply(point_m[None])[0])
        return self.widget_from_image().map(QPointF(*pixel)) if valid else None

    def announce_size(self) -> None:
        """Tell how large the picture is now, if that changed."""
        size = self._drawn = (0, 0)
        if self.isVisible():
            ratio, picture = self.devicePixelRatioF(), self.whole_rect()
            self._drawn = (picture.width(), picture.height())
            size = (round(picture.width() * ratio), round(picture.height() * ratio))
        if size != self._announced:
            self._announced = size
            self.picture_size_changed.emit(self.stream.name, *size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        theme = tokens(self.palette())
        painter = QPainter(self)
        selected = camera_id(self.stream.name) in self._selection.ids
        draw_title(painter, self._title_rect(), self._title, theme, selected=selected)
        picture = self.picture_rect()
        if not event.rect().intersects(picture):
            return
        if self._image is None or self._is_off or not self._title.has_begun:
            painter.fillRect(picture, theme.colour("raised"))
            self._paint_note(painter, picture)
        else:
            self._paint_picture(painter, picture, self._image)
            self.wipe.paint(painter, picture, self.whole_rect())
            if self._index is not None:
                self._paint_overlays(painter, picture, self._index)
                self._paint_misfit(painter, picture)
            if self._waiting:
                corner = QPointF(picture.left() + 4, picture.bottom() - 3)
                painting.draw_corner_note(painter, self._waiting, corner)
        if selected:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(picture).adjusted(1, 1, -1, -1))

    def _paint_note(self, painter: QPainter, picture: QRect) -> None:
        theme = tokens(self.palette())
        if self._is_off:
            text, colour = OFF, theme.colour("muted")
        elif not self._title.has_begun:
            text, colour = "No image yet", theme.colour("muted")
        elif self._error is not None:
            text, colour = self._error, theme.colour("danger")
        else:
            text, colour = self._text, theme.colour("muted")
        painter.setPen(colour)
        wrapped = QTextOption(Qt.AlignmentFlag.AlignCenter)
        wrapped.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(QRectF(picture.adjusted(10, 6, -10, -6)), text, wrapped)

    def _paint_picture(self, painter: QPainter, frame: QRect, image: QImage) -> None:
        ratio, picture = self.devicePixelRatioF(), self.whole_rect()
        target = QSize(round(picture.width() * ratio), round(picture.height() * ratio))
        if image.width() > target.width():
            if self._scaled is None or self._scaled.size() != target:
                smooth = Qt.TransformationMode.SmoothTransformation
                self._scaled = image.scaled(target, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            image = self._scaled
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.size() != target)
        painter.save()
        painter.setClipRect(frame)
        painter.drawImage(picture, image)
        painter.restore()

    def _paint_overlays(self, painter: QPainter, frame: QRect, index: int) -> None:
        picture = self.whole_rect()
        stream, size = self.stream, (picture.width(), picture.height())
        self._drive_drawn = self._drive_seen()
        painter.save()
        painter.setClipRect(frame)
        painter.translate(picture.topLeft())
        if self._overlays.is_on("lidar") and self._sweep is not None:
            painter.drawImage(QRect(QPoint(0, 0), picture.size()), self._points_picture(index, self._sweep, picture))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._overlays.is_on("ego_path"):
            painting.draw_ego_path(painter, self._projections.ego_path(stream, index, size))
        if self._overlays.is_on("lanes"):
            painting.draw_lanes(painter, self._projections.lanes(stream, index, size))
        if self._overlays.is_on("boxes"):
            painting.draw_boxes(painter, self._projections.boxes(stream, index, size))
        self._paint_strong_boxes(painter, index, size, QRectF(frame.translated(-picture.topLeft())))
        painter.restore()

    def _paint_misfit(self, painter: QPainter, frame: QRect) -> None:
        text, colour = self._misfit_note()
        if text:
            below = QPointF(frame.left() + 4, frame.top() + painter.fontMetrics().height() + 6)
            painting.draw_corner_note(painter, text, below, colour)

    def _misfit_note(self) -> tuple[str, QColor]:
        return self._fit.note(self._misfit())

    def _misfit(self) -> Misfit:
        if self._index is None or not self._fit.sightings or not self._overlays.is_on("misfit"):
            return Misfit({})
        return self._fit.misfit(self.stream, self._index, self._projections.seen(self.stream, self._index))

    def _drive_seen(self) -> tuple[object, ...] | None:
        """What of the drive is painted over the picture, equal while that looks alike; None without a picture."""
        if self._index is None or self._drawn == (0, 0):
            return None
        path = None
        if self._overlays.is_on("ego_path"):
            path = self._projections.ego_path(self.stream, self._index, self._drawn)
        return self.stream, self._index, path, *self._projections.seen(self.stream, self._index)

    def _paint_strong_boxes(self, painter: QPainter, index: int, size: tuple[int, int], shown: QRectF) -> None:
        hovered, selected = self._selection.hovered, self._selection.ids
        if hovered is None and not selected:
            return
        place = on_picture(self.stream.camera, size)
        seen = self._projections.seen(self.stream, index)
        strong = [box for box in seen if box.track.id == hovered or box.track.id in selected]
        for box in strong:
            painting.draw_strong_box(painter, box, place, selected=box.track.id in selected)
        labelled = [box for box in strong if box.track.id in (hovered, self._selection.current)]
        names = actor_names(self._log)
        misfit = self._misfit()
        chips = [
            painting.chip_of(box, names[box.track.id], place, self._fit.words(misfit, box.track.id)) for box in labelled
        ]
        draw_chips(painter, chips, shown)

    def _points_picture(self, index: int, sweep: LidarSweep, picture: QRect) -> QImage:
        ratio = self.devicePixelRatioF()
        width, height = round(picture.width() * ratio), round(picture.height() * ratio)
        key = (index, sweep.t_ns, self._overlays.lidar_colour, width, height)
        if self._points is None or self._points[0] != key:
            camera = self.stream.camera
            seen = self._projections.points(
                self.stream, index, sweep, self._overlays.lidar_colour, dense=width >= _DENSE_FROM_PX
            )
            pixels = (seen.pixels + 0.5) * (width / camera.width, height / camera.height)
            size = max(1, round((0.9 + picture.width() / 600) * ratio))
            self._points = (key, points_image(pixels, seen.colours, width, height, size))
        return self._points[1]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            if self.wipe.press(event.position(), self.picture_rect()):
                return
            self._pressed = event.position()
            if self._grip is not None:
                self._grip.press(event)
        elif event.button() == Qt.MouseButton.MiddleButton:
            self._moved_from = event.position()
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.MiddleButton:
            self._moved_from = None
            return
        pressed, self._pressed = self._pressed, None
        if self.wipe.release():
            return
        if self._grip is not None and self._grip.release(event):
            self._hover(event.position())
        elif pressed is not None and is_click(pressed, event.position()):
            self._click(event.position(), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The second press of a double click does nothing: the first has enlarged already."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._moved_from is not None:
            by, self._moved_from = event.position() - self._moved_from, event.position()
            self._zoom.move(by, self.picture_rect())
            return
        if self.wipe.drag(event.position(), self.picture_rect()):
            return
        if self._grip is not None and self._grip.move(event):
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        elif self._pressed is None and self.wipe.hovers(event.position(), self.picture_rect()):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif self._pressed is None:
            self._hover(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._zoom.turn(event.angleDelta().y(), event.position(), self.picture_rect())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.menu_wanted.emit(self.stream.name, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._selection.hover(None)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self.announce_size()

    def showEvent(self, event: QEvent) -> None:  # noqa: N802
        self.announce_size()

    def hideEvent(self, event: QEvent) -> None:  # noqa: N802
        self.announce_size()

    def _hover(self, position: QPointF) -> None:
        under = self._actor_under(position)
        self._selection.hover(under)
        self.setCursor(Qt.CursorShape.ArrowCursor if under is None else Qt.CursorShape.PointingHandCursor)

    def _click(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        under = self._actor_under(position)
        if under is not None:
            self._selection.select(under, mode_of(modifiers))
        elif mode_of(modifiers) == "replace":
            self.toggled.emit(self.stream.name)

    def _actor_under(self, position: QPointF) -> str | None:
        if self._image is None or self._is_off or self._index is None:
            return None
        if not self.picture_rect().contains(position.toPoint()):
            return None
        image_from_widget, _ = self.widget_from_image().inverted()
        pixel = image_from_widget.map(position)
        track = self._projections.pick(self.stream, self._index, pixel.x(), pixel.y())
        return None if track is None else track.id

    def _on_zoom(self) -> None:
        self.announce_size()
        self.paint_soon()

    def _title_rect(self) -> QRect:
        return QRect(0, 0, self.width(), self.title_height())

    def _title_now(self) -> TitleText:
        return TitleText.at(self._log, self.stream, self._index, self._playback.t_s, self._own_source)
