"""What a log holds as lines and faces in the world."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QColor

from core.geometry import BOX_EDGES, Box, Boxes, Pose
from core.logs import CameraStream, DrivingLog
from core.logs.box_table import BoxesAt
from widgets.class_colours import CLASS_RGB, EGO_RGB, SELECTED_RGB, Rgb
from widgets.viewport.batches import Faces, Segments
from widgets.viewport.sight import pinhole_of

Floats = NDArray[np.float64]
Rgba = tuple[float, float, float, float]

EGO_SIZE_M = (4.8, 1.9, 1.5)
_EGO_CENTRE_M = (1.4, 0.0, 0.75)  # the ego's origin is near its rear axle, on the ground
FRUSTUM_M = 1.6
_GRID_LINES, _GRID_STEPS = 30, 12  # to each side, and pieces of each line
_DARK: Rgba = (0.05, 0.06, 0.08, 0.55)
_TOP_LIFT_M = 0.05  # of lines on the ground, so that they do not drown in it

# Two triangles a face, corners as `Box.corners`; the front face comes first.
_FRONT = [0, 1, 5, 0, 5, 4]
_SIDES = [1, 2, 6, 1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7, 4, 5, 6, 4, 6, 7]


def rgba(colour: QColor | Rgb, alpha: float) -> Rgba:
    red, green, blue = colour if isinstance(colour, tuple) else (colour.red(), colour.green(), colour.blue())
    return red / 255, green / 255, blue / 255, alpha


def segments(starts: ArrayLike, ends: ArrayLike, colour: Rgba, width_px: float) -> Segments:
    """Lines (n, 3) to (n, 3) of one colour and width."""
    first, last = (np.asarray(points, dtype=np.float32).reshape(-1, 3) for points in (starts, ends))
    return Segments(
        first, last, np.tile(np.array(colour, np.float32), (len(first), 1)), np.full(len(first), width_px, np.float32)
    )


def chain(points: Floats, colour: Rgba, width_px: float, *, closed: bool = False, lift_m: float = 0.0) -> Segments:
    """A polyline (n, 3), raised by a little."""
    raised = np.asarray(points, dtype=float) + np.array([0.0, 0.0, lift_m])
    if closed:
        raised = np.concatenate([raised, raised[:1]])
    return segments(raised[:-1], raised[1:], colour, width_px)


def lanes_of(log: DrivingLog, text: QColor, warning: QColor) -> Segments:
    if log.lane_map is None:
        return Segments.joined([])
    parts = []
    for lane in log.lane_map.lanes.values():
        if not lane.in_junction:
            parts += [chain(side, rgba(text, 0.6), 1.4, lift_m=_TOP_LIFT_M) for side in (lane.left_m, lane.right_m)]
        parts.append(chain(lane.centre_m, rgba(text, 0.16), 1.0, lift_m=_TOP_LIFT_M))
    for outline in log.lane_map.crossings:
        parts.append(chain(outline, rgba(warning, 0.7), 1.4, closed=True, lift_m=_TOP_LIFT_M))
    return Segments.joined(parts)


def tracks_of(log: DrivingLog, ids: frozenset[str], strong: frozenset[str]) -> Segments:
    """Tracks named in `ids`, on the ground beneath their boxes; those named in `strong` stand out."""
    parts = []
    for track in (track for track in log.tracks if track.id in ids):
        shown = track.id in strong
        colour = rgba(CLASS_RGB[track.actor_class], 0.9 if shown else 0.28)
        below_m = -track.size_m[2] / 2 + _TOP_LIFT_M
        parts.append(chain(track.poses.poses.translation, colour, 2.4 if shown else 1.2, lift_m=below_m))
    return Segments.joined(parts)


def ego_path_of(log: DrivingLog, t_ns: int) -> Segments:
    """Strong where the ego has been, faint where it will go."""
    positions, here = log.ego.poses.translation, log.ego.at(t_ns).translation[None]
    passed = int(np.searchsorted(log.ego.t_ns, t_ns, side="right"))
    behind = np.concatenate([positions[:passed], here])
    before = np.concatenate([here, positions[passed:]])
    return Segments.joined(
        [
            chain(behind, rgba(EGO_RGB, 0.95), 3.0, lift_m=_TOP_LIFT_M),
            chain(before, rgba(EGO_RGB, 0.45), 2.0, lift_m=_TOP_LIFT_M),
        ]
    )


def ego_box(world_from_ego: Pose) -> Box:
    centre = Pose.from_rotation(np.eye(3), _EGO_CENTRE_M)
    return Box(world_from_ego @ centre, EGO_SIZE_M)


def camera_poses(log: DrivingLog, world_from_ego: Pose) -> list[tuple[CameraStream, Pose]]:
    """world_from_camera of each camera on its mounting."""
    return [(stream, world_from_ego @ stream.ego_from_camera) for stream in log.cameras]


def frusta_of(cameras: Iterable[tuple[CameraStream, Pose]], strong: frozenset[str], accent: QColor) -> Segments:
    """What each camera sees, as a small pyramid; those whose names are in `strong` stand out."""
    parts = []
    for stream, pose in cameras:
        shown = stream.name in strong
        corners = pose.apply(frustum_corners(stream) * FRUSTUM_M)
        apex = np.repeat(pose.translation[None], 4, axis=0)
        colour, width = rgba(accent, 1.0 if shown else 0.55), 2.2 if shown else 1.2
        parts.append(segments(apex, corners, colour, width))
        parts.append(chain(corners, colour, width, closed=True))
    return Segments.joined(parts)


def frustum_corners(stream: CameraStream) -> Floats:
    """Corners (4, 3), one metre deep, in camera coordinates around the pinhole's picture; kept from growing wild."""
    lens = pinhole_of(stream.camera)
    right, bottom = lens.width - 0.5, lens.height - 0.5
    pixels = np.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])
    across = np.clip((pixels - (lens.cx, lens.cy)) / (lens.fx, lens.fy), -1.7, 1.7)
    return np.column_stack([across, np.ones(4)])


