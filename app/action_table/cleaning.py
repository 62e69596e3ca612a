"""Splats that are taken away from the scene."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.viewport.tools.regions import Shape

if TYPE_CHECKING:
    from app.main_window import MainWindow


def cleaning_actions(window: MainWindow) -> list[Action]:
    cleaning = window.cleaning
    tools = [
        Action(
            id=f"splats.{shape.value}",
            text=f"Choose splats by a {shape.value}",
            menu="Scene/Clean up",
            handler=partial(cleaning.take, shape),
            icon=sign,
            tip="Draw it over the ground, then delete or hide what is in it, or give it to an actor",
            enabled=window.has_scene,
            checked=partial(cleaning.holds, shape),
        )
        for shape, sign in ((Shape.SPHERE, "sphere"), (Shape.BOX, "cube-outline"))
    ]
    rows = (
        ("delete", "Delete the chosen splats", cleaning.delete, "eraser", "Del", cleaning.has_chosen),
        ("hide", "Hide the chosen splats", cleaning.hide, "eye-off-outline", "H", cleaning.has_chosen),
        ("assign", "Give them to the selected actor", cleaning.assign, "car-connected", "A", cleaning.can_assign),
    )
    edits = [
        Action(
            id=f"splats.{name}",
            text=text,
            menu="Scene/Clean up",
            handler=handler,
            icon=sign,
            tip=f"{key} does it while splats are chosen",
            enabled=enabled,
            section=1,
        )
        for name, text, handler, sign, key, enabled in rows
    ]
    show = Action(
        id="splats.show_hidden",
        text="Show hidden splats",
        menu="Scene/Clean up",
        handler=cleaning.show_hidden,
        icon="eye-outline",
        tip="Bring all hidden splats back",
        enabled=cleaning.has_hidden,
        section=1,
    )
    return [*tools, *edits, show]
