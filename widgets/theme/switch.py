"""Applying a theme, and following the system's."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from widgets.theme.tokens import DARK, LIGHT, Tokens, palette_of, style_sheet_of


class ThemeMode(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ThemeSwitch(QObject):
    """Dresses the application; with `ThemeMode.SYSTEM` it follows the desktop, dark where that is silent."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: ThemeMode = ThemeMode.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._mode = mode
        self._theme: Tokens | None = None
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._dress)
        self.set_mode(mode)

    @property
    def mode(self) -> ThemeMode:
        return self._mode

    def is_mode(self, mode: ThemeMode) -> bool:
        return mode is self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        self._mode = mode
        scheme = {ThemeMode.LIGHT: Qt.ColorScheme.Light, ThemeMode.DARK: Qt.ColorScheme.Dark}
        # Native title bars and dialogs follow this.
        self._app.styleHints().setColorScheme(scheme.get(mode, Qt.ColorScheme.Unknown))
        self._dress()

    def _dress(self) -> None:
        theme = {ThemeMode.LIGHT: LIGHT, ThemeMode.DARK: DARK}.get(self._mode) or self._system()
        if theme is not self._theme:
            self._theme = theme
            self._app.setPalette(palette_of(theme))
            self._app.setStyleSheet(style_sheet_of(theme))
            self.changed.emit()

    def _system(self) -> Tokens:
        return LIGHT if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
