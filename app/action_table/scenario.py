"""What edits how the ego and actors move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def scenario_actions(window: MainWindow) -> list[Action]:
    paths = window.paths
    return [
        Action(
            id="path.edit",
            text="Edit the path",
            menu="Scenario",
            handler=paths.toggle,
            shortcuts=("P",),
            icon="vector-polyline",
            tip="Bend or draw the path of the ego or of the selected actor, in the scene",
            enabled=paths.has_path,
            checked=paths.is_editing,
        ),
        Action(
            id="path.draw",
            text="Draw a new path from the playhead",
            menu="Scenario",
            handler=paths.draw_anew,
            shortcuts=("Shift+P",),
            icon="vector-polyline-plus",
            tip="Until the playhead everything stays as it is, from there on the path is yours",
            enabled=paths.has_path,
        ),
    ]
