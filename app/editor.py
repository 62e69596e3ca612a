"""The editor as a process: the application, its window, and what is opened first."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.settings import SettingsStore
from app.warm_up import warm_up_later
from widgets.theme import ThemeSwitch
from widgets.toasts import Severity

NAME = "Driftless"
RECOVERY_MS = 1000  # after the window: by then it is drawn


def run(path: Path | None, *, demo: bool = False) -> int:
    """Show the window, then open a log or the demo city; returns the exit status when the window closes."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName(NAME)
    app.setDesktopFileName("driftless")
    window = make_window(app)
    window.show()
    warm_up_later(window, opens=demo or path is not None)
    QTimer.singleShot(RECOVERY_MS, window, window.recovery.look)
    # Python handles signals between two of its own steps only; the status bar's timer makes some.
    signal.signal(signal.SIGINT, lambda *_: window.close_unasked())
    signal.signal(signal.SIGTERM, lambda *_: window.close_unasked())
    if path is not None:
        QTimer.singleShot(0, window, lambda: window.open(path))
    elif demo:
        QTimer.singleShot(0, window, window.demo.open)
    tell_uncaught(window)
    # A walk of Python's collector through all that is loaded holds the window for frames; it finds next to nothing.
    gc.set_threshold(2_000, 4, 500)
    # Threads that decode and splat would else keep the interpreter for 5 ms each time the window wants it back, which
    # is many times a frame: of `bench gui_block` scrubbing took 51 to 72 ms with 1 ms here, 36 to 49 with a fifth.
    sys.setswitchinterval(0.0002)
    return app.exec()


def tell_uncaught(window: MainWindow) -> None:
    """Tell of an uncaught error once, and go on; the hook before this one has written it to the log file."""
    before, told = sys.excepthook, set[str]()

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        what = f"{kind.__name__}: {error}"
        if what not in told:
            told.add(what)
            window.toasts.say(
                Severity.ERROR,
                "Something went wrong that should not",
                what,
                "The log file, under Help, holds the details.",
            )

    sys.excepthook = hook


def make_window(app: QApplication, store: SettingsStore | None = None) -> MainWindow:
    """The main window, dressed, not yet shown."""
    store = store or SettingsStore()
    return MainWindow(store, ThemeSwitch(app, store.values.theme))
