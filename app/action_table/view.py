"""How the window looks and what it looks at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.action_table.centre import centre_actions
from app.action_table.pictures import picture_actions
from app.actions import Action
from app.layouts import LAYOUTS
from widgets.theme import ThemeMode

if TYPE_CHECKING:
    from app.main_window import MainWindow

_THEMES = (
    (ThemeMode.SYSTEM, "Follow the system", "theme-light-dark"),
    (ThemeMode.LIGHT, "Light", "white-balance-sunny"),
    (ThemeMode.DARK, "Dark", "weather-night"),
)


def view_actions(window: MainWindow) -> list[Action]:
    on, centre = window.has_log, window.centre
    layouts = [
        Action(
            id=f"layout.{layout.id}",
            text=f"{layout.title} layout",
            menu="View",
            handler=partial(window.layouts.switch, layout),
            shortcuts=(f"Ctrl+{number}",),
            icon=layout.icon,
            checked=partial(window.layouts.is_current, layout),
            enabled=on,
        )
        for number, layout in enumerate(LAYOUTS, start=1)
    ]
    reset = Action(
        id="layout.reset",
        text="Reset layout",
        menu="View",
        handler=window.layouts.reset,
        icon="restore",
        tip="Put the panels of this layout back to where they belong",
        enabled=on,
    )
    frame = [
        Action(
            id="view.frame_selection",
            text="Frame the selection",
            menu="View",
            handler=lambda: centre.current.frame_selection(),
            shortcuts=("F",),
            icon="image-filter-center-focus",
            enabled=on,
            section=1,
        ),
        Action(
            id="view.frame_all",
            text="Frame everything",
            menu="View",
            handler=lambda: centre.current.frame_all(),
            shortcuts=("Shift+F",),
            icon="fit-to-page-outline",
            enabled=on,
            section=1,
        ),
        Action(
            id="view.top",
            text="Top view",
            menu="View",
            handler=window.top_view,
            shortcuts=("T",),
            icon="arrow-collapse-down",
            tip="Look straight down on the scene",
            enabled=on,
            section=1,
        ),
        Action(
            id="view.through",
            text="Look through the camera",
            menu="View",
            handler=window.look_through,
            shortcuts=("C",),
            icon="video-outline",
            tip="Look through the selected or the front camera, or leave it",
            checked=lambda: centre.viewport.through is not None,
            enabled=on,
            section=1,
        ),
        Action(
            id="timeline.fit",
            text="Show the whole timeline",
            menu="View",
            handler=window.timeline.canvas.fit,
            icon="arrow-expand-horizontal",
            tip="Show the whole log in the timeline",
            enabled=on,
            section=1,
        ),
        Action(
            id="window.full_screen",
            text="Full screen",
            menu="View",
            handler=window.toggle_full_screen,
            shortcuts=("F11",),
            icon="fullscreen",
            checked=window.isFullScreen,
            section=1,
        ),
    ]
    return [
        *layouts,
        reset,
        *frame,
        *picture_actions(window),
        *centre_actions(window),
        *_panels(window),
        *_themes(window),
    ]


def _panels(window: MainWindow) -> list[Action]:
    return [
        Action(
            id=f"panel.{name}",
            text=dock.windowTitle(),
            menu="View/Panels",
            handler=dock.toggle,
            icon="dock-window",
            tip=f"Show or hide the panel {dock.windowTitle()}",
            checked=dock.is_wanted,
            enabled=window.has_log,
        )
        for name, dock in window.docks.items()
    ]


def _themes(window: MainWindow) -> list[Action]:
    return [
        Action(
            id=f"theme.{mode.value}",
            text=text if mode is ThemeMode.SYSTEM else f"{text} theme",
            menu="View/Theme",
            handler=partial(window.set_theme, mode),
            icon=sign,
            checked=partial(window.theme.is_mode, mode),
        )
        for mode, text, sign in _THEMES
    ]
