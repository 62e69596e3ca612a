"""What edits, and what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def edit_actions(window: MainWindow) -> list[Action]:
    scenario = window.scenario
    return [
        Action(
            id="scenario.undo",
            text="Undo",
            menu="Edit",
            handler=scenario.undo,
            shortcuts=("Ctrl+Z",),
            icon="undo",
            tip="Take the last edit back",
            enabled=scenario.stack.canUndo,
        ),
        Action(
            id="scenario.redo",
            text="Redo",
            menu="Edit",
            handler=scenario.redo,
            shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"),
            icon="redo",
            tip="Make the edit again that was taken back last",
            enabled=scenario.stack.canRedo,
        ),
        Action(
            id="search.focus",
            text="Find an actor or camera",
            menu="Edit",
            handler=window.focus_search,
            shortcuts=("Ctrl+F",),
            icon="magnify",
            enabled=window.has_log,
            section=1,
        ),
        Action(
            id="selection.clear",
            text="Select nothing",
            menu="Edit",
            handler=window.leave,
            shortcuts=("Esc",),
            icon="selection-off",
            tip="Leave the enlarged camera, then clear the selection",
            enabled=window.has_log,
            section=1,
        ),
    ]
