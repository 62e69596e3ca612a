"""The pictures of a take on disk, and the lines that say which are there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from core.errors import UserError
from core.image_bytes import image_bytes
from core.takes.take import Chunk, KeptChunk

PICTURES = "pictures"
CHUNKS = "chunks.jsonl"
QUALITY = 95

Rgb = NDArray[np.uint8]


def read_chunks(folder: Path) -> list[KeptChunk]:
    """The whole chunks of a take, in order; what was cut short while it was written is left out.

    Raises:
        UserError: they cannot be read.
    """
    try:
        lines = (folder / CHUNKS).read_bytes().splitlines(keepends=True)
        size = (folder / PICTURES).stat().st_size
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UserError(f"The take cannot be read ({error.strerror})", path=folder) from error
    found: list[KeptChunk] = []
    for line in lines:
        chunk = _chunk(line)
        follows = chunk is not None and (not found or chunk.begin == found[-1].end)
        if chunk is None or not follows or end_of(chunk) > size:
            break
        found.append(chunk)
    return found


def append_chunk(folder: Path, kept: Sequence[KeptChunk], chunk: Chunk, pictures: Sequence[Rgb]) -> KeptChunk:
    """Write a chunk behind those that are kept; on return it is on the disk.

    Args:
        folder: of the take.
        kept: all its whole chunks; what lies behind them is cut off.
        chunk: the frames.
        pictures: (height, width, 3) RGB each, camera by camera of frame after frame.

    Raises:
        OSError: it cannot be written; the chunks before are as they were.
    """
    encoded = [_as_jpeg(picture) for picture in pictures]
    begin = end_of(kept[-1]) if kept else 0
    ends = begin + np.cumsum([len(each) for each in encoded])
    places = tuple((int(end) - len(each), len(each)) for end, each in zip(ends, encoded, strict=True))
    made = KeptChunk(**chunk.model_dump(), places=places)
    _write_behind(folder / PICTURES, begin, b"".join(encoded))
    lines = sum(len(_line(each)) for each in kept)
    _write_behind(folder / CHUNKS, lines, _line(made))
    return made


def read_picture(folder: Path, place: tuple[int, int]) -> Rgb:
    """A picture (height, width, 3) RGB.

    Raises:
        UserError: it cannot be read, or is damaged.
    """
    import cv2  # heavy: the window starts without it

    offset, length = place
    try:
        with (folder / PICTURES).open("rb") as file:
            file.seek(offset)
            content = file.read(length)
    except OSError as error:
        raise UserError(f"The take cannot be read ({error.strerror})", path=folder / PICTURES) from error
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if len(content) == length else None
    if image is None:
        remedy = "Generate it again; its other frames can be used."
        raise UserError("A picture of the take is damaged", path=folder / PICTURES, remedy=remedy)
    return np.asarray(image, np.uint8)


def end_of(chunk: KeptChunk) -> int:
    """Where the next picture lies, bytes."""
    return max((offset + length for offset, length in chunk.places), default=0)


def _line(chunk: KeptChunk) -> bytes:
    return chunk.model_dump_json().encode() + b"\n"


def _chunk(line: bytes) -> KeptChunk | None:
    try:
        return KeptChunk.model_validate_json(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None


def _as_jpeg(picture: Rgb) -> bytes:
    import cv2

    full_colour = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return image_bytes(picture, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, QUALITY, *full_colour])


def _write_behind(path: Path, size: int, content: bytes) -> None:
    """Let a file be its first bytes and what comes now, on the disk."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        os.ftruncate(number, size)
        os.lseek(number, size, os.SEEK_SET)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(number, rest) :]
        os.fsync(number)
    finally:
        os.close(number)
