"""Depth pictures from a model's estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box
from core.logs import DrivingLog
from core.worldrec.lift.depth_pictures import AROUND, EDGE, DepthPicture, measured_depth
from core.worldrec.lift.points import LidarPoints, ground_height, owners_of
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FIRM = 0.12  # estimates whose error is expected below this share of their depth speak against others
_VAGUE = 0.6  # and those above make no points
_NEAR_BOX = 1.25  # estimates off by up to this ratio may still mean a tracked box


@dataclass(frozen=True, eq=False)
class DepthEstimate:
    """What a model believes about a view."""

    depth_m: Floats  # (h, w) along the optical axis, finite and positive everywhere
    error: Floats  # (h, w) expected, as a share of the depth
    sky: Mask  # (h, w)


class DepthModel(Protocol):
    """Dense depth and sky of the views of a log."""

    def __call__(self, views: Sequence[View], measured: Sequence[Floats], ground_m: float) -> list[DepthEstimate]:
        """Estimates for all views.

        Args:
            views: that show the same places from several sides, if possible.
            measured: depths (h, w) of each view by lidar, infinite where there is none.
            ground_m: height of the ground in the world.
        """


def estimated_pictures(
    log: DrivingLog, views: Sequence[View], model: DepthModel, lidar: LidarPoints
) -> tuple[list[DepthPicture], LidarPoints]:
    """Depth pictures of the static world, and the lidar's points with those of pixels that show tracked actors."""
    import cv2

    ground_m = ground_height(lidar.static, np.stack([view.centre_m for view in views]))
    measured = [measured_depth(view, lidar.static) for view in views]
    actors = {name: [points] for name, points in lidar.actors.items()}
    pictures = []
    for view, known, estimate in zip(views, measured, model(views, measured, ground_m), strict=True):
        boxes = log.boxes_at(view.t_ns)
        owned = _near_boxes(view, estimate.depth_m, [box for _, box in boxes])
        points = (view.centre_m + estimate.depth_m[owned][:, None] * view.directions[owned]).astype(np.float32)
        owners = owners_of(points, [box for _, box in boxes])
        for number in np.unique(owners[owners >= 0]).tolist():
            track, box = boxes[number]
            own = box.world_from_box.inverse().apply(points[owners == number])
            actors.setdefault(track.id, []).append(own.astype(np.float32))
        depth = estimate.depth_m
        edge = cv2.dilate(depth, AROUND) > EDGE * cv2.erode(depth, AROUND)
        edge |= (estimate.error > _VAGUE) | owned
        firm = (estimate.error < _FIRM) & ~owned
        pictures.append(
            DepthPicture(depth, firm | np.isfinite(known), estimate.sky & ~owned, edge & ~np.isfinite(known))
        )
    return pictures, LidarPoints(lidar.static, {name: np.concatenate(parts) for name, parts in actors.items()})


def _near_boxes(view: View, depth_m: Floats, boxes: Sequence[Box]) -> Mask:
    """Pixels (h, w) whose ray meets a box about as far away as their depth."""
    owned = np.zeros(depth_m.shape, bool)
    for box in boxes:
        corners = box.corners() @ view.camera_from_world[:3, :3].T + view.camera_from_world[:3, 3]
        if corners[:, 2].max() < 0.3:
            continue
        at = corners[:, :2] / np.maximum(corners[:, 2:], 0.3) * view.lens[:2] + view.lens[2:]
        height, width = depth_m.shape
        left, top = np.clip(np.floor(at.min(0)), 0, (width, height)).astype(int)
        right, bottom = np.clip(np.ceil(at.max(0)) + 1, 0, (width, height)).astype(int)
        part = np.s_[top:bottom, left:right]
        if owned[part].size:
            near, far = _met(view, part, box)
            depth = depth_m[part]
            owned[part] |= (near < far) & (far > 0) & (depth > near / _NEAR_BOX) & (depth < far * _NEAR_BOX)
    return owned


def _met(view: View, part: tuple[slice, slice], box: Box) -> tuple[Floats, Floats]:
    """Depths at which the rays of some pixels enter and leave a box; the first is greater where they miss it."""
    inverse = box.world_from_box.inverse()
    origin = inverse.apply(view.centre_m)
    turned = inverse.rotate(view.directions[part].astype(np.float64))
    half = np.asarray(box.size_m) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (-half - origin) / turned, (half - origin) / turned
    return np.minimum(one, two).max(-1).astype(np.float32), np.maximum(one, two).min(-1).astype(np.float32)
