"""A front camera that drives along x, and a car before it."""

from __future__ import annotations

import numpy as np

from core.city import RIGS
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.worldgen.conditions.viewpoints import Viewpoints

SPEED_MS = 10.0


def straight(frames: int) -> Viewpoints:
    """Ten frames a second of a front camera that drives along x."""
    t_ns = np.arange(frames) * 100_000_000
    ahead = np.stack([t_ns * 1e-9 * SPEED_MS, np.zeros(frames), np.zeros(frames)], -1)
    mount = RIGS["front1"].cameras[0]
    ego = PoseTrack(t_ns, Pose.from_heading(np.zeros(frames), ahead))
    return Viewpoints.along(ego, [mount.camera(112, 64)], [mount.ego_from_camera], t_ns)


def car(begin: float, end: float, frames: int, speed_ms: float) -> Track:
    """One ahead, on the ego's lane, that is there from one share of the time to another."""
    t_ns = (np.linspace(begin, end, 11) * (frames - 1) * 100_000_000).round().astype(np.int64)
    places = np.stack([15.0 + t_ns * 1e-9 * speed_ms, np.zeros(11), np.full(11, 0.8)], -1)
    poses = PoseTrack(t_ns, Pose.from_heading(np.zeros(11), places))
    return Track(id="car", actor_class=ActorClass.CAR, source_label="car", poses=poses, size_m=(4.0, 2.0, 1.6))
