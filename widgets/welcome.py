"""The empty state: what can be done when no log is open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from widgets.elements import icon_button, label, line_label, remove_all, scaled_font
from widgets.theme import icon, tokens

CARD_PX = 560


class WelcomePage(QWidget):
    """Open a log, open the demo city, open one of the recent logs, or drop a folder."""

    open_wanted = Signal()
    demo_wanted = Signal()
    recent_wanted = Signal(object)  # Path

    def __init__(self, app_icon: QIcon) -> None:
        super().__init__()
        self.setProperty("deep", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QWidget()
        column.setFixedWidth(CARD_PX)
        self._column = QVBoxLayout(column)
        self._column.setSpacing(16)
        self._column.addLayout(_heading(app_icon, column.devicePixelRatioF()))
        self._choices = QHBoxLayout()
        self._choices.setSpacing(12)
        self._open = _choice("folder-open-outline", "Open a log…", "nuScenes or PandaSet folder")
        self._demo = _choice("city-variant-outline", "Open the demo city", "A drive that is made here, once")
        self._open.clicked.connect(self.open_wanted)
        self._demo.clicked.connect(self.demo_wanted)
        self._choices.addWidget(self._open)
        self._choices.addWidget(self._demo)
        self._column.addLayout(self._choices)
        self.recent_buttons: list[QToolButton] = []
        self._recent = QFrame()
        self._recent_rows = QVBoxLayout(self._recent)
        self._recent_rows.setContentsMargins(0, 4, 0, 0)
        self._recent_rows.setSpacing(2)
        self._column.addWidget(self._recent)
        self._hint = QLabel(
            "or drop the folder of a log or project anywhere on this window", alignment=Qt.AlignmentFlag.AlignCenter
        )
        self._hint.setProperty("muted", True)
        self._column.addWidget(self._hint)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(column, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """A page that is not shown must not keep the others wide."""
        return QSize(240, 160)

    def set_recent(self, paths: Sequence[Path]) -> None:
        remove_all(self._recent_rows)
        self.recent_buttons.clear()
        self._recent.setVisible(bool(paths) and self._open.isVisibleTo(self))
        self._recent_rows.addWidget(label("Recent", heading=True))
        for path in paths:
            button = self._recent_row(path)
            self.recent_buttons.append(button)
            self._recent_rows.addWidget(button)

    def set_busy(self, busy: bool) -> None:
        """Something is being opened: no second choice is offered meanwhile."""
        for widget in (self._open, self._demo, self._hint):
            widget.setVisible(not busy)
        self._recent.setVisible(not busy and self._recent_rows.count() > 1)

    def show_card(self, card: QWidget) -> None:
        """Show the progress of what is being opened, in the place of the choices."""
        self._column.insertWidget(2, card, alignment=Qt.AlignmentFlag.AlignHCenter)
        card.show()

    def _recent_row(self, path: Path) -> QToolButton:
        button = icon_button("history", str(path))
        button.setText(f"  {path.name}    {_short(path.parent)}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_wanted.emit(path))
        return button


def _heading(app_icon: QIcon, ratio: float) -> QHBoxLayout:
    sign = QLabel()
    sign.setPixmap(app_icon.pixmap(QSize(52, 52), ratio))
    name = QLabel("Driftless")
    font = scaled_font(name, 2.2)
    font.setWeight(QFont.Weight.DemiBold)
    name.setFont(font)
    what = line_label("A scene editor for driving logs")
    texts = QVBoxLayout()
    texts.setSpacing(0)
    texts.addWidget(name)
    texts.addWidget(what)
    row = QHBoxLayout()
    row.setSpacing(14)
    row.addWidget(sign)
    row.addLayout(texts, 1)
    return row


def _choice(icon_name: str, title: str, detail: str) -> QPushButton:
    """A large button with a second, quieter line."""
    button = QPushButton()
    button.setAccessibleName(title)
    button.setMinimumHeight(72)
    sign = _Sign(icon_name)
    heading, quiet = line_label(title, muted=False), line_label(detail)
    heading.setProperty("heading", True)
    texts = QVBoxLayout()
    texts.setSpacing(3)
    texts.addStretch()
    texts.addWidget(heading)
    texts.addWidget(quiet)
    texts.addStretch()
    row = QHBoxLayout(button)
    row.setContentsMargins(16, 0, 16, 0)
    row.setSpacing(14)
    row.addWidget(sign)
    row.addLayout(texts, 1)
    for part in (sign, heading, quiet):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return button


class _Sign(QLabel):
    """An icon in the palette's accent."""

    def __init__(self, icon_name: str) -> None:
        super().__init__()
        self._name = icon_name
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        sign = icon(self._name, tokens(self.palette()).colour("accent"))
        self.setPixmap(sign.pixmap(QSize(30, 30), self.devicePixelRatioF()))


def _short(path: Path) -> str:
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)
