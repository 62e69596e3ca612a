"""Splats of a wall and of ground to stand in the small drive's way, and a car of a few splats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from synthetic_drive import START_NS, small_drive

from core.scene import Actor, Scene, Sky
from core.splats import GaussianCloud


def splats(means_m: NDArray[np.floating], scale_m: float = 0.3) -> GaussianCloud:
    count = len(means_m)
    return GaussianCloud(
        means_m=np.asarray(means_m, np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        scales_m=np.full((count, 3), scale_m, np.float32),
        opacities=np.full(count, 0.99, np.float32),
        colours=np.full((count, 3), 0.5, np.float32),
    )


def wall(x_m: float, low_y_m: float = -15.0, high_y_m: float = 15.0) -> GaussianCloud:
    """Across the road, 6 m high, opaque."""
    y, z = np.meshgrid(np.arange(low_y_m, high_y_m, 0.4), np.arange(0.0, 6.0, 0.4))
    return splats(np.column_stack([np.full(y.size, x_m), y.ravel(), z.ravel()]))


def ground() -> GaussianCloud:
    x, y = np.meshgrid(np.arange(-20.0, 40.0, 0.5), np.arange(-12.0, 12.0, 0.5))
    return splats(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, -0.3)]))


def drive_scene(static: GaussianCloud) -> Scene:
    log = small_drive()
    body = splats(np.random.default_rng(1).uniform(-0.4, 0.4, (40, 3)), 0.1)
    return Scene(
        name=log.name,
        start_ns=START_NS,
        duration_s=log.duration_s,
        static=static,
        actors=tuple(Actor(number, track, body) for number, track in enumerate(log.tracks, start=1)),
        sky=Sky.plain(),
        licence="CC BY 4.0",
    )
