"""Splats that are taken away from the scene."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.viewport.tools.regions import Shape

if TYPE_CHECKING:
    from app.main_window import MainWindow

_MENU = "Scene/Clean up"


def cleaning_actions(window: MainWindow) -> list[Action]:
    return [*_tools(window), *_edits(window)]


def _tools(window: MainWindow) -> list[Action]:
    cleaning = window.cleaning
    brush = Action(
        id="splats.brush",
        text="Choose splats by a brush",
        menu=_MENU,
        handler=cleaning.take_brush,
        icon="brush",
        tip="Paint over what is seen, then delete or hide what is near it, or give it to an actor",
        enabled=window.has_scene,
        checked=cleaning.holds_brush,
    )
    shapes = [
        Action(
            id=f"splats.{shape.value}",
            text=f"Choose splats by a {shape.value}",
            menu=_MENU,
            handler=partial(cleaning.take, shape),
            icon=sign,
            tip="Draw it over the ground, then delete or hide what is in it, or give it to an actor",
            enabled=window.has_scene,
            checked=partial(cleaning.holds, shape),
        )
        for shape, sign in ((Shape.SPHERE, "sphere"), (Shape.BOX, "cube-outline"))
    ]
    owner = Action(
        id="splats.owner",
        text="Choose splats of the selected actor",
        menu=_MENU,
        handler=cleaning.toggle_owner,
        icon="car-select",
        tip="Instead of those of the static world; O does it while such a tool is in hand",
        enabled=cleaning.can_choose_of_actor,
        checked=cleaning.chooses_of_actor,
    )
    return [brush, *shapes, owner]


def _edits(window: MainWindow) -> list[Action]:
    cleaning = window.cleaning
    rows = (
        ("delete", "Delete the chosen splats", cleaning.delete, "eraser", "Del or Enter", cleaning.has_chosen),
        ("hide", "Hide the chosen splats", cleaning.hide, "eye-off-outline", "H", cleaning.has_chosen),
        ("assign", "Give them to the selected actor", cleaning.assign, "car-connected", "A", cleaning.can_assign),
    )
    tips = {"assign": "; an actor’s own splats go back to the world"}
    edits = [
        Action(
            id=f"splats.{name}",
            text=text,
            menu=_MENU,
            handler=handler,
            icon=sign,
            tip=f"{key} does it while splats are chosen{tips.get(name, '')}",
            enabled=enabled,
            section=1,
        )
        for name, text, handler, sign, key, enabled in rows
    ]
    show = Action(
        id="splats.show_hidden",
        text="Show hidden splats",
        menu=_MENU,
        handler=cleaning.show_hidden,
        icon="eye-outline",
        tip="Bring all hidden splats back",
        enabled=cleaning.has_hidden,
        section=1,
    )
    return [*edits, show]
