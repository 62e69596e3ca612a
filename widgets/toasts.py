"""Messages in the lower right corner of a window's centre; none of them blocks the work."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.elements import icon_button, label
from widgets.theme import icon, tokens

WIDTH_PX = 400
MARGIN_PX = 14

Offer = tuple[str, Callable[[], object]]
"""What a message offers to do, and doing it."""
INFO_STAYS_MS = 6000


class Severity(Enum):
    """How a message looks and stays: information leaves by itself, the others wait to be closed."""

    INFO = ("information-outline", "accent")
    WARNING = ("alert-outline", "warning")
    ERROR = ("alert-circle-outline", "danger")


class Toast(QFrame):
    """One message: what, where, what to do, maybe a button that does it; the text can be copied."""

    closed = Signal()

    def __init__(
        self, severity: Severity, what: str, detail: str = "", remedy: str = "", offer: Offer | None = None
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH_PX)
        self.severity = severity
        self.text = "\n".join(part for part in (what, detail, remedy) if part)
        self._sign = QLabel()
        texts = QVBoxLayout()
        texts.setSpacing(3)
        for text, muted in ((what, False), (detail, True), (remedy, False)):
            if text:
                line = label(text, heading=text == what, muted=muted)
                line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                texts.addWidget(line)
        self.offer_button = None if offer is None else QPushButton(offer[0])
        if offer is not None and self.offer_button is not None:
            self.offer_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.offer_button.clicked.connect(self.closed)
            self.offer_button.clicked.connect(lambda: offer[1]())
            texts.addWidget(self.offer_button, alignment=Qt.AlignmentFlag.AlignLeft)
        buttons = QVBoxLayout()
        buttons.setSpacing(0)
        self.close_button = icon_button("close", "Close")
        self.close_button.clicked.connect(self.closed)
        self.copy_button = icon_button("content-copy", "Copy this message")
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 8, 10)
        layout.setSpacing(10)
        layout.addWidget(self._sign, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        layout.addLayout(buttons)
        self._paint_sign()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_sign()
        super().changeEvent(event)

    def _paint_sign(self) -> None:
        name, colour = self.severity.value
        sign = icon(name, tokens(self.palette()).colour(colour))
        self._sign.setPixmap(sign.pixmap(QSize(20, 20), self.devicePixelRatioF()))


class ToastStack(QWidget):
    """The messages of a window, newest at the bottom; also holds other cards, such as progress.

    They lie over the lower right corner of `over`, a part of the window.
    """

    def __init__(self, window: QWidget, over: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._over = over
        self._cards: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.hide()
        over.installEventFilter(self)

    @property
    def toasts(self) -> list[Toast]:
        return [card for card in self._cards if isinstance(card, Toast)]

    def say(
        self, severity: Severity, what: str, detail: str = "", remedy: str = "", offer: Offer | None = None
    ) -> Toast:
        """Show a message. One that says the same as another takes its place."""
        toast = Toast(severity, what, detail, remedy, offer)
        for other in self.toasts:
            if other.text == toast.text:
                self.remove(other)
        toast.closed.connect(lambda: self.remove(toast))
        if severity is Severity.INFO:
            QTimer.singleShot(INFO_STAYS_MS, toast, toast.closed.emit)
        self.add(toast)
        return toast

    def add(self, card: QWidget) -> None:
        self._cards.append(card)
        self._layout.addWidget(card, alignment=Qt.AlignmentFlag.AlignRight)
        card.show()
        self._place()

    def remove(self, card: QWidget) -> None:
        if card in self._cards:
            self._cards.remove(card)
            self._layout.removeWidget(card)
            card.hide()
            card.setParent(None)
            card.deleteLater()
            self._place()

    def withdraw(self, what: str) -> None:
        """Remove the messages that say this first: it is no longer true."""
        for toast in self.toasts:
            if toast.text.split("\n")[0] == what:
                self.remove(toast)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.setVisible(bool(self._cards))
        self._layout.activate()
        width = self._layout.sizeHint().width()
        height = self._layout.totalHeightForWidth(width)
        corner = self._over.mapTo(self._window, self._over.rect().bottomRight())
        left = max(corner.x() - width - MARGIN_PX, MARGIN_PX)
        self.setGeometry(left, corner.y() - height - MARGIN_PX, width, height)
        self.raise_()
