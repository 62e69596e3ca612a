"""Transport and canvas together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.logs import DrivingLog
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.takes import TakeStripe
from widgets.timeline.canvas import TimelineCanvas
from widgets.timeline.rows import StreamRow, stream_rows
from widgets.timeline.transport import Transport


class TimelinePanel(QWidget):
    """The timeline of a log."""

    def __init__(self, playback: Playback, selection: Selection) -> None:
        super().__init__()
        self.setObjectName("timeline")
        self.transport = Transport(playback)
        self.canvas = TimelineCanvas(playback, selection)
        self.canvas.hovered_row.connect(selection.hover)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.transport)
        layout.addWidget(self.canvas, 1)

        self._rows: dict[str, StreamRow] = {}

    def set_log(self, log: DrivingLog | None) -> None:
        rows = [] if log is None else stream_rows(log)
        self._rows = {} if log is None else dict(zip((stream.name for stream in log.streams), rows, strict=True))
        self.canvas.set_rows(rows)

    def row(self, stream: str) -> StreamRow:
        """What is shown of a stream.

        Raises:
            KeyError: the log has no such stream.
        """
        return self._rows[stream]

    def mark_unreadable(self, stream: str, index: int) -> None:
        """Show a sample, by its index in its stream, as one whose file cannot be read."""
        self._rows[stream].unreadable.add(index)
        self.canvas.redraw()

    def set_take(self, stripe: TakeStripe) -> None:
        """What there is of the take that is looked at."""
        self.canvas.set_take(stripe)

    def set_cached(self, ranges_s: Sequence[tuple[float, float]]) -> None:
        """Times (start, end) for which every camera's image is in memory."""
        self.canvas.set_cached(ranges_s)
