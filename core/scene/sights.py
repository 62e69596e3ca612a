"""What the cameras of a log could see: their places, their rays and what hid the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.geometry import Boxes, Camera, Pose
from core.logs import CameraStream, DrivingLog
from core.scene.stretches import length_of
from core.splats import GaussianCloud

Floats = NDArray[np.float32]

MOST_SIGHTS = 72
MOST_TIMES = 16
"""Of all cameras and of each, for a short stretch: neighbouring images of a drive show the same."""
_PIXELS = 7000
_MOST_SPLATS = 150_000
_SOLID = 0.5  # of the light that splats must stop to hide something


@dataclass(frozen=True, eq=False)
class Sight:
    """One image of a log, without its colours."""

    t_ns: int
    camera: Camera
    world_from_camera: Pose
    small: Camera  # the same lens with few pixels
    rays: Floats  # (h, w, 3) unit, in the world; NaN where the lens sees nothing
    static_m: Floats  # (h, w) along the rays to the static world, infinite for none
    ids: tuple[str, ...]  # of the tracks that had a box then
    boxes: Boxes  # theirs

    @property
    def origin_m(self) -> NDArray[np.float64]:
        return self.world_from_camera.translation


def sights_of(
    log: DrivingLog,
    static: GaussianCloud,
    window_s: tuple[float, float] | None,
    cameras: Sequence[str] | None,
    progress: Callable[[float], object] = lambda share: None,
) -> list[Sight]:
    """Evenly spread images of all chosen cameras within a window of time, the static world hiding what is behind it.

    Args:
        log: only its calibration, poses, times and tracks are looked at.
        static: splats in the world.
        window_s: first and last time in seconds of the log; all of it if None.
        cameras: names of cameras; all if None.
        progress: told the share that is done.
    """
    first_s, last_s = window_s or (0.0, log.duration_s)
    streams = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    solid = _thinned(static)
    each = max(min(MOST_TIMES, MOST_SIGHTS // max(len(streams), 1)), 2)
    times = round(each * length_of(log, (first_s, last_s)))
    window_ns = log.t_ns(first_s), log.t_ns(last_s)
    chosen = [(stream, index) for stream in streams for index in _spread(stream, window_ns, times)]
    sights: list[Sight] = []
    for stream, index in chosen:
        progress(len(sights) / len(chosen))
        sights.append(_sight(log, stream, index, solid))
    return sights


def _spread(stream: CameraStream, window_ns: tuple[int, int], most: int) -> list[int]:
    inside = np.flatnonzero((stream.t_ns >= window_ns[0]) & (stream.t_ns <= window_ns[1]))
    chosen = np.linspace(0, len(inside) - 1, min(most, len(inside))).round().astype(np.int64)
    return [int(index) for index in inside[chosen]]


def _thinned(static: GaussianCloud) -> GaussianCloud:
    """Few enough splats to be drawn quickly, as large as they must be then."""
    step = -(-len(static) // _MOST_SPLATS)
    if step <= 1:
        return replace(static, harmonics=None)
    kept = replace(static, harmonics=None)[::step]
    return replace(kept, scales_m=(kept.scales_m * step**0.5).astype(np.float32))


def _sight(log: DrivingLog, stream: CameraStream, index: int, solid: GaussianCloud) -> Sight:
    from core.splats.through_lens import render_through

    t_ns, pose = int(stream.t_ns[index]), stream.world_from_camera[index]
    small, rays = _small(stream.camera)
    drawn = render_through(small, pose, solid, threads=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(drawn.alpha > _SOLID, drawn.depth_m / rays[..., 2], np.inf)
    found = log.boxes_at(t_ns)
    return Sight(
        t_ns=t_ns,
        camera=stream.camera,
        world_from_camera=pose,
        small=small,
        rays=pose.rotate(rays).astype(np.float32),
        static_m=np.where(np.isfinite(rays[..., 2]), distance, 0.0).astype(np.float32),
        ids=tuple(track.id for track, _ in found),
        boxes=Boxes.stack([box for _, box in found]),
    )


@lru_cache(maxsize=32)
def _small(camera: Camera) -> tuple[Camera, NDArray[np.float64]]:
    """A lens with few pixels and its rays (h, w, 3), NaN where it sees nothing."""
    shrink = min(1.0, (_PIXELS / (camera.width * camera.height)) ** 0.5)
    small = camera.resized(max(round(camera.width * shrink), 1), max(round(camera.height * shrink), 1))
    rays, valid = small.pixel_rays()
    return small, np.where(valid[..., None], rays, np.nan)
