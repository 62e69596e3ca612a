"""What the pictures of cameras show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.camera_panel import Source

if TYPE_CHECKING:
    from app.main_window import MainWindow

_OVERLAYS = (
    ("boxes", "Boxes in pictures", "cube-outline"),
    ("lidar", "Lidar points in pictures", "dots-hexagon"),
    ("lanes", "Lanes and crossings in pictures", "road-variant"),
    ("ego_path", "Ego path in pictures", "map-marker-path"),
)


def picture_actions(window: MainWindow) -> list[Action]:
    sources = [
        Action(
            id=f"source.{source.name.lower()}",
            text=f"Show the {source.title.lower()}",
            menu="View/Pictures",
            handler=partial(window.cameras.set_source, source),
            icon=sign,
            tip=source.tip,
            checked=partial(_is_source, window, source),
            enabled=window.has_log,
        )
        for source, sign in zip(Source, ("camera-outline", "cube-scan", "compare", "creation"), strict=True)
    ]
    wipes = [
        Action(
            id=f"wipe.{source.name.lower()}",
            text=f"Wipe with the {source.title.lower()}",
            menu="View/Pictures",
            handler=partial(window.cameras.wipe, source),
            icon="compare-horizontal",
            tip=f"{source.tip}, right of a line that can be dragged; again: no wipe",
            checked=partial(_is_wiped, window, source),
            enabled=partial(_can_wipe, window, source),
            section=1,
        )
        for source in Source
    ]
    overlays = window.cameras.overlays
    needs = {"lidar": window.has_lidar, "lanes": window.has_lanes}
    table = [
        Action(
            id=f"overlay.{name}",
            text=text,
            menu="View/Pictures",
            handler=partial(window.toggle_overlay, name),
            icon=sign,
            tip=f"{text} in the pictures",
            checked=partial(overlays.is_on, name),
            enabled=needs.get(name, window.has_log),
            section=2,
        )
        for name, text, sign in _OVERLAYS
    ]
    enlarge = Action(
        id="cameras.enlarge",
        text="Enlarge the selected camera",
        menu="View/Pictures",
        handler=window.enlarge_selected,
        shortcuts=("Shift+C",),
        icon="magnify-plus-outline",
        tip="Show the selected camera alone, or all again",
        enabled=window.camera_selected,
        section=3,
    )
    return [*sources, *wipes, *table, enlarge]


def _is_source(window: MainWindow, source: Source) -> bool:
    return window.cameras.source is source


def _is_wiped(window: MainWindow, source: Source) -> bool:
    return window.cameras.wiped is source


def _can_wipe(window: MainWindow, source: Source) -> bool:
    return window.has_log() and window.cameras.source is not source