def boxes_of(
    boxes: BoxesAt, selected: frozenset[str], hovered: str | None, *, every: bool, filled: bool
) -> tuple[Segments, Faces]:
    """Boxes with a line to their front; the selected ones white.

    Args:
        boxes: of one time.
        selected, hovered: ids of tracks.
        every: whether others than those are shown.
        filled: whether their sides are tinted.
    """
    corners = Boxes(boxes.world_from_box, boxes.sizes_m).corners()
    lines = []
    places, colours = [np.zeros((0, 3))], [np.zeros((0, 4))]
    for row, track in enumerate(boxes.tracks):
        strong, over = track.id in selected, track.id == hovered
        if not (every or strong or over):
            continue
        own = CLASS_RGB[track.actor_class]
        colour = rgba(SELECTED_RGB if strong else own, 1.0 if strong or over else 0.85)
        width = 2.6 if strong else 2.2 if over else 1.4
        edges = corners[row][BOX_EDGES]
        if strong:
            lines.append(segments(edges[:, 0], edges[:, 1], _DARK, width + 2.6))
        lines.append(segments(edges[:, 0], edges[:, 1], colour, width))
        bottom = corners[row, :4].mean(0)
        lines.append(segments(bottom, corners[row, :2].mean(0), colour, width))
        if not (filled or over):
            continue
        places.append(corners[row][_FRONT + _SIDES])
        front, side = (0.30, 0.14) if strong or over else (0.20, 0.07)
        colours.append(np.repeat([rgba(own, front), rgba(own, side)], [len(_FRONT), len(_SIDES)], axis=0))
    faces = Faces(np.concatenate(places).astype(np.float32), np.concatenate(colours).astype(np.float32))
    return Segments.joined(lines), faces


def ego_outline(world_from_ego: Pose, *, selected: bool, hovered: bool) -> Segments:
    corners = ego_box(world_from_ego).corners()
    edges = corners[BOX_EDGES]
    colour = rgba(SELECTED_RGB if selected else EGO_RGB, 0.95)
    width = 2.6 if selected else 2.2 if hovered else 1.6
    nose = segments(corners[:4].mean(0), corners[:2].mean(0), colour, width)
    return Segments.joined([segments(edges[:, 0], edges[:, 1], colour, width), nose])


def grid_around(centre_m: Sequence[float], ground_m: float, step_m: float, text: QColor) -> Segments:
    """Lines on the ground, every tenth stronger, in short pieces so that they can fade."""
    origin = np.round(np.asarray(centre_m[:2]) / (10 * step_m)) * 10 * step_m
    reach = _GRID_LINES * step_m
    ends = np.linspace(-reach, reach, _GRID_STEPS + 1)
    parts = []
    for number in range(-_GRID_LINES, _GRID_LINES + 1):
        main = number % 10 == 0
        at = np.full_like(ends, number * step_m)
        height = np.full_like(ends, ground_m)
        for x, y in ((at, ends), (ends, at)):
            points = np.column_stack([origin[0] + x, origin[1] + y, height])
            parts.append(chain(points, rgba(text, 0.30 if main else 0.11), 1.0))
    return Segments.joined(parts)
