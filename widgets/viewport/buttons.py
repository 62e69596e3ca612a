"""The buttons in the corner of the view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.elements import icon_button
from widgets.theme import tokens
from widgets.viewport.layers import Layers, LayersPanel


class ViewButtons(QWidget):
    """Layers, lidar, follow, look through, frame; on a ground that can be told from any picture."""

    def __init__(self, layers: Layers, parent: QWidget) -> None:
        super().__init__(parent)
        self._layers = layers
        self._panel: LayersPanel | None = None
        self.sheet = icon_button("layers-triple-outline", "Layers")
        self.lidar = icon_button("dots-hexagon", "Lidar points")
        self.follow = icon_button("crosshairs-gps", "Follow the ego")
        self.through = icon_button("video-outline", "Look through the selected or front camera (C)")
        self.frame = icon_button("fit-to-page-outline", "Frame everything (Shift+F)")
        for toggle in (self.lidar, self.follow, self.through):
            toggle.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for button in (self.sheet, self.lidar, self.follow, self.through, self.frame):
            row.addWidget(button)
        self.sheet.clicked.connect(self.open_layers)
        self.lidar.toggled.connect(lambda on: layers.set("lidar", on))
        layers.changed.connect(lambda: self.lidar.setChecked(layers.is_on("lidar")))

    def open_layers(self) -> LayersPanel:
        """The sheet of layers, under its button."""
        if self._panel is None:
            self._panel = LayersPanel(self._layers, self)
        self._panel.adjustSize()
        corner = self.sheet.mapToGlobal(self.sheet.rect().bottomRight())
        self._panel.move(corner - QPoint(self._panel.width() - self.sheet.width(), -4))
        self._panel.show()
        return self._panel

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = tokens(self.palette()).colour("raised")
        fill.setAlpha(205)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(self.rect(), 6, 6)
