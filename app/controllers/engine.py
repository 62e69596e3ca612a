"""The engine in the window: jobs whose answers arrive as signals in the GUI thread, and what it does in words."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.engine import (
    Cancelled,
    Engine,
    Event,
    Failed,
    Job,
    Partial,
    Phase,
    Progress,
    Request,
    Result,
    Started,
)
from core.engine.client import RESTART
from core.errors import UserError

SHOW_AFTER_MS = 300
"""Work that is done sooner is not spoken of: the text would only flicker."""
STARTING = "Engine starting"
IDLE_AFTER_MS = 200
"""A row of jobs with shorter pauses, as pictures while the playhead moves, is one piece of work."""


class EngineJob(QObject):
    """One request; exactly one of `done`, `failed` and `cancelled` follows, unless the window closes before."""

    started = Signal()
    progressed = Signal(float, str)  # fraction, what is being done
    partial = Signal(object, object)  # value of the request's type for this, arrays by name
    done = Signal(object, object)  # the same
    failed = Signal(object)  # UserError
    cancelled = Signal(bool)  # whether because something newer was asked

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request
        self.fraction = 0.0
        self.job: Job | None = None

    def cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def pause(self, paused: bool) -> None:
        """Let it wait before its next step, or go on."""
        if self.job is not None:
            self.job.pause(paused)

    def deliver(self, event: Event) -> None:
        match event.answer:
            case Started():
                self.started.emit()
            case Progress(fraction=fraction, text=text):
                self.fraction = fraction
                self.progressed.emit(fraction, text)
            case Partial():
                self.partial.emit(event.value, event.arrays)
            case Result():
                self.done.emit(event.value, event.arrays)
            case Failed(error=error):
                self.failed.emit(error)
            case Cancelled(superseded=superseded):
                self.cancelled.emit(superseded)


class EngineController(QObject):
    """Owns the engine's process: it starts with the first job and never outlives the window."""

    text_changed = Signal(str)
    stopped = Signal(object)  # UserError: the process ended by itself
    recovered = Signal()  # after that a job has been done
    _arrived = Signal(int, object)  # from the engine's threads: the job's number here, Event
    _phase_changed = Signal(object, str)

    def __init__(self, parent: QObject | None = None, *, engine: Engine | None = None) -> None:
        super().__init__(parent)
        self._engine = engine or Engine()
        self._engine.on_phase = self._phase_changed.emit
        self._numbers = itertools.count()
        self._jobs: dict[int, EngineJob] = {}  # unanswered
        self._working: EngineJob | None = None
        self._phase = Phase.ASLEEP
        self.why_stopped = ""
        """What the process ended of last, by itself."""
        self._has_stopped = False
        self._spoken = False  # of work, rather than of rest
        self._doing = STARTING
        self._closed = False
        self._text = self._worded()
        # Queued even from this thread: nobody has connected to a job before `submit` returned it.
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._phase_changed.connect(self._take_phase, Qt.ConnectionType.QueuedConnection)
        self._patience = QTimer(self, singleShot=True, interval=SHOW_AFTER_MS)
        self._patience.timeout.connect(self._speak)
        self._pause = QTimer(self, singleShot=True, interval=IDLE_AFTER_MS)
        self._pause.timeout.connect(self._fall_silent)

    @property
    def text(self) -> str:
        """What the engine does, for the status bar."""
        return self._text

    @property
    def pid(self) -> int | None:
        """The number of the engine's process; None while there is none."""
        return self._engine.pid

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def submit(self, request: Request) -> EngineJob:
        """Ask for something."""
        number, made = next(self._numbers), EngineJob(request)
        self._jobs[number] = made
        self._pause.stop()
        if not self._spoken and not self._patience.isActive():
            self._patience.start()
        # The engine's threads hold no widget or job of Qt: whoever lets go of one last also destroys it.
        arrived = self._arrived
        made.job = self._engine.submit(request, lambda event: arrived.emit(number, event))
        return made

    def new_generation(self) -> None:
        """The scene changed, or another log is shown: drop the pictures that are on their way."""
        self._engine.new_generation()

    def close(self) -> None:
        """End the process; nothing is delivered afterwards."""
        self._closed = True
        self._patience.stop()
        self._pause.stop()
        self._engine.close()
        self._jobs.clear()
        self._working = None

    def _deliver(self, number: int, event: Event) -> None:
        job = self._jobs.get(number)
        if self._closed or job is None:
            return
        if isinstance(event.answer, Started):
            self._working = job
        if event.final:
            del self._jobs[number]
            if self._working is job:
                self._working = None
            if not self._jobs:
                self._pause.start()
        job.deliver(event)
        if self._working is not None:
            self._doing = f"Engine {self._working.request.title}, {100 * self._working.fraction:.0f} %"
        if isinstance(event.answer, Result) and self._has_stopped:
            self._has_stopped = False
            self.recovered.emit()
        self._tell()

    def _speak(self) -> None:
        """The work has lasted; between two jobs of a row, wait for the next."""
        if self._jobs:
            self._spoken = True
            self._tell()
        else:
            self._patience.start()

    def _fall_silent(self) -> None:
        self._patience.stop()
        self._spoken = False
        self._tell()

    def _take_phase(self, phase: Phase, why: str) -> None:
        if self._closed:
            return
        self._phase = phase
        if phase is Phase.STOPPED:
            self._has_stopped, self.why_stopped = True, why
            self._doing = STARTING
            self._fall_silent()
            self.stopped.emit(UserError(why, remedy=RESTART))
        self._tell()

    def _tell(self) -> None:
        text = self._worded()
        if text != self._text:
            self._text = text
            self.text_changed.emit(text)

    def _worded(self) -> str:
        if self._phase is Phase.STOPPED:
            return "Engine stopped, starts again when needed"
        return self._doing if self._spoken else "Engine idle"
