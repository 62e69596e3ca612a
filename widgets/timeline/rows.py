"""What the timeline shows of each stream."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.logs import CameraStream, DrivingLog, MissingSample, Stream
from widgets.formats import time_text
from widgets.names import stream_title
from widgets.selection import LIDAR, camera_id

TOUCH_PX = 5.0


@dataclass(frozen=True, eq=False)
class StreamRow:
    """Samples of one stream in seconds of the log."""

    id: str  # as in the selection
    name: str
    kind: str  # "image" or "sweep"
    start_s: NDArray[np.float64]  # (n,) times of the samples
    end_s: NDArray[
        np.float64
    ]  # (n,) where its place ends: at the next sample, or after a period where that one is missing
    number: NDArray[np.int64]  # (n,) in the recording, counted with the missing ones
    missing_s: NDArray[np.float64]  # (m,)
    missing: tuple[MissingSample, ...]
    period_s: float
    unreadable: set[int] = field(default_factory=set)  # indices of samples whose file turned out to be damaged

    @property
    def holes_s(self) -> list[float]:
        """Times of what there is nothing to show for."""
        return [*self.missing_s.tolist(), *self.start_s[sorted(self.unreadable)].tolist()]

    def tip(self, t_s: float, reach_s: float) -> str:
        """What lies at a time, in words."""
        if len(self.missing_s):
            nearest = int(np.argmin(np.abs(self.missing_s + self.period_s / 2 - t_s)))
            if abs(self.missing_s[nearest] + self.period_s / 2 - t_s) <= max(self.period_s / 2, reach_s):
                gone = self.missing[nearest]
                at = time_text(self.missing_s[nearest])
                return f"{self.name}\n{self.kind.capitalize()} {gone.index} is missing, {at}\n{gone.file}"
        index = int(np.searchsorted(self.start_s, t_s, side="right")) - 1
        if index < 0 or t_s > self.end_s[index] + reach_s:
            return self.name
        at, count = time_text(self.start_s[index]), len(self.start_s) + len(self.missing)
        if index in self.unreadable:
            return f"{self.name}\n{self.kind.capitalize()} {self.number[index]} cannot be read, {at}"
        return f"{self.name}\n{self.kind.capitalize()} {self.number[index]} of {count}, {at}"


def stream_rows(log: DrivingLog) -> list[StreamRow]:
    """A row per camera in rig order, then the lidar."""
    rows = [_row(log, stream, camera_id(stream.name), "image") for stream in log.cameras]
    return rows if log.lidar is None else [*rows, _row(log, log.lidar, LIDAR, "sweep")]


def _row(log: DrivingLog, stream: Stream, row_id: str, kind: str) -> StreamRow:
    start = ((stream.t_ns - log.start_ns) * 1e-9).astype(np.float64)
    period = 1.0 / stream.hz if stream.hz else 0.1
    following = np.append(start[1:], np.inf)[: len(start)]
    numbers = np.arange(len(start))
    for sample in stream.missing:
        numbers[numbers >= sample.index] += 1
    return StreamRow(
        id=row_id,
        name=stream_title(stream.name) if isinstance(stream, CameraStream) else "Lidar",
        kind=kind,
        start_s=start,
        end_s=np.where(following - start > 1.5 * period, start + period, following),
        number=numbers,
        missing_s=np.array([log.t_s(sample.t_ns) for sample in stream.missing]),
        missing=stream.missing,
        period_s=period,
    )
