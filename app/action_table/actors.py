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
    selected, hidden = actors.are_selected, actors.are_hidden
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
    rows = (
        (
            1,
            "duplicate",
            "Duplicate",
            actors.duplicate,
            ("Shift+D",),
            "content-duplicate",
            "Put twins beside",
            selected,
        ),
        (1, "remove", "Remove", actors.remove, ("Del",), "trash-can-outline", "Take them out of the scene", selected),
        (2, "hide", "Hide", actors.hide, ("H",), "eye-off-outline", "Leave them out until they are shown", selected),
        (
            2,
            "show_all",
            "Show all",
            actors.show_all,
            ("Alt+H",),
            "eye-outline",
            "Show what is hidden",
            hidden,
        ),
    )
    table = [
        Action(
            id=f"actors.{name}",
            text=text,
            menu="Actors",
            handler=handler,
            shortcuts=keys,
            icon=sign,
            tip=tip,
            enabled=enabled,
            section=section,
        )
        for section, name, text, handler, keys, sign, tip, enabled in rows
    ]
    return [*tools, *table]
