"""Make a scene of a log without any network."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from core.engine.context import JobContext, Outcome
from core.engine.requests import LiftRequest, SceneResult
from core.errors import UserError
from core.logs import DrivingLog, open_log
from core.scene import save_scene, with_observation
from core.worldrec.lift import lift

Sample = TypeVar("Sample")

REQUEST = LiftRequest
OBSERVING = 0.85  # how far the work has come when the scene is there
SAVING = 0.95  # and when only saving is left


def run(request: LiftRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the log cannot be opened, has no image in the window, or the folder cannot be written.
        JobCancelledError: from the context; the folder is as it was.
    """
    context.progress(0.0, "opening the log")
    log = open_log(request.log_path)
    _check_window(log, request)

    def report(fraction: float, text: str) -> None:
        context.progress(OBSERVING * fraction, text)

    left_out: set[tuple[str, int]] = set()
    made = lift(_counted(log, left_out), window_s=request.window_s, progress=report)

    def report_observing(fraction: float) -> None:
        context.progress(OBSERVING + (SAVING - OBSERVING) * fraction, "noting what was seen")

    seen = with_observation(made, log, window_s=request.window_s, progress=report_observing)
    scene = replace(seen, source=str(request.log_path))
    context.progress(SAVING, "saving the scene")
    save_scene(scene, request.folder)
    context.scenes.hold(request.scene_id, scene)
    return Outcome(
        SceneResult(scene_id=request.scene_id, folder=request.folder, splats=len(scene), left_out=len(left_out))
    )


def _counted(log: DrivingLog, failed: set[tuple[str, int]]) -> DrivingLog:
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


def _check_window(log: DrivingLog, request: LiftRequest) -> None:
    first_s, last_s = request.window_s or (-np.inf, np.inf)
    times_s = [(stream.t_ns - log.start_ns) / 1e9 for stream in log.cameras]
    if not any(((first_s <= each) & (each <= last_s)).any() for each in times_s):
        remedy = f"Choose a stretch between 0 and {log.duration_s:.1f} s." if times_s else "Open a log with cameras."
        raise UserError("There is no image to make a scene of", path=log.path, field="window_s", remedy=remedy)
