"""Clips: ranges of a take as MP4 files, each with a page of JSON beside it that says what it shows.

Decisions
- H.264, which every player, browser and editor takes; two of colour for four of light, so sides are even: an odd one
  gets its last row or column twice.
- A frame is shown from its own time on, to the microsecond, so that a clip of a log with uneven times stays true to it.
- All clips of an export are read and encoded side by side, frame after frame: memory does not grow with their length.
- A clip is written beside its place and renamed once its page is there too; what was cancelled leaves nothing.
"""

from core.export.clips.exporting import ClipOrder, export_clips

__all__ = ["ClipOrder", "export_clips"]
