"""Commands as the user thinks of them: each function takes a scenario and gives the command that edits it.

Owns: titles of steps, what an edit of each kind means. Does not own: how commands are done and undone.
A `gesture` names the drag or the row of key presses that a command is part of; commands of one gesture are one step.
"""

from core.scenario.editing.actors import (
    duplicate_actors,
    groups,
    hide_actors,
    insert_asset,
    members,
    move_actors,
    put_back,
    remove_actors,
    rename_actor,
    rename_group,
    restore_actors,
    set_behaviour,
    set_class,
    set_group,
    show_all,
)
from core.scenario.editing.settings import (
    change_lens,
    clean_up,
    drop_mark,
    move_camera,
    put_mark,
    relink_log,
    set_conditions,
    set_ego_path,
    set_scene,
    set_span,
    show_hidden_splats,
    switch_camera,
)

__all__ = [
    "change_lens",
    "clean_up",
    "drop_mark",
    "duplicate_actors",
    "groups",
    "hide_actors",
    "insert_asset",
    "members",
    "move_actors",
    "move_camera",
    "put_back",
    "put_mark",
    "relink_log",
    "remove_actors",
    "rename_actor",
    "rename_group",
    "restore_actors",
    "set_behaviour",
    "set_class",
    "set_conditions",
    "set_ego_path",
    "set_group",
    "set_scene",
    "set_span",
    "show_all",
    "show_hidden_splats",
    "switch_camera",
]
