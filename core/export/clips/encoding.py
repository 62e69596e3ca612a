"""One MP4 file while it grows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError

TICK = Fraction(1, 1_000_000)  # seconds
KEY_EVERY = 12  # frames: a player jumps there without reading all before
CRF = "16"


class Mp4Writer:
    """H.264 in MP4, each frame with its own time."""

    def __init__(self, path: Path, width: int, height: int, rate_hz: float) -> None:
        """
        Args:
            path: the file.
            width, height: of the pictures, pixels.
            rate_hz: of the frames, for what the file says and how long the last one is shown.

        Raises:
            UserError: it cannot be written.
        """
        self._path = path
        self._even = height + height % 2, width + width % 2
        self._lasts = round(1e6 / rate_hz)
        try:
            self._file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        except (OSError, av.FFmpegError) as error:
            raise _unwritable(error, path) from error
        stream = self._file.add_stream("libx264", rate=Fraction(rate_hz).limit_denominator(1000))
        stream.height, stream.width = self._even
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = TICK
        stream.codec_context.gop_size = KEY_EVERY
        stream.codec_context.max_b_frames = 0
        stream.codec_context.options = {"crf": CRF, "preset": "veryfast"}
        self._stream = stream

    def add(self, picture: NDArray[np.uint8], t_s: float) -> None:
        """Write a picture (height, width, 3) RGB that is shown from a time on, counted from the first one.

        Raises:
            UserError: it cannot be written.
        """
        height, width = picture.shape[:2]
        if (height, width) != self._even:
            picture = np.pad(picture, ((0, self._even[0] - height), (0, self._even[1] - width), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base, frame.duration = round(t_s * 1e6), TICK, self._lasts
        self._write(frame)

    def end(self) -> None:
        """Write what is still held back, and close.

        Raises:
            UserError: it cannot be written.
        """
        self._write(None)
        try:
            self._file.close()
        except (OSError, av.FFmpegError) as error:
            raise _unwritable(error, self._path) from error

    def abandon(self) -> None:
        """Close without minding what becomes of the file."""
        try:
            self._file.close()
        except (OSError, av.FFmpegError):
            # The reason why it is abandoned has been told.
            return

    def _write(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._file.mux(packet)
        except (OSError, av.FFmpegError) as error:
            raise _unwritable(error, self._path) from error


def _unwritable(error: Exception, path: Path) -> UserError:
    reason = getattr(error, "strerror", None) or error
    return UserError(f"The clip cannot be written ({reason})", path=path, remedy="Make room, or choose another folder.")
