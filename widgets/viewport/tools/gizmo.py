"""Where the handles of a tool are seen: as large on the screen however far away the actor is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box
from widgets.viewport.sight import NEAR_M, Sight
from widgets.viewport.tools.drags import axis_of
from widgets.viewport.tools.handles import AXES, Handle

Floats = NDArray[np.float64]
Shapes = Mapping[Handle, Floats]
"""Polylines (n, 2) in device pixels of the view, by handle."""

ARROW_PX, RING_PX, SQUARE_PX = 92.0, 84.0, 16.0
REACH_PX = 7.0
_GAP = 0.24  # of an arrow stays free at its root, for the square of the ground
_LEAST_PX = 14.0  # an arrow that is seen from its end cannot be held
_RING = np.linspace(0.0, 2 * np.pi, 65)


def arrows(box: Box, sight: Sight, ratio: float) -> Shapes:
    """Arrows along a box's axes and a square for the ground, around its centre; none while that is behind the camera.

    Args:
        box: of the actor whose axes count.
        sight: of the frame that they are drawn over.
        ratio: device pixels per pixel.
    """
    centre, metres = box.world_from_box.translation, _metres_per_px(box, sight, ratio)
    if metres is None:
        return {}
    x, y, z = (axis_of(axis, box) for axis in AXES)
    square = SQUARE_PX / 2 * metres * np.array([x + y, x - y, -x - y, y - x, x + y])
    shapes = {Handle.GROUND: sight.to_view(centre + square)[0]}
    for handle, axis in zip(AXES, (x, y, z), strict=True):
        line = sight.to_view(centre + ARROW_PX * metres * np.array([_GAP * axis, axis]))[0]
        if np.linalg.norm(line[1] - line[0]) >= _LEAST_PX * ratio:
            shapes[handle] = line
    return shapes


def ring(box: Box, sight: Sight, ratio: float) -> Shapes:
    """A level ring around a box's centre; as `arrows`."""
    centre, metres = box.world_from_box.translation, _metres_per_px(box, sight, ratio)
    if metres is None:
        return {}
    around = np.column_stack([np.cos(_RING), np.sin(_RING), np.zeros_like(_RING)])
    return {Handle.RING: sight.to_view(centre + RING_PX * metres * around)[0]}


def handle_at(shapes: Shapes, x_px: float, y_px: float, ratio: float) -> Handle | None:
    """The handle nearest to a place (device pixels), if it is within reach."""
    place = np.array([x_px, y_px])
    away = {handle: _distance(shape, place) for handle, shape in shapes.items()}
    nearest = min(away, key=lambda handle: away[handle], default=None)
    return nearest if nearest is not None and away[nearest] <= REACH_PX * ratio else None


def _metres_per_px(box: Box, sight: Sight, ratio: float) -> float | None:
    """At the depth of a box's centre; None behind the camera."""
    depth_m = float(sight.to_view(box.world_from_box.translation)[1][0])
    return ratio * depth_m / sight.lens.fx if depth_m > NEAR_M else None


def _distance(line: Floats, place: Floats) -> float:
    """Pixels to a polyline; what lies behind the camera does not count."""
    starts, steps = line[:-1], np.diff(line, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = np.clip(((place - starts) * steps).sum(-1) / (steps * steps).sum(-1), 0.0, 1.0)
    apart = np.linalg.norm(starts + along[:, None] * steps - place, axis=-1)
    return float(np.nan_to_num(apart, nan=np.inf).min())
