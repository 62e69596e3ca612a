"""The frames of a take, those that it shares with its parents among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.jwm.misfit import Sighting
from core.logs import ImageCache
from core.takes.chunk_file import Rgb, read_picture
from core.takes.take import KeptChunk, Take


@dataclass(frozen=True, eq=False)
class TakeFrames:
    """All frames of a take that are on the disk, at one moment. Any thread may read."""

    take: Take
    folder: Path  # of the take
    own: tuple[KeptChunk, ...]
    head: TakeFrames | None  # its parent, of which it shows the frames before its first one
    cache: ImageCache

    @cached_property
    def t_s(self) -> NDArray[np.float64]:
        """Times (n,) of the frames, since the log's start."""
        own = [t_s for chunk in self.own for t_s in chunk.t_s]
        head = self.head.t_s[: self.take.first_frame] if self.head is not None else np.empty(0)
        return np.concatenate([head, own])

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def is_whole(self) -> bool:
        """Whether all is there that was asked for."""
        return len(self) >= self.take.frames

    @property
    def cameras(self) -> tuple[str, ...]:
        return tuple(camera.name for camera in self.take.cameras)

    @cached_property
    def chunks(self) -> tuple[KeptChunk, ...]:
        """All chunks, those of its parents as far as they are shared among them."""
        head = () if self.head is None else self.head.chunks
        return (*(chunk for chunk in head if chunk.begin < self.take.first_frame), *self.own)

    @property
    def rate_hz(self) -> float:
        """Frames in a second."""
        steps_s = np.diff(self.t_s)
        return 1 / float(np.median(steps_s)) if len(steps_s) else 10.0

    def frame_at(self, t_s: float) -> int | None:
        """The latest frame at or before a time; None before the first."""
        index = int(np.searchsorted(self.t_s, t_s + 1e-6, side="right")) - 1
        return index if index >= 0 else None

    def holds(self, camera: str, frame: int) -> bool:
        """Whether a picture is in memory."""
        return self.cache.peek(self._key(camera, frame)) is not None

    def picture(self, camera: str, frame: int) -> Rgb:
        """A picture (height, width, 3) RGB; from memory if it is there.

        Raises:
            KeyError: there is no such camera.
            IndexError: there is no such frame yet.
            UserError: it cannot be read.
        """
        owner = self._owner(frame)
        return self.cache.get(self._key(camera, frame), lambda: owner._read(camera, frame))

    def fired_s(self, camera: str, frame: int) -> float:
        """When a picture was taken, since the log's start; cameras do not fire at the same time.

        Raises:
            IndexError: there is no such frame yet.
        """
        owner = self._owner(frame)
        chunk = next((chunk for chunk in owner.own if chunk.begin <= frame < chunk.end), None)
        if chunk is None or camera not in chunk.fired_s:
            return float(self.t_s[frame])
        return chunk.fired_s[camera][frame - chunk.begin]

    def sightings(self, camera: str, frame: int) -> tuple[Sighting, ...]:
        """Where a picture shows the actors of its scene; none if nobody looked.

        Raises:
            IndexError: there is no such frame yet.
        """
        owner = self._owner(frame)
        chunk = next((chunk for chunk in owner.own if frame < chunk.end), None)
        if chunk is None:
            return ()
        return tuple(one for one in chunk.sightings if (one.frame, one.camera) == (frame - chunk.begin, camera))

    def remember(self, begin: int, pictures: Sequence[Sequence[Rgb]]) -> None:
        """Keep in memory what was just made: the pictures of each frame, camera by camera."""
        for frame, row in enumerate(pictures, start=begin):
            for camera, picture in zip(self.cameras, row, strict=True):
                self.cache.get(self._key(camera, frame), partial(_given, picture))

    def frames_in_memory(self) -> list[int]:
        """Those of which all cameras' pictures are in memory; asking does not count as use."""
        held = set(self.cache.held_keys())
        return [frame for frame in range(len(self)) if all(self._key(camera, frame) in held for camera in self.cameras)]

    def _owner(self, frame: int) -> TakeFrames:
        if not 0 <= frame < len(self):
            raise IndexError(f"no frame {frame} of {len(self)}")
        return self if self.head is None or frame >= self.take.first_frame else self.head._owner(frame)

    def _key(self, camera: str, frame: int) -> tuple[int, float, str, int]:
        take = self._owner(frame).take
        return take.number, take.made_s, camera, frame  # the number of a deleted take may be given again

    def _read(self, camera: str, frame: int) -> Rgb:
        if camera not in self.cameras:
            raise KeyError(camera)
        for chunk in self.own:
            if frame < chunk.end:
                at = (frame - chunk.begin) * len(self.cameras) + self.cameras.index(camera)
                return read_picture(self.folder, chunk.places[at])
        raise UserError("The take has lost a frame", path=self.folder)


def _given(picture: Rgb) -> Rgb:
    return picture
