"""Finds lanes and the height of the ground near a place."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.logs import DrivingLog, Lane, LaneMap
from core.scenario.motion.bends import Side

Floats = NDArray[np.float64]

_STEP_M = 0.5
_METRES_PER_RADIAN = 3.0
"""A lane that leads elsewhere by so much counts as this much further away, so that junctions snap to the right one."""
_CANDIDATES = 24
_SAME_WAY_RAD = 0.8
_KNOWN: WeakKeyDictionary[DrivingLog, LaneIndex] = WeakKeyDictionary()
_MOST_LANES = 1000  # of a way ahead; some maps have lanes a few centimetres long


@dataclass(frozen=True, eq=False)
class LaneSpot:
    """A place on the centre of a lane."""

    lane_id: str
    point_m: Floats  # (3,)
    heading_rad: float  # in which the lane is driven
    left_m: float  # from the centre to where one asked, to the left of the lane
    width_m: float


class LaneIndex:
    """The lanes of a map, sampled once, so that a gesture can ask at every move of the mouse."""

    def __init__(self, lane_map: LaneMap) -> None:
        from scipy.spatial import cKDTree

        self.lane_map = lane_map
        lanes = [lane for lane in lane_map.lanes.values() if _length_m(lane.centre_m) > 0]
        sampled = [_sampled(lane) for lane in lanes]
        self._ids = [lane.id for lane in lanes]
        self._lane = np.repeat(np.arange(len(lanes)), [len(points) for points, _ in sampled])
        self._points = np.concatenate([points for points, _ in sampled]) if lanes else np.empty((0, 3))
        self._widths = np.concatenate([widths for _, widths in sampled]) if lanes else np.empty(0)
        headings = [_headings(points) for points, _ in sampled]
        self._headings = np.concatenate(headings) if lanes else np.empty(0)
        self._tree = cKDTree(self._points[:, :2])

    @classmethod
    def of(cls, log: DrivingLog) -> LaneIndex | None:
        """The lanes of a log, the same for all who ask, as sampling takes longer than a frame; None without a map."""
        if log.lane_map is None:
            return None
        if log not in _KNOWN:
            _KNOWN[log] = cls(log.lane_map)
        return _KNOWN[log]

    def nearest(
        self, point_m: ArrayLike, *, heading_rad: float | None = None, within_m: float = 5.0, lane_id: str | None = None
    ) -> LaneSpot | None:
        """The nearest place on a lane's centre to a world point (2,) or (3,); None if there is none within reach.

        Args:
            point_m: where.
            heading_rad: where the asking one drives to; lanes that lead that way are preferred.
            within_m: reach, seen from above.
            lane_id: only on this lane.
        """
        place = np.asarray(point_m, dtype=np.float64)[:2]
        if not self._ids:
            return None
        if lane_id is None:
            distances, rows = self._tree.query(place, k=min(_CANDIDATES, len(self._points)))
            rows, distances = np.atleast_1d(rows), np.atleast_1d(distances)
        else:
            rows = np.flatnonzero(self._lane == self._ids.index(lane_id))
            distances = np.linalg.norm(self._points[rows, :2] - place, axis=-1)
        cost = distances
        if heading_rad is not None:
            cost = distances + _METRES_PER_RADIAN * np.abs(wrapped(self._headings[rows] - heading_rad))
        row = int(rows[cost.argmin()])
        spot = self._spot(row, place)
        return spot if np.linalg.norm(spot.point_m[:2] - place) <= within_m else None

    def neighbour_offset_m(self, point_m: ArrayLike, heading_rad: float, side: Side) -> float | None:
        """How far to the left of someone at a place, driving that way, the centre of the lane beside theirs is.

        Measured from the centre of their own lane, so that they keep their place within it. None without a lane there.
        """
        own = self.nearest(point_m, heading_rad=heading_rad)
        if own is None:
            return None
        lane = self.lane_map.lanes[own.lane_id]
        name = lane.left_neighbour if side == "left" else lane.right_neighbour
        if name is None or name not in self._ids:
            return None
        other = self.nearest(own.point_m, within_m=20.0, lane_id=name)
        if other is None:
            return None
        apart = other.point_m - own.point_m
        return float(-np.sin(own.heading_rad) * apart[0] + np.cos(own.heading_rad) * apart[1])

    def ahead(self, point_m: ArrayLike, heading_rad: float, length_m: float) -> Floats:
        """The way ahead of someone at a place, driving that way, if they keep to their lane, straight on at junctions.

        Returns:
            Points (n, 3) on centres of lanes from beside the place on, as far as there are lanes, at most half a metre
            apart; none where no lane leads that way.
        """
        spot = self.nearest(point_m, heading_rad=heading_rad)
        if spot is None or abs(wrapped(spot.heading_rad - heading_rad)) > _SAME_WAY_RAD:
            return np.empty((0, 3))
        first = self._samples(spot.lane_id)
        nearest = int(np.linalg.norm(first[:, :2] - spot.point_m[:2], axis=1).argmin())
        line, lane_id = [spot.point_m[None], first[nearest + 1 :]], spot.lane_id
        left_m = length_m - _STEP_M * len(line[1])
        for _ in range(_MOST_LANES):
            following = self._straightest(lane_id)
            if left_m <= 0 or following is None:
                break
            lane_id = following
            line.append(self._samples(lane_id)[1:])
            left_m -= _STEP_M * len(line[-1])
        return np.concatenate(line)

    def _straightest(self, lane_id: str) -> str | None:
        """Of the lanes that a lane leads to, the one that turns least."""
        end_rad = self._headings[self._lane == self._ids.index(lane_id)][-1]
        known = [name for name in self.lane_map.lanes[lane_id].successors if name in self._ids]

        def turn_rad(name: str) -> float:
            return float(abs(wrapped(self._headings[self._lane == self._ids.index(name)][-1] - end_rad)))

        return min(known, key=turn_rad, default=None)

    def _samples(self, lane_id: str) -> Floats:
        return self._points[self._lane == self._ids.index(lane_id)]

    def distances_m(self, points_m: ArrayLike) -> Floats:
        """How far (...) points (..., 2 or 3) are outside the lanes, seen from above; zero on one."""
        flat = np.asarray(points_m, dtype=np.float64)[..., :2]
        if not self._ids:
            return np.full(flat.shape[:-1], np.inf)
        distances, rows = self._tree.query(flat)
        return np.maximum(distances - self._widths[rows] / 2, 0.0)

    def _spot(self, row: int, place: Floats) -> LaneSpot:
        """The foot of a place on the lane about one of its samples."""
        heading = float(self._headings[row])
        ahead = np.array([np.cos(heading), np.sin(heading)])
        apart = place - self._points[row, :2]
        along = float(np.clip(apart @ ahead, -_STEP_M, _STEP_M))
        end = row + (1 if along > 0 else -1)
        point = self._points[row].copy()
        if 0 <= end < len(self._points) and self._lane[end] == self._lane[row]:
            step = self._points[end] - self._points[row]
            point = point + step * min(abs(along) / max(float(np.linalg.norm(step[:2])), 1e-9), 1.0)
        rest = place - point[:2]
        left = float(ahead[0] * rest[1] - ahead[1] * rest[0])
        return LaneSpot(self._ids[self._lane[row]], point, heading, left, float(self._widths[row]))


class Ground:
    """The height of the ground, from places that are known to lie on it: lanes, and where wheels were."""

    def __init__(self, points_m: ArrayLike) -> None:
        """From world points (n, 3), n ≥ 1."""
        from scipy.spatial import cKDTree

        self._points = np.asarray(points_m, dtype=np.float64).reshape(-1, 3)
        self._tree = cKDTree(self._points[:, :2])

    @classmethod
    def of(cls, ego_points_m: ArrayLike, lane_map: LaneMap | None) -> Ground:
        """From where the ego drove (n, 3), and from the lanes of a map that has heights."""
        lines = [np.asarray(ego_points_m, dtype=np.float64)]
        if lane_map is not None:
            centres = [_sampled(lane)[0] for lane in lane_map.lanes.values() if _length_m(lane.centre_m) > 0]
            # A flat map says nothing about heights; the ego's wheels do.
            if centres and np.ptp(np.concatenate(centres)[:, 2]) > 0.01:
                lines += centres
        return cls(np.concatenate(lines))

    def height_at(self, points_m: ArrayLike) -> Floats:
        """Heights (...) at points (..., 2 or 3): those of the nearest known places, nearer ones counting more."""
        places = np.asarray(points_m, dtype=np.float64)[..., :2]
        distances, rows = self._tree.query(places, k=np.arange(1, min(6, len(self._points)) + 1))
        weights = 1.0 / np.maximum(distances, 1e-3) ** 2
        return (self._points[rows, 2] * weights).sum(-1) / weights.sum(-1)


def wrapped(angle_rad: ArrayLike) -> Floats:
    """Angles (...) in [-π, π)."""
    return (np.asarray(angle_rad, dtype=np.float64) + np.pi) % (2 * np.pi) - np.pi


def _sampled(lane: Lane) -> tuple[Floats, Floats]:
    """Points (n, 3) of a lane's centre at even steps, and the widths (n,) of the lane there."""
    along = _along_m(lane.centre_m)
    at = np.linspace(0.0, along[-1], max(int(np.ceil(along[-1] / _STEP_M)), 1) + 1)
    points = _at(lane.centre_m, at / along[-1])
    width = np.linalg.norm(_at(lane.left_m, at / along[-1]) - _at(lane.right_m, at / along[-1]), axis=-1)
    return points, width


def _at(line_m: Floats, shares: Floats) -> Floats:
    along = _along_m(line_m)
    return np.stack([np.interp(shares * along[-1], along, column) for column in line_m.T], -1)


def _along_m(line_m: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line_m, axis=0), axis=1))])


def _length_m(line_m: Floats) -> float:
    return float(_along_m(line_m)[-1]) if len(line_m) > 1 else 0.0


def _headings(points_m: Floats) -> Floats:
    steps = np.diff(points_m, axis=0)
    headings = np.arctan2(steps[:, 1], steps[:, 0])
    return np.append(headings, headings[-1])
