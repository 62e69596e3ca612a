"""Every action of the main window, as one table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action
from app.layouts import LAYOUTS
from widgets.camera_panel import Source
from widgets.theme import ThemeMode
from widgets.viewport.layers import LAYERS, Layers

if TYPE_CHECKING:
    from app.main_window import MainWindow

MENUS = ("File", "Edit", "Play", "Scene", "View", "View/Pictures", "View/Scene", "View/Panels", "View/Theme", "Help")

_OVERLAYS = (
    ("boxes", "Boxes in pictures", "cube-outline"),
    ("lidar", "Lidar points in pictures", "dots-hexagon"),
    ("lanes", "Lanes and crossings in pictures", "road-variant"),
    ("ego_path", "Ego path in pictures", "map-marker-path"),
)
_THEMES = (
    (ThemeMode.SYSTEM, "Follow the system", "theme-light-dark"),
    (ThemeMode.LIGHT, "Light", "white-balance-sunny"),
    (ThemeMode.DARK, "Dark", "weather-night"),
)


def action_table(window: MainWindow) -> list[Action]:
    return [*_file(window), *_edit(window), *_play(window), *_scene(window), *_view(window), *_help(window)]


def _file(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="log.open",
            text="Open log…",
            menu="File",
            handler=window.choose_log,
            shortcuts=("Ctrl+O",),
            icon="folder-open-outline",
            tip="Open the folder of a driving log",
        ),
        Action(
            id="demo.open",
            text="Open the demo city",
            menu="File",
            handler=window.demo.open,
            icon="city-variant-outline",
            tip="Open a drive through a city that is made here, once",
            enabled=lambda: not window.demo.busy,
        ),
        Action(
            id="log.close",
            text="Close log",
            menu="File",
            handler=window.logs.close,
            shortcuts=("Ctrl+W",),
            icon="close",
            enabled=window.has_log,
        ),
        Action(
            id="settings.open",
            text="Settings…",
            menu="File",
            handler=window.show_settings,
            shortcuts=("Ctrl+,",),
            icon="cog-outline",
            section=1,
        ),
        Action(
            id="window.quit",
            text="Quit",
            menu="File",
            handler=window.close,
            shortcuts=("Ctrl+Q",),
            icon="exit-to-app",
            section=2,
        ),
    ]


def _edit(window: MainWindow) -> list[Action]:
    return [
        Action(
            id="search.focus",
            text="Find an actor or camera",
            menu="Edit",
            handler=window.focus_search,
            shortcuts=("Ctrl+F",),
            icon="magnify",
            enabled=window.has_log,
        ),
        Action(
            id="selection.clear",
            text="Select nothing",
            menu="Edit",
            handler=window.leave,
            shortcuts=("Esc",),
            icon="selection-off",
            tip="Leave the enlarged camera, then clear the selection",
            enabled=window.has_log,
        ),
    ]


def _play(window: MainWindow) -> list[Action]:
    play = window.playback
    on = window.has_log
    rows = (
        (0, "toggle", "Play or pause", play.toggle, ("Space",), "play", "Play or pause here"),
        (1, "step_back", "Previous frame", partial(play.step, -1), ("Left", ","), "step-backward", ""),
        (1, "step_forward", "Next frame", partial(play.step, 1), ("Right", "."), "step-forward", ""),
        (1, "jump_back", "One second back", partial(play.jump, -1.0), ("Shift+Left",), "rewind-outline", ""),
        (1, "jump_forward", "One second on", partial(play.jump, 1.0), ("Shift+Right",), "fast-forward-outline", ""),
        (1, "home", "Go to the start", play.home, ("Home",), "skip-previous", ""),
        (1, "end", "Go to the end", play.end, ("End",), "skip-next", ""),
        (2, "shuttle_back", "Shuttle backwards", play.shuttle_back, ("J",), "rewind", "Press again for 2× and 4×"),
        (2, "shuttle_stop", "Stop the shuttle", play.shuttle_stop, ("K",), "stop", "Stop; then play at real time"),
        (2, "shuttle_forward", "Shuttle forwards", play.shuttle_forward, ("L",), "fast-forward", "Again for 2× and 4×"),
        (3, "set_in", "Set in point", play.set_in, ("[",), "contain-start", "Set the in point here"),
        (3, "set_out", "Set out point", play.set_out, ("]",), "contain-end", "Set the out point here"),
        (3, "clear_in_out", "Clear in and out", play.clear_in_out, ("\\",), "arrow-expand-horizontal", ""),
        (4, "mark", "Set or remove a mark", play.toggle_mark, ("M",), "bookmark-outline", "Set or remove a mark here"),
        (4, "previous_mark", "Previous mark", play.previous_mark, ("Ctrl+Left",), "arrow-left-bold-outline", ""),
        (4, "next_mark", "Next mark", play.next_mark, ("Ctrl+Right",), "arrow-right-bold-outline", ""),
    )
    table = [
        Action(
            id=f"playback.{name}",
            text=text,
            menu="Play",
            handler=handler,
            shortcuts=keys,
            icon=sign,
            tip=tip,
            enabled=on,
            section=section,
        )
        for section, name, text, handler, keys, sign, tip in rows
    ]
    loop = Action(
        id="playback.loop",
        text="Loop",
        menu="Play",
        handler=lambda: play.set_loop(not play.loop),
        icon="repeat",
        tip="Play from in to out again and again",
        checked=lambda: play.loop,
        enabled=on,
        section=3,
    )
    # Beside the in and out points that it plays.
    return [*table[:13], loop, *table[13:]]


def _scene(window: MainWindow) -> list[Action]:
    scenes = window.scenes
    return [
        Action(
            id="scene.reconstruct",
            text="Reconstruct…",
            menu="Scene",
            handler=window.reconstruction.open,
            shortcuts=("Ctrl+R",),
            icon="creation-outline",
            tip="Make a better scene of this log, or of a part of it",
            enabled=scenes.can_reconstruct,
        ),
        Action(
            id="scene.extend",
            text="Extend the scene…",
            menu="Scene",
            handler=window.reconstruction.extend,
            icon="arrow-expand-right",
            tip="Let a scene of a part of this log go on along it",
            enabled=scenes.can_extend,
        ),
        Action(
            id="scene.build",
            text="Build the scene again",
            menu="Scene",
            handler=scenes.build,
            icon="cube-scan",
            tip="Lift the splats of this log anew, without a network",
            enabled=scenes.can_build,
        ),
        Action(
            id="scene.cancel",
            text="Stop making the scene",
            menu="Scene",
            handler=window.cancel_building,
            tip="What is refined already is kept; else the scene stays as it was",
            icon="cancel",
            enabled=lambda: scenes.is_building,
        ),
        Action(
            id="scene.save",
            text="Save the scene…",
            menu="Scene",
            handler=window.save_scene,
            icon="content-save-outline",
            tip="Write the scene into a folder",
            enabled=window.has_scene,
            section=1,
        ),
    ]


def _view(window: MainWindow) -> list[Action]:
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
            id="actors.hide",
            text="Hide the selected actors",
            menu="View",
            handler=window.hide_selected,
            shortcuts=("H",),
            icon="eye-off-outline",
            tip="Leave the selected actors out of the 3D view",
            enabled=lambda: bool(window.actors_selected()),
            section=1,
        ),
        Action(
            id="actors.show_all",
            text="Show all actors",
            menu="View",
            handler=window.selection.show_all,
            shortcuts=("Alt+H",),
            icon="eye-outline",
            enabled=lambda: bool(window.selection.hidden),
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
    return [*layouts, reset, *frame, *_pictures(window), *_centre(window), *_panels(window), *_themes(window)]


def _is_source(window: MainWindow, source: Source) -> bool:
    return window.cameras.source is source


def _pictures(window: MainWindow) -> list[Action]:
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
        for source, sign in zip(Source, ("camera-outline", "cube-scan", "compare"), strict=True)
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
            section=1,
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
        section=2,
    )
    return [*sources, *table, enlarge]


def _centre(window: MainWindow) -> list[Action]:
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


def _help(window: MainWindow) -> list[Action]:
    rows = (
        ("palette.open", "Command palette", window.show_palette, ("Ctrl+P",), "console-line", "Find a command by name"),
        ("shortcuts.open", "Keys and gestures", window.show_shortcuts, ("?",), "keyboard-outline", ""),
        ("log_file.show", "Show the log file", window.show_log_file, (), "text-box-outline", "Open the messages file"),
        ("about.open", "About Driftless", window.show_about, (), "information-outline", ""),
    )
    return [
        Action(id=name, text=text, menu="Help", handler=handler, shortcuts=keys, icon=sign, tip=tip)
        for name, text, handler, keys, sign, tip in rows
    ]
