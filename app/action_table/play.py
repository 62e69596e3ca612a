"""The playhead."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def play_actions(window: MainWindow) -> list[Action]:
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
