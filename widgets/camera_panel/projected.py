"""What a log's actors, lanes and ego path look like in one image, as painter paths."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath, QTransform

from core.geometry import Box, Camera, Pose
from core.geometry.projection import BoxOutline, pick_box, project_boxes, project_points, trace_polylines
from core.geometry.segments import may_see
from core.logs import ActorClass, CameraStream, DrivingLog, LaneMap, LidarSweep, Track
from widgets.camera_panel.overlays import LidarColour
from widgets.paths import path_from_polylines
from widgets.points import ramp

Floats = NDArray[np.float64]
Size = tuple[int, int]  # width, height
Value = TypeVar("Value")

PATHS_KEPT = 500  # six cameras, two overlays, some forty frames
SEEN_KEPT = 120  # these are many small objects, which Python's collector would visit again and again
LANE_REACH_M = 80.0
LANE_STEP_M = 1.0
EGO_AHEAD_M = 80.0
_EGO_HALF_WIDTH_M = 0.9
_NEAR_DEPTH_M, _FAR_DEPTH_M = 2.0, 80.0  # of the lidar colours
_LOW_M, _HIGH_M = -0.5, 4.5  # of the lidar colours, above the ego's origin
MOST_POINTS = 24_000  # of a sweep in a small cell, where more could not be told apart


@dataclass(frozen=True, eq=False)
class SeenBox:
    """One actor in one image."""

    track: Track
    box: Box
    outline: BoxOutline
    distance_m: float  # from the camera to the centre


@dataclass(frozen=True, eq=False)
class DrawnBoxes:
    """What to draw for all actors of an image, on its picture."""

    edges: dict[ActorClass, QPainterPath]
    fronts: dict[ActorClass, QPainterPath]  # faces that the boxes head with, to be filled


@dataclass(frozen=True, eq=False)
class SeenPoints:
    """Lidar points in one image, far ones first."""

    pixels: Floats  # (n, 2)
    colours: NDArray[np.uint32]  # (n,)


class Recent(Generic[Value]):
    """The values asked for last; safe from any thread.

    Two threads that ask for one missing key may both make it: cheaper than a lock held meanwhile.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            if len(self._values) > self._capacity:
                self._values.popitem(last=False)
        return made


