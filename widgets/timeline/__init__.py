"""The timeline: one ruler, a playhead, in and out, marks, and a row of samples per stream.

Owns: showing and moving the playhead. Does not own: the clock (`widgets.playback`), images, actions.

Decisions
- All that stands still is painted once into a pixmap; while playing only the playhead's two strips are repainted.
- A missing sample is a hole with a mark of its own, never a shorter row.
"""

from widgets.timeline.panel import TimelinePanel
from widgets.timeline.rows import StreamRow, stream_rows

__all__ = ["StreamRow", "TimelinePanel", "stream_rows"]
