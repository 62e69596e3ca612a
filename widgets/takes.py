"""The takes of the scenario, for every view at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.takes import TakeFrames, TakePlan

CHUNK = 4  # frames that are likely made at once, as long as none were


class FrameState(Enum):
    """What there is of a frame."""

    PLANNED = "planned"
    GENERATING = "being generated"
    ON_DISK = "on disk"
    IN_MEMORY = "in memory"
    STALE = "made before an edit"


@dataclass(frozen=True)
class Run:
    """A take on its way."""

    plan: TakePlan
    from_s: float  # when its first frame is, as far as known
    rate_hz: float
    number: int | None = None  # of its take, once there is a chunk
    paused: bool = False


@dataclass(frozen=True)
class TakeStripe:
    """A take along the time of the log."""

    spans: tuple[tuple[float, float, FrameState], ...] = ()  # from and to, seconds
    borders_s: tuple[float, ...] = ()  # between chunks
    branches_s: tuple[float, ...] = ()  # where it leaves its parent, and other takes leave it


class TakeModel(QObject):
    """The takes, which of them is looked at, and the run that is under way."""

    changed = Signal()  # any of these
    memory_changed = Signal()  # which frames are in memory

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._takes: dict[int, TakeFrames] = {}
        self._chosen: int | None = None
        self._stale_from: int | None = None
        self._run: Run | None = None
        self._in_memory: tuple[int, ...] = ()

    @property
    def takes(self) -> Mapping[int, TakeFrames]:
        """All takes by number, in the order in which they were made."""
        return MappingProxyType(self._takes)

    @property
    def chosen(self) -> TakeFrames | None:
        """The take that is looked at."""
        return None if self._chosen is None else self._takes.get(self._chosen)

    @property
    def stale_from(self) -> int | None:
        """The first frame of the chosen take that an edit has made wrong."""
        return self._stale_from

    @property
    def run(self) -> Run | None:
        return self._run

    @property
    def is_running(self) -> bool:
        return self._run is not None

    def set_takes(self, takes: Sequence[TakeFrames]) -> None:
        """What there is on disk; the one that was looked at stays if it is there, else it is the last one."""
        self._takes = {frames.take.number: frames for frames in takes}
        if self._chosen not in self._takes:
            self._chosen = max(self._takes, default=None)
            self._stale_from, self._in_memory = None, ()
        self.changed.emit()

    def set_frames(self, frames: TakeFrames) -> None:
        """A take that is new or has grown."""
        self._takes[frames.take.number] = frames
        self.changed.emit()

    def choose(self, number: int) -> None:
        if number != self._chosen and number in self._takes:
            self._chosen, self._stale_from, self._in_memory = number, None, ()
            self.changed.emit()

    def set_stale_from(self, frame: int | None) -> None:
        if frame != self._stale_from:
            self._stale_from = frame
            self.changed.emit()

    def set_run(self, run: Run | None) -> None:
        self._run = run
        self.changed.emit()

    def pause(self, paused: bool) -> None:
        if self._run is not None:
            self.set_run(replace(self._run, paused=paused))

    def set_in_memory(self, frames: Sequence[int]) -> None:
        if tuple(frames) != self._in_memory:
            self._in_memory = tuple(frames)
            self.memory_changed.emit()

    def border_before(self, frame: int) -> int:
        """The first frame of the chunk of the chosen take in which a frame lies."""
        assert self.chosen is not None
        return max((chunk.begin for chunk in self.chosen.chunks if chunk.begin <= frame), default=0)

    def stripe(self) -> TakeStripe:
        """The chosen take, with what is still to come."""
        frames, run = self.chosen, self._run
        grows = run is not None and (run.number is None or run.number == self._chosen)
        if frames is None or (run is not None and run.number is None):
            return TakeStripe() if run is None else TakeStripe(_to_come(run.from_s, run.rate_hz, run.plan, 0, CHUNK))
        starts_s = frames.t_s
        ends_s = np.append(starts_s[1:], starts_s[-1:] + 1 / frames.rate_hz)
        states = [self._state_of(number) for number in range(len(frames))]
        spans = list(zip(starts_s.tolist(), ends_s.tolist(), states, strict=True))
        if not frames.is_whole and len(frames):
            chunk = len(frames.chunks[-1].t_s) if grows else 0
            spans += _to_come(float(ends_s[-1]), frames.rate_hz, frames.take, len(frames), chunk)
        borders = tuple(float(starts_s[chunk.begin]) for chunk in frames.chunks if chunk.begin < len(starts_s))
        leaves = [frames.take.first_frame] if frames.take.parent is not None else []
        leaves += [other.take.first_frame for other in self._takes.values() if other.take.parent == self._chosen]
        branches = tuple(float(starts_s[frame]) for frame in leaves if frame < len(starts_s))
        return TakeStripe(tuple(spans), borders, branches)

    def _state_of(self, number: int) -> FrameState:
        if self._stale_from is not None and number >= self._stale_from:
            return FrameState.STALE
        return FrameState.IN_MEMORY if number in self._in_memory else FrameState.ON_DISK


def _to_come(
    from_s: float, rate_hz: float, plan: TakePlan, done: int, generating: int
) -> tuple[tuple[float, float, FrameState], ...]:
    """Spans of the frames that are still to be made; the first ones are being generated."""
    count = plan.frames - max(done, plan.first_frame)
    now = min(generating, count)
    borders_s = [from_s, from_s + now / rate_hz, from_s + count / rate_hz]
    found = ((borders_s[0], borders_s[1], FrameState.GENERATING), (borders_s[1], borders_s[2], FrameState.PLANNED))
    return tuple(span for span in found if span[1] > span[0])
