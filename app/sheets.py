"""Pictures of a log that need no Qt: all cameras with boxes, and the drive from above. Images are uint8 RGB."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.projection import project_boxes
from core.logs import CameraStream, DrivingLog
from widgets.class_colours import CLASS_RGB, EGO_RGB

Image = NDArray[np.uint8]
Rgb = tuple[int, int, int]

_BACKGROUND: Rgb = (24, 26, 30)
_TEXT: Rgb = (220, 224, 230)
_FAINT: Rgb = (88, 94, 104)
_CELL_WIDTH_PX = 640
_TITLE_PX = 30
_GAP_PX = 6
_SUBPIXEL_BITS = 4
_PLAN_MAX_PX = 1400
_PLAN_MARGIN_M = 25.0


def contact_sheet(log: DrivingLog, t_ns: int) -> Image:
    """The pictures of all cameras at a time, in rig order and at most two rows, with boxes through the true lens."""
    cells = [_camera_cell(log, stream, t_ns) for stream in log.cameras]
    per_row = len(cells) if len(cells) < 4 else (len(cells) + 1) // 2
    rows = [_in_a_row(cells[first : first + per_row]) for first in range(0, len(cells), per_row)]
    width = max(row.shape[1] for row in rows)
    return np.concatenate([_padded(row, row.shape[0] + _GAP_PX, width) for row in rows])[:-_GAP_PX]


def plan(log: DrivingLog, t_ns: int) -> Image:
    """The drive from above, the ego's first heading to the right: lanes, ego path, tracks, and the boxes at a time."""
    path_m = log.ego.poses.translation[:, :2]
    low, high = path_m.min(0) - _PLAN_MARGIN_M, path_m.max(0) + _PLAN_MARGIN_M
    px_per_m = _PLAN_MAX_PX / float((high - low).max())
    width, height = (np.ceil((high - low) * px_per_m)).astype(int)
    image = np.full((height, width, 3), _BACKGROUND, np.uint8)

    def pixels(points_m: ArrayLike) -> NDArray[np.float64]:
        xy = np.asarray(points_m, dtype=float)[:, :2]
        return np.stack([xy[:, 0] - low[0], high[1] - xy[:, 1]], -1) * px_per_m

    if log.lane_map is not None:
        for lane in log.lane_map.lanes.values():
            _draw_lines(image, [pixels(lane.left_m), pixels(lane.right_m)], _FAINT)
    for track in log.tracks:
        _draw_lines(image, [pixels(track.poses.poses.translation)], CLASS_RGB[track.actor_class])
    _draw_lines(image, [pixels(path_m)], EGO_RGB, thickness=2)
    for track, box in log.boxes_at(t_ns):
        _fill(image, pixels(box.corners()[:4]), CLASS_RGB[track.actor_class])
    ego = log.ego.at(t_ns)
    _fill(image, pixels(ego.apply([[2.6, 0.0, 0.0], [-1.8, 1.1, 0.0], [-1.0, 0.0, 0.0], [-1.8, -1.1, 0.0]])), EGO_RGB)
    _draw_scale_bar(image, px_per_m)
    return image


def _camera_cell(log: DrivingLog, stream: CameraStream, t_ns: int) -> Image:
    """One camera's latest picture with its title above; grey where there is none yet."""
    height = round(_CELL_WIDTH_PX * stream.camera.height / stream.camera.width)
    index = stream.index_at(t_ns)
    if index is None:
        picture = np.full((height, _CELL_WIDTH_PX, 3), 60, np.uint8)
        return _titled(picture, f"{stream.name}  no picture yet")
    recorded = stream.image(index)
    shrinking = recorded.shape[1] > _CELL_WIDTH_PX
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    picture = np.asarray(cv2.resize(recorded, (_CELL_WIDTH_PX, height), interpolation=method), dtype=np.uint8)
    image_t_ns = int(stream.t_ns[index])
    boxes = log.boxes_at(image_t_ns)
    camera = stream.camera.resized(_CELL_WIDTH_PX, height)
    outlines = project_boxes(camera, stream.world_from_camera[index], [box for _, box in boxes])
    seen = [(outline, track) for outline, (track, _) in zip(outlines, boxes, strict=True) if outline.visible]
    for outline, track in sorted(seen, key=lambda pair: -pair[0].depth_m):
        colour = CLASS_RGB[track.actor_class]
        _draw_lines(picture, outline.edges, colour)
        _draw_lines(picture, outline.front, colour, thickness=2)
    return _titled(picture, f"{stream.name}  {log.t_s(image_t_ns):.2f} s")


def _titled(picture: Image, title: str) -> Image:
    bar = np.full((_TITLE_PX, picture.shape[1], 3), _BACKGROUND, np.uint8)
    _write(bar, title, (8, 21))
    return np.concatenate([bar, picture])


def _in_a_row(cells: list[Image]) -> Image:
    height = max(cell.shape[0] for cell in cells)
    padded = [_padded(cell, height, cell.shape[1] + _GAP_PX) for cell in cells]
    return np.concatenate(padded, axis=1)[:, :-_GAP_PX]


def _padded(image: Image, height: int, width: int) -> Image:
    whole = np.full((height, width, 3), _BACKGROUND, np.uint8)
    whole[: image.shape[0], : image.shape[1]] = image
    return whole


def _draw_lines(image: Image, lines: Iterable[NDArray[np.float64]], colour: Rgb, thickness: int = 1) -> None:
    """Draw polylines (n, 2), pixel centres at integers, smooth and to a sixteenth of a pixel."""
    fixed = [_fixed_point(line) for line in lines]
    cv2.polylines(image, fixed, False, colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)


def _fill(image: Image, outline: NDArray[np.float64], colour: Rgb) -> None:
    cv2.fillPoly(image, [_fixed_point(outline)], colour, cv2.LINE_AA, _SUBPIXEL_BITS)


def _fixed_point(line: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(line * 2**_SUBPIXEL_BITS).astype(np.int32)


def _draw_scale_bar(image: Image, px_per_m: float) -> None:
    length_m = next(length for length in (10, 20, 50, 100, 200, 500, 1000) if length * px_per_m > 90 or length == 1000)
    y, right = image.shape[0] - 24, 20 + length_m * px_per_m
    _draw_lines(image, [np.array([[20.0, y - 6], [20, y], [right, y], [right, y - 6]])], _TEXT, thickness=2)
    _write(image, f"{length_m} m", (26, y - 8))


def _write(image: Image, text: str, left_bottom_px: tuple[int, int]) -> None:
    cv2.putText(image, text, left_bottom_px, _TEXT, cv2.FontFace("sans"), 15, 500)
