"""Writing the clips of a range of a take."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.export.clips.encoding import Mp4Writer
from core.export.clips.mosaic import Mosaic, Rgb
from core.export.clips.provenance import provenance_of
from core.logs import rig_rows
from core.scenario import EditedDrive
from core.takes import TakeFrames
from core.whole_files import write_whole

MOSAIC = "mosaic"


@dataclass(frozen=True, eq=False)
class ClipOrder:
    """Which clips of a take to write."""

    frames: TakeFrames
    drive: EditedDrive  # what the take shows
    folder: Path  # where the clips go; made if it is not there
    begin: int  # first frame
    end: int  # the one after the last
    cameras: tuple[str, ...]  # a clip for each
    mosaic: bool  # one more with all cameras of the take

    def path(self, clip: str) -> Path:
        """Where the clip of a camera, or the mosaic, goes."""
        whole = (self.begin, self.end) == (0, len(self.frames))
        part = "" if whole else f"-frames-{self.begin}-{self.end - 1}"
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in clip)
        return self.folder / f"take-{self.frames.take.number}{part}-{safe}.mp4"


def export_clips(
    order: ClipOrder,
    progress: Callable[[int, int], None] = lambda done, total: None,
    between: Callable[[], None] = lambda: None,
) -> list[Path]:
    """Write clips, each with its page of JSON beside it; earlier ones of the same name are replaced.

    Args:
        order: which.
        progress: told the frames that are done, and how many there are.
        between: called before each frame; may raise to end, and nothing is left then.

    Returns:
        The clips, the mosaic last.

    Raises:
        UserError: an empty range, a camera that the take has not, a damaged picture, or a folder that cannot be
            written.
    """
    _check(order)
    clips = [*order.cameras, *([MOSAIC] if order.mosaic else [])]
    beside = {clip: order.path(clip).with_suffix(".mp4.new") for clip in clips}
    writers: list[Mp4Writer] = []
    try:
        _make_folder(order.folder)
        _encode(order, beside, writers, progress, between)
        facts = provenance_of(order.frames, order.drive, order.begin, order.end)
        return [_finish(order, clip, beside[clip], facts) for clip in clips]
    except OSError as error:
        raise UserError(f"The clip cannot be written ({error.strerror or error})", path=order.folder) from error
    finally:
        for writer in writers:
            writer.abandon()
        for path in beside.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _encode(
    order: ClipOrder,
    beside: dict[str, Path],
    writers: list[Mp4Writer],
    progress: Callable[[int, int], None],
    between: Callable[[], None],
) -> None:
    frames = order.frames
    sizes = {camera.name: (camera.width, camera.height) for camera in frames.take.cameras}
    mosaic = _mosaic(order) if order.mosaic else None
    if mosaic is not None:
        sizes[MOSAIC] = (mosaic.width, mosaic.height)
    made: dict[str, Mp4Writer] = {}
    for clip, path in beside.items():
        made[clip] = Mp4Writer(path, *sizes[clip], frames.rate_hz)
        writers.append(made[clip])
    read = frames.cameras if order.mosaic else order.cameras
    for number in range(order.begin, order.end):
        between()
        progress(number - order.begin, order.end - order.begin)
        pictures: dict[str, Rgb] = {camera: frames.picture(camera, number) for camera in read}
        if mosaic is not None:
            pictures[MOSAIC] = mosaic.draw(pictures)
        t_s = float(frames.t_s[number] - frames.t_s[order.begin])
        for clip, writer in made.items():
            writer.add(pictures[clip], t_s)
    while writers:
        writers.pop().end()
    progress(order.end - order.begin, order.end - order.begin)


def _mosaic(order: ClipOrder) -> Mosaic:
    cameras = {camera.name: camera for camera in order.frames.take.cameras}
    streams = [stream for stream in order.drive.log.cameras if stream.name in cameras]
    return Mosaic([[cameras[streams[index].name] for index in row] for row in rig_rows(streams)])


def _finish(order: ClipOrder, clip: str, written: Path, facts: dict[str, object]) -> Path:
    """Put a clip in its place, its page first: there is never a clip that does not say what it is."""
    path = order.path(clip)
    shown: Sequence[str] = order.frames.cameras if clip == MOSAIC else [clip]
    page = {"clip": path.name, "cameras": list(shown), **facts}
    write_whole(path.with_suffix(".json"), _json(page).encode())
    written.replace(path)
    return path


def _json(page: dict[str, object]) -> str:
    """A line for each entry: indented throughout, a minute's labels of a crowd take twice the room and many times as
    long."""
    lines = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in page.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError("There is a file where the clips should go", path=folder, remedy="Choose a folder.")
    folder.mkdir(parents=True, exist_ok=True)


def _check(order: ClipOrder) -> None:
    if not 0 <= order.begin < order.end <= len(order.frames):
        remedy = f"The take has {len(order.frames)} frames."
        raise UserError(f"There are no frames {order.begin} to {order.end - 1}", field="range", remedy=remedy)
    unknown = [name for name in order.cameras if name not in order.frames.cameras]
    if unknown:
        has = ", ".join(order.frames.cameras)
        raise UserError(f"The take has no camera {unknown[0]!r}", field="cameras", remedy=f"It has: {has}.")
    if not order.cameras and not order.mosaic:
        raise UserError("No clip is asked for", field="cameras", remedy="Choose a camera or the mosaic.")
