"""Logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def file_actions(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="log.open",
            text="Open log…",
            menu="File",
            handler=window.choose_log,
            shortcuts=("Ctrl+O",),
            icon="folder-open-outline",
            tip="Open the folder of a driving log",
        ),
        Action(
            id="demo.open",
            text="Open the demo city",
            menu="File",
            handler=window.demo.open,
            icon="city-variant-outline",
            tip="Open a drive through a city that is made here, once",
            enabled=lambda: not window.demo.busy,
        ),
        Action(
            id="log.close",
            text="Close log",
            menu="File",
            handler=window.logs.close,
            shortcuts=("Ctrl+W",),
            icon="close",
            enabled=window.has_log,
        ),
        Action(
            id="settings.open",
            text="Settings…",
            menu="File",
            handler=window.show_settings,
            shortcuts=("Ctrl+,",),
            icon="cog-outline",
            section=1,
        ),
        Action(
            id="window.quit",
            text="Quit",
            menu="File",
            handler=window.close,
            shortcuts=("Ctrl+Q",),
            icon="exit-to-app",
            section=2,
        ),
    ]
