"""What the pictures of cameras show."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from widgets.camera_panel import Shown, Source

if TYPE_CHECKING:
    from app.main_window import MainWindow

_OVERLAYS = (
    ("boxes", "Boxes in pictures", "cube-outline"),
    ("lidar", "Lidar points in pictures", "dots-hexagon"),
    ("lanes", "Lanes and crossings in pictures", "road-variant"),
    ("ego_path", "Ego path in pictures", "map-marker-path"),
    ("misfit", "Misfit of boxes in generated pictures", "image-filter-center-focus"),
)
_SIGNS = dict(zip(Source, ("camera-outline", "cube-scan", "compare", "creation"), strict=True))


def picture_actions(window: MainWindow) -> list[Action]:
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
    whole = Action(
        id="cameras.whole",
        text="Show whole pictures",
        menu="View/Pictures",
        handler=window.cameras.zoom.reset,
        icon="magnify-minus-outline",
        tip="Zoom all pictures out again",
        enabled=window.has_log,
        section=3,
    )
    return [*_of_all(window), *table, enlarge, whole, *_of_one(window)]


def _of_all(window: MainWindow) -> list[Action]:
    """What all pictures show."""
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
        for source, sign in _SIGNS.items()
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
    return [*sources, *wipes]


def _of_one(window: MainWindow) -> list[Action]:
    """What the selected camera's picture shows unlike the others."""
    menu = "View/Pictures of the selected camera"
    sources = [
        Action(
            id=f"own_source.{source.name.lower()}",
            text=f"Show the {source.title.lower()} of the selected camera",
            menu=menu,
            handler=partial(_set_own_source, window, source),
            icon=sign,
            tip=f"{source.tip}, in the selected camera's picture only",
            checked=partial(_is_own_source, window, source),
            enabled=window.camera_selected,
        )
        for source, sign in _SIGNS.items()
    ]
    wipes = [
        Action(
            id=f"own_wipe.{source.name.lower()}",
            text=f"Wipe the selected camera with the {source.title.lower()}",
            menu=menu,
            handler=partial(_wipe_own, window, source),
            icon="compare-horizontal",
            tip=f"{source.tip}, right of a line that can be dragged, in the selected camera's picture only",
            checked=partial(_is_own_wipe, window, source),
            enabled=partial(_can_wipe_own, window, source),
            section=1,
        )
        for source in Source
    ]
    same = Action(
        id="own_source.same",
        text="Show the same in all pictures",
        menu=menu,
        handler=window.cameras.show_same,
        icon="view-grid-outline",
        tip="No picture has a source of its own any more",
        enabled=lambda: bool(window.cameras.own_sources),
        section=2,
    )
    return [*sources, *wipes, same]


def _shown(window: MainWindow) -> Shown:
    """By the picture of the selected camera."""
    return window.cameras.shown_in(window.selected_camera or "")


def _is_source(window: MainWindow, source: Source) -> bool:
    return window.cameras.source is source


def _is_wiped(window: MainWindow, source: Source) -> bool:
    return window.cameras.wiped is source


def _can_wipe(window: MainWindow, source: Source) -> bool:
    return window.has_log() and window.cameras.source is not source


def _set_own_source(window: MainWindow, source: Source) -> None:
    window.cameras.set_source(source, window.selected_camera)


def _wipe_own(window: MainWindow, source: Source) -> None:
    window.cameras.wipe(source, window.selected_camera)


def _is_own_source(window: MainWindow, source: Source) -> bool:
    return _shown(window).source is source


def _is_own_wipe(window: MainWindow, source: Source) -> bool:
    return _shown(window).wiped is source


def _can_wipe_own(window: MainWindow, source: Source) -> bool:
    return window.camera_selected() and _shown(window).source is not source
