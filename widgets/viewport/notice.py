"""Said in the place of the view where it cannot work."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from widgets.elements import label
from widgets.viewport.opengl import LEAST, OpenGl

REMEDY = (
    f"The 3D view needs OpenGL {LEAST[0]}.{LEAST[1]} or newer. Update the graphics driver, or install Mesa's software "
    "OpenGL (on Debian and Ubuntu: sudo apt-get install libgl1-mesa-dri), and start again. Over a remote desktop, "
    "choose one with OpenGL. Everything else works as usual."
)

MARGIN_PX = 24


class OpenGlNotice(QScrollArea):
    """What was found, and what helps; to be scrolled where there is little room."""

    def __init__(self, found: OpenGl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.problem = found.problem
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.addStretch(1)
        for text, heading in (("The 3D view cannot be shown here", True), (found.problem, False), (REMEDY, False)):
            line = label(text, heading=heading, muted=not heading)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addStretch(2)
        self.setWidget(page)
