"""The picture of a log that shows an actor best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import project_boxes
from core.logs import CameraStream, DrivingLog

_MOST_TIMES = 12
"""Of each camera."""
_FARTHEST_M = 120.0
_LEAST_PX = 12.0
_MARGIN = 0.12
_BORDER_PX = 2.0
_CUT_OFF = 0.25  # what a box that the picture's border cuts is worth against a whole one


@dataclass(frozen=True)
class BestView:
    """Where an actor is seen."""

    stream: str
    index: int  # of the image in its stream
    left_px: int
    top_px: int
    right_px: int  # exclusive, as `bottom_px`
    bottom_px: int

    def cut(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The actor's part (h, w, 3) of its image, with a little of what is around it."""
        return image[self.top_px : self.bottom_px, self.left_px : self.right_px]


def best_views(log: DrivingLog) -> Iterator[dict[str, BestView]]:
    """Track id → the image in which the actor is largest, whole, and least hidden by nearer boxes.

    Yields what is known so far after each image was looked at; the last is the answer. Only calibration, poses and
    tracks are looked at.
    """
    best: dict[str, BestView] = {}  # the one of all answers
    worth: dict[str, float] = {}
    for stream in log.cameras:
        count = min(_MOST_TIMES, len(stream))
        for index in np.linspace(0, len(stream) - 1, count).round().astype(np.int64).tolist():
            for name, value, view in _seen(log, stream, index):
                if value > worth.get(name, 0.0):
                    worth[name], best[name] = value, view
            yield best


def _seen(log: DrivingLog, stream: CameraStream, index: int) -> Iterator[tuple[str, float, BestView]]:
    """Track, worth and view of all actors in one image."""
    lens, pose = stream.camera, stream.world_from_camera[index]
    boxes = log.boxes_at(int(stream.t_ns[index]))
    outlines = project_boxes(lens, pose, [box for _, box in boxes])
    shown = [
        (track.id, outline.depth_m, np.array(outline.bounds_px))
        for (track, _), outline in zip(boxes, outlines, strict=True)
        if outline.bounds_px is not None and 0.0 < outline.depth_m < _FARTHEST_M
    ]
    shown.sort(key=lambda found: found[1])
    nearer = np.zeros((0, 4))
    for name, _, bounds in shown:
        size = bounds[2:] - bounds[:2]
        if size.max() >= _LEAST_PX:
            is_cut = (bounds[:2] < _BORDER_PX).any() or (bounds[2:] > [lens.width - 1 - _BORDER_PX, lens.height]).any()
            value = size.prod() ** 0.5 * (1.0 - _hidden(bounds, nearer)) * (_CUT_OFF if is_cut else 1.0)
            yield name, float(value), _view(stream, index, bounds)
        nearer = np.vstack([nearer, bounds])


def _hidden(bounds: NDArray[np.float64], nearer: NDArray[np.float64]) -> float:
    """Share of a rectangle (4,) that the one of nearer ones (k, 4) covers which covers most."""
    low, high = np.maximum(bounds[:2], nearer[:, :2]), np.minimum(bounds[2:], nearer[:, 2:])
    covered = np.maximum(high - low, 0.0).prod(1)
    return float(covered.max(initial=0.0) / max((bounds[2:] - bounds[:2]).prod(), 1e-9))


def _view(stream: CameraStream, index: int, bounds: NDArray[np.float64]) -> BestView:
    margin = _MARGIN * (bounds[2:] - bounds[:2]).max()
    low, high = np.floor(bounds[:2] - margin), np.ceil(bounds[2:] + margin) + 1
    left, top = np.maximum(low, 0).astype(int).tolist()
    right, bottom = np.minimum(high, [stream.camera.width, stream.camera.height]).astype(int).tolist()
    return BestView(stream.name, index, left, top, right, bottom)
