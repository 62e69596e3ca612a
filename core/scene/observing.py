"""What a log's cameras saw of a scene: its actors' sides and its space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose
from core.logs import DrivingLog
from core.scene.observed_space import NEAREST_STEP_M, SIDE, ObservedSpace, block_table
from core.scene.scene import Scene
from core.scene.seen_sides import box_arrays, seen_sides
from core.scene.sights import Sight, sights_of

REACH_M = 64.0
"""How far space around the cameras is looked at."""
BELOW_M, ABOVE_M = 6.0, 20.0
"""Of the lowest and the highest camera."""
_FINEST_M = 1.0
_MOST_BLOCKS = 4000
_PASSED_PER_MET = 10  # more rays through a voxel than so many for each that ends there: an edge drawn a little off


def with_observation(
    scene: Scene,
    log: DrivingLog,
    *,
    window_s: tuple[float, float] | None = None,
    cameras: Sequence[str] | None = None,
    progress: Callable[[float], object] | None = None,
) -> Scene:
    """The scene, knowing which of its space and which sides of its actors its log's cameras saw.

    Args:
        scene: made of the log.
        log: only calibration, poses, times and tracks are looked at, so it takes a second or two.
        window_s: the stretch of the log that the scene was made of, seconds; all of it if None.
        cameras: the cameras that it was made of; all if None.
        progress: told the share that is done, several times a second; may raise an error to stop.
    """
    tell = progress or (lambda share: None)
    sights = sights_of(log, scene.static, window_s, cameras, lambda share: tell(0.6 * share))
    seen = seen_sides(scene.actors, sights, lambda share: tell(0.6 + 0.2 * share))
    actors = tuple(replace(actor, coverage=seen[actor.number]) for actor in scene.actors)
    return replace(scene, actors=actors, observed=space_of(sights, lambda share: tell(0.8 + 0.2 * share)))


def observed_space(log: DrivingLog, window_s: tuple[float, float] | None, scene: Scene) -> ObservedSpace:
    """The space that the cameras of a log saw within a window of time, hidden by the static splats of a scene."""
    return space_of(sights_of(log, scene.static, window_s, None))


def space_of(sights: Sequence[Sight], progress: Callable[[float], object] = lambda share: None) -> ObservedSpace:
    """The space that was seen: free up to what each ray meets, a surface there, nothing behind.

    Actors hide space as the static world does, but are no surface of it.
    """
    from core.scene.kernels.rays import reach_boxes, see_along

    poses = Pose(np.array([sight.world_from_camera.matrix for sight in sights]).reshape(-1, 4, 4))
    corner_m, voxel_m, blocks = _blocks_around(poses.translation)
    grid, table = np.array([*corner_m, voxel_m]), block_table(blocks)
    shape = (len(blocks), SIDE, SIDE, SIDE)
    last_view, views = np.full(shape, -1, np.int32), np.zeros(shape, np.uint8)
    nearest, passed, met = np.full(shape, np.inf, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    for number, sight in enumerate(sights):
        progress(number / len(sights))
        sees = np.isfinite(sight.rays[..., 0])
        rays, static_m = sight.rays[sees].astype(np.float64), sight.static_m[sees]
        ends = np.minimum(static_m, np.float32(REACH_M)).astype(np.float64)
        static_ends = ends.copy()
        reach_boxes(sight.origin_m, rays, *box_arrays(sight.boxes, 1.0), ends)
        meets = (ends == static_ends) & (static_m < REACH_M)
        see_along(sight.origin_m, rays, ends, meets, grid, table, number, last_view, views, nearest, passed, met)
    kept = (views > 0).any((1, 2, 3))
    steps = np.ceil(np.where(np.isfinite(nearest), nearest, 0.0) / NEAREST_STEP_M)
    return ObservedSpace(
        corner_m=corner_m,
        voxel_m=voxel_m,
        blocks=blocks[kept],
        views=views[kept],
        nearest=steps[kept].astype(np.uint8),
        surface=((met > 0) & (passed <= _PASSED_PER_MET * met))[kept],
        world_from_camera=poses,
    )


def _blocks_around(path_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, NDArray[np.int16]]:
    """Corner, size of voxels and places of all blocks within reach of cameras (v, 3); voxels grow with the drive."""
    if not len(path_m):
        return np.zeros(3), _FINEST_M, np.zeros((0, 3), np.int16)
    voxel_m = _FINEST_M
    while True:
        block_m = voxel_m * SIDE
        low = np.floor((path_m.min(0) - np.array([REACH_M, REACH_M, BELOW_M])) / block_m) * block_m
        high = path_m.max(0) + np.array([REACH_M, REACH_M, ABOVE_M])
        size = np.ceil((high - low) / block_m).astype(np.int64)
        places = np.stack(np.meshgrid(*(np.arange(count) for count in size), indexing="ij"), -1).reshape(-1, 3)
        middles = low + (places + 0.5) * block_m
        within = _distances_m(middles[:, :2], path_m[:, :2]) < REACH_M + block_m
        if within.sum() <= _MOST_BLOCKS:
            return low, voxel_m, places[within].astype(np.int16)
        voxel_m *= 1.25


def _distances_m(points_m: NDArray[np.float64], path_m: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(path_m).query(points_m)[0])
