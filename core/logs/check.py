"""Which samples of a log cannot be read: the slow part of a log's health, looked at when somebody asks."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import UserError
from core.logs.image_file import check_ending
from core.logs.log import DrivingLog, HealthNote
from core.logs.streams import CameraStream

MOST_NAMED = 3
"""Files that a note names."""


def check_samples(log: DrivingLog) -> tuple[HealthNote, ...]:
    """A warning per stream that holds samples that cannot be read, with the first files and what is wrong with each.

    Reads every sweep, past the cache, but only the ends of images: decoding them would take minutes.
    """
    notes = [
        _note(log, camera.name, "images", len(camera.files), _failures(len(camera.files), _ending_of(camera)))
        for camera in log.cameras
    ]
    if log.lidar is not None:
        count = len(log.lidar)
        notes.append(_note(log, log.lidar.name, "sweeps", count, _failures(count, log.lidar.read_sweep)))
    return tuple(note for note in notes if note is not None)


def _ending_of(camera: CameraStream) -> Callable[[int], None]:
    return lambda index: check_ending(camera.files[index])


def _failures(count: int, read: Callable[[int], object]) -> list[UserError]:
    failures = []
    for index in range(count):
        try:
            read(index)
        except UserError as error:
            failures.append(error)
    return failures


def _note(log: DrivingLog, stream: str, kind: str, count: int, errors: list[UserError]) -> HealthNote | None:
    if not errors:
        return None
    told = [f"{_name(log, error)} ({error.what})" for error in errors[:MOST_NAMED]]
    more = f" and {len(errors) - MOST_NAMED} more" if len(errors) > MOST_NAMED else ""
    text = f"{stream}: {len(errors)} of {count} {kind} cannot be read: {', '.join(told)}{more}"
    return HealthNote("warning", text, _name(log, errors[0]))


def _name(log: DrivingLog, error: UserError) -> str:
    if error.path is None:
        return "?"
    inside = error.path.is_relative_to(log.path)
    return (error.path.relative_to(log.path) if inside else error.path).as_posix()
