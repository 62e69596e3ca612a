"""What is done to actors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.viewport.tools import MoveTool, TurnTool

if TYPE_CHECKING:
    from app.main_window import MainWindow


def actor_actions(window: MainWindow) -> list[Action]:
    actors = window.actors
    on, selected, hidden = window.has_log, actors.are_selected, actors.are_hidden
    left_out, grouped = actors.are_left_out, actors.are_grouped
    tools = [
        Action(
            id=f"actors.{name}",
            text=text,
            menu="Actors",
            handler=partial(actors.take, kind),
            shortcuts=(key,),
            icon=sign,
            tip=tip,
            enabled=selected,
            checked=partial(actors.holds, kind),
        )
        for kind, name, text, key, sign, tip in (
            (MoveTool, "move", "Move", "G", "axis-arrow", "Move the selected actors by their arrows or by a number"),
            (TurnTool, "turn", "Turn", "R", "rotate-orbit", "Turn the selected actors by a ring or by degrees"),
        )
    ]
    insert = Action(
        id="actors.insert",
        text="Insert…",
        menu="Actors",
        handler=window.library.open,
        shortcuts=("Shift+A",),
        icon="plus-box-outline",
        tip="Choose an actor of this scene, the city or the disk, and put it into the scene",
        enabled=on,
    )
    clip = window.clipboard
    rows = (
        (1, "copy", "Copy", clip.copy, "Ctrl+C", "content-copy", "For this or another project", selected),
        (1, "paste", "Paste", clip.paste, "Ctrl+V", "content-paste", "Insert copied actors", on),
        (1, "duplicate", "Duplicate", actors.duplicate, "Shift+D", "content-duplicate", "Put twins beside", selected),
        (1, "remove", "Remove", actors.remove, "Del", "trash-can-outline", "Take out of the scene", selected),
        (2, "hide", "Hide", actors.hide, "H", "eye-off-outline", "Leave out until shown again", selected),
        (2, "show", "Bring back", actors.show, "", "eye-check-outline", "Show what is hidden or removed", left_out),
        (2, "show_all", "Show all", actors.show_all, "Alt+H", "eye-outline", "Show all hidden actors", hidden),
        (3, "rename", "Rename", window.outliner.rename, "F2", "rename", "Type another name in the outliner", on),
        (3, "group", "Group", actors.group, "Ctrl+Alt+G", "select-group", "Put into a new group", selected),
        (3, "ungroup", "Ungroup", actors.ungroup, "Ctrl+Alt+U", "select-off", "Take out of the group", grouped),
    )
    table = [
        Action(
            id=f"actors.{name}",
            text=text,
            menu="Actors",
            handler=handler,
            shortcuts=(keys,) if keys else (),
            icon=sign,
            tip=tip,
            enabled=enabled,
            section=section,
        )
        for section, name, text, handler, keys, sign, tip, enabled in rows
    ]
    return [insert, *tools, *table]
