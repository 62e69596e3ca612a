"""What moves in a log that has no boxes: found where other sweeps of the lidar look through what one met.

Points that are not there half a second before or after are grouped sweep by sweep, groups are followed from sweep to
sweep, and whoever was followed far enough gets a track of boxes, with which it is an actor like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.logs import DrivingLog, LidarSweep
from core.worldrec.lift.kernels.points import judge_by_sweep
from core.worldrec.lift.mover_paths import MoverPath, followed
from core.worldrec.lift.points import panorama, sweeps_within
from core.worldrec.lift.voxels import fused

Floats = NDArray[np.float32]

_REACH_M = 60.0
_VOXEL_M = 0.15
_OTHER_S = 0.4, 1.2
"""How far off in time the sweeps lie that are asked: what moves has left its place by then."""
_JUDGES = 6
_TOGETHER_M = 0.8  # moving points closer than this belong together
_FEWEST = 5  # points of a group
_LOWEST_M, _LARGEST_M = 0.4, 14.0


@dataclass(frozen=True, eq=False)
class _Met:
    """What one sweep met near the ego."""

    t_ns: int
    points_m: Floats  # (n, 3) thinned
    moves: NDArray[np.bool_]  # (n,) other sweeps look through it


def with_movers(log: DrivingLog, window_ns: tuple[int, int]) -> DrivingLog:
    """A log with lidar and without boxes, with tracks of what moves in a window of time; any other log as it is."""
    if log.tracks or log.lidar is None:
        return log
    # Before and after the window, too, there are sweeps that look through what moves in it.
    beyond_ns = round(_OTHER_S[1] * 1e9)
    sweeps = _met(sweeps_within(log.lidar, (window_ns[0] - beyond_ns, window_ns[1] + beyond_ns)), window_ns)
    everything = {sweep.t_ns: sweep.points_m for sweep in sweeps}
    paths = followed([(sweep.t_ns, _groups(sweep.points_m[sweep.moves])) for sweep in sweeps])
    sound = [path.prolonged(everything) for path in paths if path.is_sound()]
    return replace(log, tracks=tuple(path.track(f"moving {_number(path, log)}", everything) for path in sound))


def _number(path: MoverPath, log: DrivingLog) -> str:
    """By when and where it was found first: no other has it, also of another window."""
    x_m, y_m = path.middles[0]
    return f"{log.t_s(path.t_ns[0]):.2f} {x_m:.1f} {y_m:.1f}"


def _met(sweeps: Sequence[tuple[LidarSweep, NDArray[np.float64]]], window_ns: tuple[int, int]) -> list[_Met]:
    pictures = [panorama(sweep.points_m, centre) for sweep, centre in sweeps]
    times = np.array([sweep.t_ns for sweep, _ in sweeps], np.int64)
    found = []
    for sweep, centre in sweeps:
        if not window_ns[0] <= sweep.t_ns <= window_ns[1]:
            continue
        near = sweep.points_m[np.linalg.norm(sweep.points_m - centre, axis=1) < _REACH_M]
        points = fused(near, np.full(len(near), _VOXEL_M, np.float32)).means_m
        away_s = np.abs(times - sweep.t_ns) * 1e-9
        others = np.flatnonzero((away_s >= _OTHER_S[0]) & (away_s <= _OTHER_S[1]))
        chosen = np.unique(np.linspace(0, len(others) - 1, _JUDGES).round().astype(int)) if len(others) else others
        agreeing, against = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
        for other in others[chosen].tolist():
            judge_by_sweep(points, sweeps[other][1], pictures[other], agreeing, against)
        found.append(_Met(sweep.t_ns, points, (against >= 2) & (against > 2 * agreeing)))
    return found


def _groups(points_m: Floats) -> list[Floats]:
    """Points (n, 3) that lie together in plan, of the size of a road user."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(points_m) < _FEWEST:
        return []
    pairs = cKDTree(points_m[:, :2]).query_pairs(_TOGETHER_M, output_type="ndarray")
    n = len(points_m)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    count, member = connected_components(links, directed=False)
    groups = [points_m[member == one] for one in range(count)]
    return [group for group in groups if len(group) >= _FEWEST and _is_of_size(group)]


def _is_of_size(points_m: Floats) -> bool:
    across = np.ptp(points_m, axis=0)
    return bool(across[2] >= _LOWEST_M and across[:2].max() <= _LARGEST_M)
