"""Help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def help_actions(window: MainWindow) -> list[Action]:
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
