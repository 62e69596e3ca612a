"""Every action of the main window, as one table; a module for each menu, or for a part of a large one.

Owns: texts, keys, signs and tips of actions, and when each can be used. Does not own: what they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.action_table.actors import actor_actions
from app.action_table.cleaning import cleaning_actions
from app.action_table.edit import edit_actions
from app.action_table.file import file_actions
from app.action_table.generate import generate_actions
from app.action_table.help import help_actions
from app.action_table.play import play_actions
from app.action_table.scenario import scenario_actions
from app.action_table.scene import scene_actions
from app.action_table.view import view_actions
from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow

MENUS = (
    "File",
    "Edit",
    "Actors",
    "Scenario",
    "Play",
    "Scene",
    "Scene/Clean up",
    "Generate",
    "View",
    "View/Pictures",
    "View/Pictures of the selected camera",
    "View/Scene",
    "View/Panels",
    "View/Theme",
    "Help",
)


def action_table(window: MainWindow) -> list[Action]:
    return [
        *file_actions(window),
        *edit_actions(window),
        *actor_actions(window),
        *scenario_actions(window),
        *play_actions(window),
        *scene_actions(window),
        *cleaning_actions(window),
        *generate_actions(window),
        *view_actions(window),
        *help_actions(window),
    ]
