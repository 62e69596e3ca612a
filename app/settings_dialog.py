"""The settings dialog; every change holds at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.keys_page import KeysPage
from app.settings import CACHE_BUDGET_MIB
from widgets.theme import ThemeMode

if TYPE_CHECKING:
    from app.main_window import MainWindow

_THEMES = {ThemeMode.SYSTEM: "Follow the system", ThemeMode.LIGHT: "Light", ThemeMode.DARK: "Dark"}


class SettingsDialog(QDialog):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._window = window
        self.theme = QComboBox()
        for mode, title in _THEMES.items():
            self.theme.addItem(title, mode)
        self.theme.setCurrentIndex(list(_THEMES).index(window.theme.mode))
        self.theme.currentIndexChanged.connect(lambda: window.set_theme(ThemeMode(self.theme.currentData())))
        self.budget = QSpinBox(suffix=" MiB", singleStep=256)
        self.budget.setRange(*CACHE_BUDGET_MIB)
        self.budget.setValue(window.store.values.cache_budget_mib)
        self.budget.editingFinished.connect(lambda: window.set_cache_budget(self.budget.value()))
        self.build = QCheckBox("Build as soon as a log is open")
        self.build.setChecked(window.store.values.build_scenes)
        self.build.toggled.connect(lambda on: window.store.update(build_scenes=on))
        self.forget = QPushButton("Forget logs and projects")
        self.forget.setAutoDefault(False)
        self.forget.clicked.connect(self._forget_recent)
        where = QLabel(str(window.store.path), wordWrap=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        where.setProperty("muted", True)
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(12)
        form.addRow("Theme", self.theme)
        form.addRow("Memory for images", self.budget)
        form.addRow("Scenes", self.build)
        form.addRow("Recent", self.forget)
        form.addRow("Kept in", where)
        close = QPushButton("Close", default=True)
        close.clicked.connect(self.close)
        general = QWidget()
        form.setContentsMargins(14, 18, 14, 14)
        general.setLayout(form)
        self.keys = KeysPage(window.actions_, lambda keys: window.store.update(keys=keys))
        self.pages = QTabWidget()
        self.pages.addTab(general, "General")
        self.pages.addTab(self.keys, "Keys")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(14)
        layout.addWidget(self.pages)
        layout.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(560)
        self._offer_forgetting()

    def _forget_recent(self) -> None:
        self._window.store.update(recent=[])
        self._window.welcome.set_recent([])
        self._offer_forgetting()

    def _offer_forgetting(self) -> None:
        self.forget.setEnabled(bool(self._window.store.values.recent))
