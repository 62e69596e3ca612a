"""What a log's actors, lanes and ego path look like in one image, as painter paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath

from core.geometry import Camera, Pose
from core.geometry.projection import project_points, trace_polylines
from core.logs import ActorClass, CameraStream, DrivingLog, LaneMap, LidarSweep, Track
from widgets.camera_panel.overlays import LidarColour
from widgets.camera_panel.recent import Recent
from widgets.camera_panel.seen_boxes import DrawnBoxes, SeenBox, SeenBoxes, Size, on_picture
from widgets.paths import path_from_polylines
from widgets.points import ramp

Floats = NDArray[np.float64]

PATHS_KEPT = 250  # six cameras, some forty frames
LANE_REACH_M = 80.0
LANE_STEP_M = 1.0
EGO_AHEAD_M = 80.0
_EGO_HALF_WIDTH_M = 0.9
_NEAR_DEPTH_M, _FAR_DEPTH_M = 2.0, 80.0  # of the lidar colours
_LOW_M, _HIGH_M = -0.5, 4.5  # of the lidar colours, above the ego's origin
MOST_POINTS = 24_000  # of a sweep in a small cell, where more could not be told apart


@dataclass(frozen=True, eq=False)
class SeenPoints:
    """Lidar points in one image, far ones first."""

    pixels: Floats  # (n, 2)
    colours: NDArray[np.uint32]  # (n,)


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

    def __init__(self, log: DrivingLog, before: Projections | None = None) -> None:
        self._log = log
        self._boxes: SeenBoxes = SeenBoxes(log, None if before is None else before._boxes)
        same_way = before is not None and before._log.ego is log.ego
        self._ego_paths: Recent[QPainterPath] = before._ego_paths if before and same_way else Recent(PATHS_KEPT)
        self._lanes: LaneProjections = LaneProjections(log.lane_map) if before is None else before._lanes

    def edited(self, log: DrivingLog) -> Projections:
        """Those of the same drive after an edit, which moves no lane."""
        return Projections(log, self)

    def forget(self, count: int) -> bool:
        """Let go of so many answers that no other state of the drive has taken over; answers whether any are left."""
        return self._boxes.forget(count)

    def seen(self, stream: CameraStream, index: int) -> list[SeenBox]:
        """The actors that an image shows, far ones first."""
        return self._boxes.seen(stream, index)

    def boxes(self, stream: CameraStream, index: int, size: Size) -> dict[ActorClass, DrawnBoxes]:
        return self._boxes.drawn(stream, index, size)

    def knows(self, stream: CameraStream, index: int, size: Size) -> bool:
        """Whether `boxes` would answer at once."""
        return self._boxes.knows(stream, index, size)

    def lanes(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        """Lane borders and crossings within `LANE_REACH_M`."""
        return self._lanes.path(stream, index, size)

    def ego_path(self, stream: CameraStream, index: int, size: Size) -> QPainterPath:
        """The strip of road that the ego covers from here on, to be filled."""
        return self._ego_paths.get((stream, index, size), lambda: self._draw_ego_path(stream, index, size))

    def pick(self, stream: CameraStream, index: int, x_px: float, y_px: float) -> Track | None:
        """The nearest actor under an image pixel."""
        return self._boxes.pick(stream, index, x_px, y_px)

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
