"""The empty state: what can be done when no log is open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

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
        self._recent = QFrame()
        self._recent_rows = QVBoxLayout(self._recent)
        self._recent_rows.setContentsMargins(0, 4, 0, 0)
        self._recent_rows.setSpacing(2)
        self._column.addWidget(self._recent)
        self._hint = QLabel(
            "or drop the folder of a log anywhere on this window", alignment=Qt.AlignmentFlag.AlignCenter
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
        while (item := self._recent_rows.takeAt(0)) is not None:
            item.widget().deleteLater()
        self._recent.setVisible(bool(paths) and self._open.isVisibleTo(self))
        heading = QLabel("Recent logs")
        heading.setProperty("heading", True)
        self._recent_rows.addWidget(heading)
        for path in paths:
            self._recent_rows.addWidget(self._recent_row(path))

    def set_busy(self, busy: bool) -> None:
        """Something is being opened: no second choice is offered meanwhile."""
        for widget in (self._open, self._demo, self._hint):
            widget.setVisible(not busy)
        self._recent.setVisible(not busy and self._recent_rows.count() > 1)

    def show_card(self, card: QWidget) -> None:
        """Show the progress of what is being opened, in the place of the choices."""
        self._column.insertWidget(2, card, alignment=Qt.AlignmentFlag.AlignHCenter)
        card.show()

    def _recent_row(self, path: Path) -> QWidget:
        button = QToolButton(
            text=f"  {path.name}    {_short(path.parent)}",
            icon=icon("history"),
            iconSize=QSize(16, 16),
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            toolTip=str(path),
        )
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_wanted.emit(path))
        return button


def _heading(app_icon: QIcon, ratio: float) -> QHBoxLayout:
    sign = QLabel()
    sign.setPixmap(app_icon.pixmap(QSize(52, 52), ratio))
    name = QLabel("Driftless")
    font = name.font()
    font.setPointSizeF(font.pointSizeF() * 2.2)
    font.setWeight(font.Weight.DemiBold)
    name.setFont(font)
    what = QLabel("A scene editor for driving logs")
    what.setProperty("muted", True)
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
    button = QPushButton(accessibleName=title)
    button.setMinimumHeight(72)
    sign = _Sign(icon_name)
    heading, quiet = QLabel(title), QLabel(detail)
    heading.setProperty("heading", True)
    quiet.setProperty("muted", True)
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
    for label in (sign, heading, quiet):
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
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
