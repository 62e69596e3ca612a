"""Logs and projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.action_table.interchange import interchange_actions
from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def file_actions(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="log.open",
            text="Open log…",
            menu="File",
            handler=window.files.choose_log,
            shortcuts=("Ctrl+O",),
            icon="folder-open-outline",
            tip="Open the folder of a driving log",
        ),
        Action(
            id="project.open",
            text="Open project…",
            menu="File",
            handler=window.files.choose_project,
            shortcuts=("Ctrl+Shift+O",),
            icon="folder-star-outline",
            tip="Open a scenario that was saved, with its log",
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
            handler=window.files.close_log,
            shortcuts=("Ctrl+W",),
            icon="close",
            enabled=window.has_log,
        ),
        Action(
            id="project.save",
            text="Save",
            menu="File",
            handler=window.files.save,
            shortcuts=("Ctrl+S",),
            icon="content-save",
            tip="Save the scenario as a project; every step is kept in its journal besides",
            enabled=window.has_log,
            section=1,
        ),
        Action(
            id="project.save_as",
            text="Save as…",
            menu="File",
            handler=window.files.save_as,
            shortcuts=("Ctrl+Shift+S",),
            icon="content-save-outline",
            tip="Save the project, with its history, in another folder and go on there",
            enabled=window.has_log,
            section=1,
        ),
        *interchange_actions(window),
        Action(
            id="settings.open",
            text="Settings…",
            menu="File",
            handler=window.show_settings,
            shortcuts=("Ctrl+,",),
            icon="cog-outline",
            section=3,
        ),
        Action(
            id="window.quit",
            text="Quit",
            menu="File",
            handler=window.close,
            shortcuts=("Ctrl+Q",),
            icon="exit-to-app",
            section=4,
        ),
    ]
