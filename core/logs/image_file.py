"""Image files of a recording."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError

COPY_AGAIN = "Copy the log again; the other images are not affected."
_TAIL_BYTES = 4096
_END_MARKS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND"}
_NOT_A_SIZE = {0xC4, 0xC8, 0xCC}  # JPEG markers between C0 and CF that do not open a frame


def read_image(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    """The image (height, width, 3) uint8 RGB, read-only.

    Raises:
        UserError: missing, unreadable, cut short, damaged, or of another size than the calibration says.
    """
    data = _content(path)
    end = _END_MARKS.get(data[:2])
    # The decoder fills the rest of a cut image with grey instead of failing.
    if end is not None and end not in data[-_TAIL_BYTES:]:
        raise UserError("The image is cut short", path=path, remedy=COPY_AGAIN)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags) if data else None
    if image is None:
        raise UserError("The image cannot be decoded", path=path, remedy=COPY_AGAIN)
    if image.shape[:2] != (height, width):
        found = f"{image.shape[1]} × {image.shape[0]}"
        raise UserError(
            f"The image is {found} pixels, but its calibration is for {width} × {height}",
            path=path,
            remedy="Use the images that belong to this calibration.",
        )
    cv2.cvtColor(image, cv2.COLOR_BGR2RGB, dst=image)
    image.flags.writeable = False
    return np.asarray(image, dtype=np.uint8)


def check_ending(path: Path) -> None:
    """Tell from its first and last bytes whether an image was written to its end; decodes nothing.

    Raises:
        UserError: missing, unreadable, empty, cut short, or neither JPEG nor PNG.
    """
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(max(path.stat().st_size - _TAIL_BYTES, 0))
            tail = file.read()
    except OSError as error:
        raise UserError(f"The image cannot be read ({error.strerror})", path=path, remedy=COPY_AGAIN) from error
    if not start:
        raise UserError("The image is empty", path=path, remedy=COPY_AGAIN)
    if start not in _END_MARKS:
        raise UserError("The file is neither a JPEG nor a PNG image", path=path, remedy=COPY_AGAIN)
    if _END_MARKS[start] not in tail:
        raise UserError("The image is cut short", path=path, remedy=COPY_AGAIN)


def image_size(path: Path) -> tuple[int, int]:
    """Width and height of a JPEG or PNG file from its header, without decoding it.

    Raises:
        UserError: missing, unreadable, or neither JPEG nor PNG.
    """
    data = _content(path)
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    size = _jpeg_size(data) if data[:2] == b"\xff\xd8" else None
    if size is None:
        raise UserError("The file is not a readable JPEG or PNG image", path=path, remedy=COPY_AGAIN)
    return size


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NOT_A_SIZE:
            height, width = (int.from_bytes(data[position + at : position + at + 2], "big") for at in (5, 7))
            return width, height
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"The image cannot be read ({error.strerror})", path=path, remedy=COPY_AGAIN) from error
