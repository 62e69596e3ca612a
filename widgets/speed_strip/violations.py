"""What is wrong with the path, to be clicked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from core.scenario.motion import Violation, told
from widgets.flaw_colours import FINE, flaw_colour
from widgets.path_model import PathModel
from widgets.playback import Playback

_DOT_PX = 10
_FROM = Qt.ItemDataRole.UserRole


class ViolationList(QListWidget):
    """One line for each, and never none while a path is shown; a click moves the playhead there."""

    def __init__(self, paths: PathModel, playback: Playback) -> None:
        super().__init__()
        self._paths = paths
        self._told: list[str] = []
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(150)
        paths.judged.connect(self.refresh)
        paths.changed.connect(self.refresh)
        self._playback = playback
        self.itemClicked.connect(self._seek)

    def refresh(self) -> None:
        """Show what is known now, grey while it is out of date; the same list is not built again."""
        verdict = self._paths.verdict
        self.setEnabled(verdict is None or self._paths.is_judged)
        found = () if verdict is None else verdict.violations
        lines = [f"{max(v.from_s, 0.0):.1f} s  {told(self._named(v))}" for v in found]
        if verdict is None and self._paths.shown is not None:
            lines = ["Being judged…"]
        elif verdict is not None and not found:
            lines = ["Can be driven, and trusted"]
        if lines == self._told:
            return
        self._told = lines
        self.clear()
        colours = [flaw_colour(v.kind) for v in found] or [FINE]
        for row, line in enumerate(lines):
            item = QListWidgetItem(line)
            if verdict is not None:
                item.setIcon(_dot(colours[row]))
            item.setToolTip(line)
            item.setData(_FROM, found[row].from_s if found else None)
            self.addItem(item)

    def _seek(self, item: QListWidgetItem) -> None:
        from_s = item.data(_FROM)
        if from_s is not None:
            self._playback.seek(from_s)

    def _named(self, violation: Violation) -> Violation:
        drive = self._paths.drive
        if violation.other is None or drive is None:
            return violation
        known: Callable[[str], str] = drive.name
        name = known(violation.other) if drive.knows(violation.other) else "the ego"
        return replace(violation, other=name)


def _dot(colour: QColor) -> QIcon:
    pixmap = QPixmap(_DOT_PX, _DOT_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(1, 1, _DOT_PX - 2, _DOT_PX - 2)
    painter.end()
    return QIcon(pixmap)
