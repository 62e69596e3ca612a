"""Key frames of the shown path between in and out: copied, pasted, mirrored in time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.scenario import Keyed, KeyFrame
from core.scenario.editing import key_frames
from core.scenario.motion import cut_out
from widgets.path_model import PathModel
from widgets.playback import Playback

Frames = tuple[KeyFrame, ...]


class KeyFramesController(QObject):
    """Holds what was copied. What is pasted or mirrored makes a path of key frames, the rest of it as it was."""

    def __init__(self, paths: PathModel, playback: Playback, parent: QObject) -> None:
        super().__init__(parent)
        self._paths = paths
        self._playback = playback
        self._copied: tuple[KeyFrame, ...] = ()

    def can_copy(self) -> bool:
        """Whether the selected one is there between in and out."""
        shown, (from_s, to_s) = self._paths.shown, self._in_out()
        return shown is not None and bool(shown.t_s[0] < to_s and shown.t_s[-1] > from_s)

    def can_paste(self) -> bool:
        return bool(self._copied) and self._paths.shown is not None

    def copy(self) -> None:
        self._copied = self._stretch()

    def paste(self) -> None:
        """So that the first copied frame comes to be at the playhead."""
        self._settle("Paste key frames", lambda frames: key_frames.pasted(frames, self._copied, self._playback.t_s))

    def mirror(self) -> None:
        """Drive the stretch between in and out backwards, in the same time."""
        stretch = key_frames.mirrored(self._stretch())
        self._settle("Mirror key frames in time", lambda frames: key_frames.with_stretch(frames, stretch))

    def _stretch(self) -> tuple[KeyFrame, ...]:
        shown = self._paths.shown
        if shown is None or not self.can_copy():
            return ()
        poses = cut_out(shown.poses, *self._in_out(), start_ns=shown.start_ns)
        return key_frames.frames_of(poses, start_ns=shown.start_ns)

    def _in_out(self) -> tuple[float, float]:
        playback = self._playback
        return (
            playback.start_s if playback.in_s is None else playback.in_s,
            playback.end_s if playback.out_s is None else playback.out_s,
        )

    def _settle(self, title: str, change: Callable[[Frames], Frames]) -> None:
        """Give the shown one the key frames that a change makes of all its poses."""
        shown = self._paths.shown
        if shown is not None:
            frames = change(key_frames.frames_of(shown.poses, start_ns=shown.start_ns))
            self._paths.settle(title, Keyed(frames=frames))