class LaneProjections:
    """Lane borders and crossings in images."""

    def __init__(self, lane_map: LaneMap | None) -> None:
        self._paths: Recent[QPainterPath] = Recent(PATHS_KEPT)
        lanes = [] if lane_map is None else list(lane_map.lanes.values())
        crossings = () if lane_map is None else lane_map.crossings
        self._lines = [border for lane in lanes if not lane.in_junction for border in (lane.left_m, lane.right_m)]
        self._lines += [np.concatenate([outline, outline[:1]]) for outline in crossings]
        self._low = np.array([line[:, :2].min(0) for line in self._lines]).reshape(-1, 2)
        self._high = np.array([line[:, :2].max(0) for line in self._lines]).reshape(-1, 2)

    def path(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        return self._paths.get((stream, index, size), lambda: self._draw(stream, index, size))

    def _draw(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        pose = stream.world_from_camera[index]
        here = pose.translation[:2]
        apart = np.maximum(np.maximum(self._low - here, here - self._high), 0.0)
        near = np.flatnonzero(np.hypot(apart[:, 0], apart[:, 1]) < LANE_REACH_M)
        pieces, _ = trace_polylines(stream.camera, pose, [self._lines[line] for line in near], LANE_STEP_M)
        return on_picture(stream.camera, size).map(path_from_polylines(pieces))


class Projections:
    """Answers for one log, each computed once and remembered while it is likely to be asked for again.

    Every thread may ask: whoever decodes an image works out its overlays too, and the window finds them ready.

    A `Size` is that of the picture that is drawn; paths come in its coordinates, (0, 0) at the outer corner of
    the first pixel.
    """

    def __init__(self, log: DrivingLog, lanes: LaneProjections | None = None) -> None:
        self._log = log
        self._table = log.box_table
        self._seen: Recent[list[SeenBox]] = Recent(SEEN_KEPT)
        self._paths: Recent[Any] = Recent(PATHS_KEPT)
        self._lanes = lanes or LaneProjections(log.lane_map)

    def edited(self, log: DrivingLog) -> Projections:
        """Those of the same drive after an edit, which moves no lane."""
        return Projections(log, self._lanes)

    def seen(self, stream: CameraStream, index: int) -> list[SeenBox]:
        """The actors that an image shows, far ones first."""
        return self._seen.get((stream, index), lambda: self._project_boxes(stream, index))

    def boxes(self, stream: CameraStream, index: int, size: Size) -> DrawnBoxes:
        return self._paths.get(("boxes", stream, index, size), lambda: self._draw_boxes(stream, index, size))

    def lanes(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        """Lane borders and crossings within `LANE_REACH_M`."""
        return self._lanes.path(stream, index, size)

    def ego_path(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        """The strip of road that the ego covers from here on, to be filled."""
        return self._paths.get(("ego", stream, index, size), lambda: self._draw_ego_path(stream, index, size))

    def pick(self, stream: CameraStream, index: int, x_px: float, y_px: float) -> Track | None:
        """The nearest actor under an image pixel."""
        seen = self.seen(stream, index)
        row = pick_box(stream.camera, stream.world_from_camera[index], (x_px, y_px), [one.box for one in seen])
        return None if row is None else seen[row].track

    def points(
        self, stream: CameraStream, index: int, sweep: LidarSweep, colour: LidarColour, *, dense: bool
    ) -> SeenPoints:
        """A sweep's points in an image, which may have been taken a moment before or after."""
        points = sweep.points_m
        if not dense:
            points = points[:: max(1, -(-len(points) // MOST_POINTS))]
        pixels, depths, which = project_points(stream.camera, stream.world_from_camera[index], points)
        if colour == "depth":
            fraction = np.log(np.maximum(depths, 1e-3) / _NEAR_DEPTH_M) / np.log(_FAR_DEPTH_M / _NEAR_DEPTH_M)
        else:
            ground_m = self._log.ego.at(int(stream.t_ns[index])).translation[2]
            fraction = 1 - (points[which, 2] - ground_m - _LOW_M) / (_HIGH_M - _LOW_M)
        order = np.argsort(-depths)
        return SeenPoints(pixels[order], ramp(fraction[order]))

    def _project_boxes(self, stream: CameraStream, index: int) -> list[SeenBox]:
        now = self._table.at(int(stream.t_ns[index]))
        pose: Pose = stream.world_from_camera[index]
        centres = pose.inverse().apply(now.world_from_box.translation)
        near = np.flatnonzero(may_see(stream.camera, centres, np.linalg.norm(now.sizes_m, axis=1) / 2))
        tracks = [now.tracks[row] for row in near]
        boxes = [Box(now.world_from_box[row], track.size_m) for row, track in zip(near, tracks, strict=True)]
        outlines = project_boxes(stream.camera, pose, boxes)
        distances_m = np.linalg.norm(centres[near], axis=-1)
        seen = [
            SeenBox(track, box, outline, float(distance_m))
            for track, box, outline, distance_m in zip(tracks, boxes, outlines, distances_m, strict=True)
            if outline.visible
        ]
        return sorted(seen, key=lambda one: -one.distance_m)

    def _draw_boxes(self, stream: CameraStream, index: int, size: Size) -> DrawnBoxes:
        edges: dict[ActorClass, list[Floats]] = {}
        fronts: dict[ActorClass, list[Floats]] = {}
        for one in self.seen(stream, index):
            edges.setdefault(one.track.actor_class, []).extend(one.outline.edges)
            if one.outline.front:
                fronts.setdefault(one.track.actor_class, []).append(_face(one.outline.front))
        place = on_picture(stream.camera, size)
        return DrawnBoxes(
            {kind: place.map(path_from_polylines(pieces)) for kind, pieces in edges.items()},
            {kind: place.map(path_from_polylines(faces)) for kind, faces in fronts.items()},
        )

    def _draw_ego_path(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        left, right = self._ego_strip(int(stream.t_ns[index]))
        pose: Pose = stream.world_from_camera[index]
        strips = path_from_polylines(_strips(stream.camera, pose, left, right))
        return on_picture(stream.camera, size).map(strips)

    def _ego_strip(self, t_ns: int) -> tuple[Floats, Floats]:
        """Left and right edges (n, 3), world, of the road that the ego covers from a time on."""
        ego = self._log.ego
        times = np.concatenate([[t_ns], ego.t_ns[ego.t_ns > t_ns]])
        poses = ego.at(times)
        travelled_m = np.concatenate([[0.0], np.linalg.norm(np.diff(poses.translation, axis=0), axis=1).cumsum()])
        reached = travelled_m <= EGO_AHEAD_M
        aside = poses.rotation[reached, :, 1] * _EGO_HALF_WIDTH_M
        middle = poses.translation[reached]
        return middle + aside, middle - aside


def on_picture(camera: Camera, size: Size) -> QTransform:
    """From image pixels, whose centres are integers, to a picture of some size."""
    return QTransform.fromScale(size[0] / camera.width, size[1] / camera.height).translate(0.5, 0.5)


def _face(edges: Sequence[Floats]) -> Floats:
    """The seen part of a face as an outline (n, 2): the points of its edges, around their middle."""
    points = np.concatenate(edges)
    around = points - points.sum(0) / len(points)
    return points[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]


def _strips(camera: Camera, pose: Pose, left_m: Floats, right_m: Floats) -> list[Floats]:
    """Outlines (n, 2) of the stretches between two edges that the lens sees."""
    camera_from_world = pose.inverse()
    (left, left_seen), (right, right_seen) = (
        camera.project(camera_from_world.apply(edge)) for edge in (left_m, right_m)
    )
    reach = 2.0 * max(camera.width, camera.height)
    near = np.nan_to_num(np.abs(np.concatenate([left, right], axis=1)), nan=np.inf).max(1) < reach
    seen = np.flatnonzero(left_seen & right_seen & near)
    runs = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1)
    return [np.concatenate([left[run], right[run][::-1]]) for run in runs if len(run) > 1]
