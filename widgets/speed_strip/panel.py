"""Curves and violations together."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from widgets.path_model import PathModel
from widgets.playback import Playback
from widgets.speed_strip.canvas import SpeedCanvas
from widgets.speed_strip.violations import ViolationList


class SpeedPanel(QWidget):
    """Speed and way of the shown path, and what is wrong with it."""

    def __init__(self, paths: PathModel, playback: Playback) -> None:
        super().__init__()
        self.setObjectName("speed")
        self.canvas = SpeedCanvas(paths, playback)
        self.violations = ViolationList(paths, playback)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.canvas)
        splitter.addWidget(self.violations)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 200])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(splitter)
