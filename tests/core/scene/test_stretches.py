"""How much a stretch of a drive shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog
from core.scene.stretches import length_of


def log_of(seconds: float, speed_mps: float) -> DrivingLog:
    t_s = np.arange(0.0, seconds + 0.05, 0.1)
    places = np.stack([speed_mps * t_s, 0 * t_s, 0 * t_s], -1)
    poses = Pose.from_rotation(np.broadcast_to(np.eye(3), (len(t_s), 3, 3)), places)
    ego = PoseTrack((t_s * 1e9).astype(np.int64), poses)
    return DrivingLog(name="drive", format="test", path=Path(), ego=ego, cameras=())


@pytest.mark.parametrize(
    ("seconds", "speed_mps", "length"),
    [
        (4.0, 10.0, 1.0),
        (16.0, 10.0, 4.0),  # by its seconds
        (20.0, 2.5, 2.0),  # by its metres
        (20.0, 0.0, 1.0),  # a car that stands sees the same all the time
        (0.2, 30.0, 1.0),
        (300.0, 10.0, 5.0),
    ],
)
def test_a_drive_is_as_long_as_what_it_shows(seconds: float, speed_mps: float, length: float) -> None:
    log = log_of(seconds, speed_mps)
    assert length_of(log, (0.0, log.duration_s)) == pytest.approx(length, rel=0.02)


def test_only_the_stretch_counts() -> None:
    assert length_of(log_of(60.0, 10.0), (10.0, 22.0)) == pytest.approx(3.0, rel=0.02)
