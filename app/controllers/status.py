"""What the status bar says, and the look of the play button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.jobs import Job
from widgets.names import title_of
from widgets.selection import EGO, camera_name
from widgets.theme import icon
from widgets.viewport.modes import ViewMode
from widgets.viewport.tools.actor_tools import dragging

if TYPE_CHECKING:
    from psutil import Process

    from app.main_window import MainWindow

MEMORY_EVERY_MS = 2000

_GESTURES = {
    ViewMode.FLY: ("Flying", "W A S D and Q E fly, Shift faster, Alt slower"),
    ViewMode.ORBIT: ("Orbiting", "Shift pans, the wheel dollies"),
    ViewMode.PAN: ("Panning", "Without Shift it orbits"),
}


class StatusTeller(QObject):
    """Keeps the status bar true: the mode, the next key, the time, the memory."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._play_icon, self._pause_icon = icon("play"), icon("pause")
        playback = window.playback
        playback.t_changed.connect(self._tell_time)
        playback.playing_changed.connect(self._tell_playing)
        playback.rate_changed.connect(self.tell_mode)
        window.selection.changed.connect(self.tell_mode)
        window.scenario.history_changed.connect(self.tell_mode)
        window.cameras.enlarged_changed.connect(self.tell_mode)
        window.centre.viewport.mode_changed.connect(self.tell_mode)
        window.centre.viewport.tool_changed.connect(self.tell_mode)
        window.centre.switched.connect(self.tell_mode)
        window.mover.changed.connect(self.tell_mode)
        window.log_shown.connect(self._tell_log)
        self._process: Process | None = None
        self._looking = Job(_own_process, name="Memory", parent=self)
        self._looking.done.connect(self._watch_memory)
        QTimer.singleShot(MEMORY_EVERY_MS, self, self._looking.start)  # not before the window is visible
        self._tell_log()

    def tell_mode(self) -> None:
        window, playback = self._window, self._window.playback
        view = ViewMode.FREE if window.centre.is_plan else window.centre.viewport.mode
        if not window.has_log():
            mode, hint = "No log", "Ctrl+O opens a log, Ctrl+P finds every command"
        elif view in _GESTURES:
            mode, hint = _GESTURES[view]
        elif window.mover.drag is not None:
            mode, hint = dragging(window.mover.drag)
        elif (tool := window.centre.tool) is not None:
            mode, hint = tool.mode
        elif playback.playing:
            speed = f"{playback.rate:g}×".replace("-", "−")
            mode, hint = f"Playing {speed}", "Space pauses, J K L shuttle"
        elif view is ViewMode.THROUGH:
            mode, hint = "Through a camera", "C or Esc leaves it"
        elif window.cameras.enlarged is not None:
            mode, hint = "One camera", "Esc shows all cameras"
        elif window.selection.ids:
            mode, hint = self._selected(), self._keys_of_selected()
        elif view is ViewMode.TOP:
            mode, hint = "From above", "Middle drag tilts, Shift and middle drag pans, Shift+F shows everything"
        else:
            mode, hint = "Browse", "Click selects, Space plays, ? lists every key"
        window.status.set_mode(mode, hint)

    def _selected(self) -> str:
        drive, selection = self._window.scenario.drive, self._window.selection
        if drive is None or selection.current is None:
            return "Browse"
        others = len(selection.ids) - 1
        current = selection.current
        title = drive.name(current) if drive.knows(current) else title_of(current)
        return title + (f" and {others} more" if others else "")

    def _keys_of_selected(self) -> str:
        selected, drive = self._window.selection.current or "", self._window.scenario.drive
        if drive is not None and drive.knows(selected):
            return "Drag moves it, G and R take a tool, P bends its path, H hides, Del removes, Esc clears"
        if selected == EGO:
            return "P edits its path, F frames it, Esc clears"
        if camera_name(selected) is not None:
            return "C looks through it, Shift+C enlarges it, Esc clears"
        return "Esc clears"

    def _tell_playing(self, playing: bool) -> None:
        self._window.actions_["playback.toggle"].setIcon(self._pause_icon if playing else self._play_icon)
        self.tell_mode()

    def _tell_time(self, t_s: float) -> None:
        self._window.status.set_time(t_s if self._window.has_log() else None, self._window.playback.end_s)

    def _tell_log(self) -> None:
        log = self._window.log
        self._window.status.log_name.setText("" if log is None else log.name)
        self._tell_time(self._window.playback.t_s)
        self.tell_mode()

    def _watch_memory(self, process: Process) -> None:
        self._process = process
        timer = QTimer(self, interval=MEMORY_EVERY_MS)
        timer.timeout.connect(self._tell_memory)
        timer.start()
        self._tell_memory()

    def _tell_memory(self) -> None:
        assert self._process is not None
        self._window.status.set_memory(self._process.memory_info().rss)


def _own_process() -> Process:
    """In a thread: to import it takes as long as two frames."""
    import psutil

    return psutil.Process()
