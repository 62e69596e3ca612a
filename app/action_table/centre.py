"""What the view in the middle shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.viewport.layers import LAYERS, Layers

if TYPE_CHECKING:
    from app.main_window import MainWindow


def centre_actions(window: MainWindow) -> list[Action]:
    centre, layers = window.centre, window.centre.viewport.layers
    views = [
        Action(
            id=f"view.{name}",
            text=text,
            menu="View/Scene",
            handler=show,
            icon=sign,
            tip=tip,
            checked=checked,
            enabled=window.has_log,
        )
        for name, text, show, sign, tip, checked in (
            ("scene", "Scene in 3D", centre.show_scene, "rotate-3d", "", lambda: not centre.is_plan),
            ("plan", "Plan", centre.show_plan, "map-outline", "The drive from above", lambda: centre.is_plan),
        )
    ]
    table = [
        Action(
            id=f"layer.{name}",
            text=text,
            menu="View/Scene",
            handler=partial(_toggle_layer, layers, name),
            icon="layers-outline",
            tip=f"{text} in the scene",
            checked=partial(layers.is_on, name),
            enabled=window.has_log,
            section=1,
        )
        for name, (text, _) in LAYERS.items()
    ]
    follow = Action(
        id="view.follow",
        text="Follow the ego",
        menu="View/Scene",
        handler=lambda: centre.current.set_follow(not centre.current.follow),
        icon="crosshairs-gps",
        checked=lambda: centre.current.follow,
        enabled=window.has_log,
        section=2,
    )
    return [*views, *table, follow]


def _toggle_layer(layers: Layers, name: str) -> None:
    layers.set(name, not layers.is_on(name))
