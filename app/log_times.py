"""Times of a log that the window's clock begins and steps with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.logs import DrivingLog

LATE_CAMERA_S = 1.0


def first_full_s(log: DrivingLog) -> float:
    """When every camera has its first image, or the start if one begins much later."""
    firsts = [log.t_s(int(stream.t_ns[0])) for stream in log.cameras if len(stream)]
    latest = max(firsts, default=0.0)
    return latest if latest < LATE_CAMERA_S else 0.0


def reference_times_s(log: DrivingLog) -> NDArray[np.float64]:
    """The times (n,) at which stepping stops: those of the camera that looks most straight ahead, else of the ego."""
    if log.cameras:
        front = max(log.cameras, key=lambda stream: float(stream.ego_from_camera.rotation[0, 2]))
        times = front.t_ns
    else:
        times = log.ego.t_ns
    return (times - log.start_ns) / 1e9
