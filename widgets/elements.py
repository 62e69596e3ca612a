"""Small pieces that many panels are made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QLayout, QToolButton, QWidget

from widgets.theme import icon


def label(text: str = "", *, muted: bool = False, heading: bool = False, tip: str = "", name: str = "") -> QLabel:
    """Plain text that wraps where there is no room."""
    made = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    made.setProperty("muted", muted)
    made.setProperty("heading", heading)
    made.setToolTip(tip)
    made.setObjectName(name)
    return made


def line_label(text: str = "", *, muted: bool = True, tip: str = "") -> QLabel:
    """Plain text on one line."""
    made = label(text, muted=muted, tip=tip)
    made.setWordWrap(False)
    return made


def icon_button(icon_name: str, tip: str, size_px: int = 16) -> QToolButton:
    """A flat button that leaves the keyboard focus where it is."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(size_px, size_px))
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


def scaled_font(widget: QWidget, factor: float) -> QFont:
    font = widget.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    return font


def tabular(widget: QWidget) -> QFont:
    """The widget's font with digits of one width, so that running numbers do not tremble."""
    font = widget.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def remove_all(layout: QLayout) -> None:
    """Take the widgets out of a layout and let them go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
