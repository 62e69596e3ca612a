"""The line above a picture: which camera, when, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QWidget

from core.logs import CameraStream, DrivingLog
from widgets.formats import time_text
from widgets.names import stream_title
from widgets.theme import Tokens

_PAD = 4


@dataclass(frozen=True)
class TitleText:
    """What the title says at a place of the playhead."""

    name: str  # of the camera, and what its cell shows unlike the others
    time: str  # when the shown picture was taken
    offset: str  # how far that lies from the playhead
    badge: str  # what it warns of, in a word
    hint: str  # the tool tip
    has_begun: bool  # whether there is an image at or before the playhead

    @classmethod
    def at(
        cls, log: DrivingLog, stream: CameraStream, shown: int | None, t_s: float, own_source: str = ""
    ) -> TitleText:
        """At a place of the playhead, while image `shown` is; `own_source` tells what this cell shows alone."""
        name = " · ".join([stream_title(stream.name), *([own_source] if own_source else [])])
        t_ns = log.t_ns(t_s)
        missing = stream.missing_at(t_ns)
        has_begun = stream.index_at(t_ns) is not None
        badge = hint = ""
        if missing is not None:
            instead = "The one before it is shown." if has_begun else "There is none before it."
            badge, hint = "missing", f"Image {missing.index} of {stream.name} is missing ({missing.file}). {instead}"
        if shown is None or not has_begun:
            return cls(name, "", "", badge, hint, has_begun)
        taken_ns = int(stream.t_ns[shown])
        offset_ms = round((taken_ns - t_ns) * 1e-6)
        offset = "" if offset_ms == 0 else f"{offset_ms:+d} ms".replace("-", "−")
        return cls(name, time_text(log.t_s(taken_ns)), offset, badge, hint, has_begun)


def title_height(widget: QWidget) -> int:
    """Of the line, in a widget's font."""
    return widget.fontMetrics().height() + 4


def draw_title(painter: QPainter, rect: QRect, title: TitleText, theme: Tokens, *, selected: bool) -> None:
    """Name on the left; on the right, as far as there is room, badge, time and offset."""
    painter.save()
    metrics = painter.fontMetrics()
    right = rect.right() - _PAD
    least = metrics.horizontalAdvance(title.name) + 3 * _PAD
    if title.badge:
        right -= _draw_badge(painter, QRect(rect.left(), rect.top(), right - rect.left(), rect.height()), title, theme)
    for text, colour in ((title.time, "text"), (title.offset, "muted")):
        width = metrics.horizontalAdvance(text)
        if not text or right - width - 2 * _PAD < rect.left() + least:
            break
        painter.setPen(theme.colour(colour))
        area = QRect(right - width, rect.top(), width, rect.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        right -= width + 2 * _PAD
    name = metrics.elidedText(title.name, Qt.TextElideMode.ElideMiddle, right - rect.left() - 2 * _PAD)
    painter.setPen(theme.colour("accent" if selected else "text"))
    painter.drawText(rect.adjusted(_PAD, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)
    painter.restore()


def _draw_badge(painter: QPainter, room: QRect, title: TitleText, theme: Tokens) -> int:
    """Paint the warning at the right end of the room; returns the width it took."""
    painter.save()
    font = QFont(painter.font())
    font.setPointSizeF(font.pointSizeF() * 0.88)
    font.setBold(True)
    painter.setFont(font)
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(title.badge) + 12, metrics.height() + 1
    pill = QRectF(room.right() - width, room.center().y() - height / 2 + 0.5, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("warning"))
    painter.drawRoundedRect(pill, height / 2, height / 2)
    painter.setPen(QColor("#17191d") if theme.colour("warning").lightness() > 110 else QColor("#ffffff"))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, title.badge)
    painter.restore()
    return width + 2 * _PAD
