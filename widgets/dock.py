"""Docks with a slim title bar of our own."""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from widgets.elements import icon_button, line_label

TITLE_PX = 24


class Dock(QDockWidget):
    """A dock that can be moved, floated and closed; its name finds it in saved layouts."""

    def __init__(self, name: str, title: str, content: QWidget) -> None:
        super().__init__(title)
        self.setObjectName(name)
        self.setWidget(content)
        self.setTitleBarWidget(_TitleBar(self))

    def is_wanted(self) -> bool:
        """Whether it is shown, or would be if its window were."""
        return not self.isHidden()

    def toggle(self) -> None:
        self.setVisible(self.isHidden())


class _TitleBar(QWidget):
    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setProperty("panel", True)
        self.setFixedHeight(TITLE_PX)
        title = line_label(dock.windowTitle())
        title.setProperty("heading", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 4, 0)
        row.setSpacing(0)
        row.addWidget(title, 1)
        for name, tip, slot in (
            ("dock-window", "Float or dock this panel", lambda: dock.setFloating(not dock.isFloating())),
            ("close", "Hide this panel", dock.close),
        ):
            button = icon_button(name, tip, 13)
            button.setFixedSize(20, 20)
            button.clicked.connect(slot)
            row.addWidget(button)
