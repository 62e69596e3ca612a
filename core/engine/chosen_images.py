"""What a job may look at of a log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from core.errors import UserError
from core.logs import DrivingLog

Sample = TypeVar("Sample")


def check_chosen(
    log: DrivingLog, window_s: tuple[float, float] | None, cameras: Sequence[str] | None = None
) -> tuple[float, float]:
    """The stretch that was chosen, as far as the log goes, seconds since its start; all of it for None.

    Raises:
        UserError: there is no such camera, or no image in the stretch.
    """
    names = [stream.name for stream in log.cameras]
    unknown = set(cameras or ()) - set(names)
    if unknown:
        missing = ", ".join(sorted(unknown))
        remedy = f"Choose among {', '.join(names)}." if names else "Open a log with cameras."
        raise UserError(f"The log has no camera {missing}", path=log.path, field="cameras", remedy=remedy)
    if cameras is not None and not cameras:
        remedy = f"Choose among {', '.join(names)}."
        raise UserError("No camera is chosen", path=log.path, field="cameras", remedy=remedy)
    first_s, last_s = window_s or (0.0, log.duration_s)
    remedy = f"Choose a stretch between 0 and {log.duration_s:.1f} s." if names else "Open a log with cameras."
    if window_s is not None and not first_s < last_s:
        raise UserError("The stretch of the log has no length", path=log.path, field="window_s", remedy=remedy)
    first_s, last_s = max(first_s, 0.0), min(last_s, log.duration_s)
    first_ns, last_ns = log.t_ns(first_s), log.t_ns(last_s)
    chosen = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    if not any(((first_ns <= stream.t_ns) & (stream.t_ns <= last_ns)).any() for stream in chosen):
        raise UserError("There is no image to make a scene of", path=log.path, field="window_s", remedy=remedy)
    return first_s, last_s


def counted(log: DrivingLog, failed: set[tuple[str, int]]) -> DrivingLog:
    """The log, which notes the stream and index of every sample that could not be read."""

    def noting(name: str, read: Callable[[int], Sample]) -> Callable[[int], Sample]:
        def noted(index: int) -> Sample:
            try:
                return read(index)
            except UserError:
                failed.add((name, index))
                raise

        return noted

    cameras = tuple(replace(camera, read_image=noting(camera.name, camera.read_image)) for camera in log.cameras)
    lidar = log.lidar and replace(log.lidar, read_sweep=noting(log.lidar.name, log.lidar.read_sweep))
    return replace(log, cameras=cameras, lidar=lidar)
