"""Lidar points of a window: the static world's and each actor's."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Box, Pose
from core.logs import DrivingLog, LidarStream, LidarSweep, Track
from core.splats.threads import of_each
from core.worldrec.lift.kernels.points import find_owners, judge_by_sweep, nearest_ranges
from core.worldrec.lift.voxels import distances_to_path, fused, voxel_sizes

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

GROWN_M = 0.12
"""How much wider than its box an actor may be: boxes are drawn by hand."""
ABOVE_GROUND_M = 0.15
"""The lowest part of a box belongs to the ground that the actor stands on."""
_EGO_M = 1.2  # nearer returns are the ego's own
_EGO_MIDDLE_M, _EGO_SIZE_M = (0.5, 0.0, 1.1), (5.0, 1.7, 1.6)
"""A car without its wheels, in the ego's frame, whose origin may lie anywhere between the axles."""
_FINE = 0.004  # of the distance: sweeps are thinned to voxels of this size
_LEAST_FINE_M = 0.04
_PANORAMA = 240, 900  # cells of 0.75° and 0.4°
_SWEEPS_THAT_JUDGE = 12


@dataclass(frozen=True, eq=False)
class LidarPoints:
    """Points of all sweeps of a window."""

    static: Floats  # (n, 3) in the world
    actors: dict[str, Floats]  # track id → (k, 3) in the frame of its box


def lidar_points(log: DrivingLog, window_ns: tuple[int, int], path_m: NDArray[np.float64]) -> LidarPoints:
    """Points of the sweeps within a window, thinned where they lie dense; one that cannot be read counts as missing.

    Args:
        log: with or without lidar.
        window_ns: first and last time.
        path_m: (k, 3) places of the cameras, near which the world is kept finer.
    """
    static: list[Floats] = []
    actors: dict[str, list[Floats]] = {}
    sweeps = [] if log.lidar is None else list(sweeps_within(log.lidar, window_ns))
    ego_boxes = _ego_boxes(log, window_ns)

    def sorted_by_owner(pair: tuple[LidarSweep, NDArray[np.float64]]) -> tuple[Floats, dict[str, Floats]]:
        sweep, centre = pair
        away = np.linalg.norm(sweep.points_m - centre, axis=1)
        points = np.ascontiguousarray(sweep.points_m[away > _EGO_M])
        points = points[owners_of(points, ego_boxes) < 0]
        boxes = log.boxes_at(sweep.t_ns)
        owners = owners_of(points, [box for _, box in boxes])
        own = {track.id: (points[owners == i], box) for i, (track, box) in enumerate(boxes)}
        return points[owners < 0], {
            name: box.world_from_box.inverse().apply(found).astype(np.float32)
            for name, (found, box) in own.items()
            if len(found)
        }

    for points, own in of_each(sorted_by_owner, sweeps):
        static.append(points)
        for name, found in own.items():
            actors.setdefault(name, []).append(found)
    world = np.concatenate(static) if static else np.zeros((0, 3), np.float32)
    world = fused(world, voxel_sizes(world, path_m, _FINE, _LEAST_FINE_M)).means_m
    world = world[_stays(world, sweeps)]
    return LidarPoints(world, {name: np.concatenate(parts) for name, parts in actors.items()})


def owners_of(points_m: Floats, boxes: list[Box]) -> NDArray[np.int64]:
    """For each world point (n, 3) the number of the box that it belongs to, or -1."""
    owners = np.full(len(points_m), -1)
    if boxes and len(points_m):
        half = np.array([box.size_m for box in boxes]) / 2
        low, high = -half - GROWN_M, half + GROWN_M
        low[:, 2] = -half[:, 2] + np.minimum(ABOVE_GROUND_M, 0.2 * half[:, 2])
        box_from_world = np.stack([box.world_from_box.inverse().matrix for box in boxes])
        find_owners(points_m, box_from_world, low, high, owners)
    return owners


def ground_height(points_m: Floats, centres_m: NDArray[np.float64]) -> float:
    """Height of the ground around the path; that of the first ego pose if no lidar tells."""
    if not len(points_m):
        return 0.0
    near = distances_to_path(points_m, centres_m) < 12.0
    return float(np.quantile(points_m[near, 2], 0.2)) if near.sum() > 50 else 0.0


def tracks_within(log: DrivingLog, window_ns: tuple[int, int]) -> list[Track]:
    """Tracks with a box at any time of a window."""
    first, last = window_ns
    return [track for track in log.tracks if track.extended.t_ns[0] <= last and track.extended.t_ns[-1] >= first]


def _ego_boxes(log: DrivingLog, window_ns: tuple[int, int]) -> list[Box]:
    """Room that the ego drove through: nothing that stays is there."""
    inside = (log.ego.t_ns >= window_ns[0]) & (log.ego.t_ns <= window_ns[1])
    if not inside.any():
        return []
    poses = log.ego.poses[inside]
    moved_m = np.r_[np.inf, np.linalg.norm(np.diff(poses.translation, axis=0), axis=1)]
    chosen = np.unique(np.floor(np.cumsum(np.where(np.isfinite(moved_m), moved_m, 0.0))), return_index=True)[1]
    middle = Pose.from_rotation(np.eye(3), _EGO_MIDDLE_M)
    return [Box(poses[int(i)] @ middle, _EGO_SIZE_M) for i in chosen]


def sweeps_within(lidar: LidarStream, window_ns: tuple[int, int]) -> list[tuple[LidarSweep, NDArray[np.float64]]]:
    """Sweeps with the places (3,) they were taken from; one that cannot be read counts as missing."""

    def read(index: int) -> tuple[LidarSweep, NDArray[np.float64]] | None:
        try:
            return lidar.sweep(index), lidar.world_from_lidar[index].translation
        except UserError as error:
            logger.warning("a lidar sweep is left out of the scene: %s", error)
            return None

    inside = np.flatnonzero((lidar.t_ns >= window_ns[0]) & (lidar.t_ns <= window_ns[1]))
    return [found for found in of_each(read, inside.tolist()) if found is not None]


def _stays(points: Floats, sweeps: list[tuple[LidarSweep, NDArray[np.float64]]]) -> NDArray[np.bool_]:
    """Whether what is at a point (n,) was there all the time: most sweeps that look there do not look through."""

    def votes(pair: tuple[LidarSweep, NDArray[np.float64]]) -> NDArray[np.float32]:
        (sweep, centre), (agreeing, against) = pair, np.zeros((2, len(points)), np.float32)
        judge_by_sweep(points, centre, panorama(sweep.points_m, centre), agreeing, against)
        return agreeing - against

    chosen = np.unique(np.linspace(0, len(sweeps) - 1, _SWEEPS_THAT_JUDGE).round().astype(int))
    judged = of_each(votes, [sweeps[i] for i in chosen.tolist() if sweeps])
    return np.asarray(sum(judged, np.zeros(len(points), np.float32)) >= 0)


def panorama(points_m: Floats, centre_m: NDArray[np.float64]) -> Floats:
    """Ranges (elevations, azimuths) of the nearest points (n, 3) around a place, for `judge_by_sweep`."""
    ranges = np.full(_PANORAMA, 1e10, np.float32)
    nearest_ranges(points_m, centre_m, ranges)
    return ranges
