"""Depth pictures of logs that know the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.logs import DrivingLog
from core.worldrec.lift.depth_pictures import DepthPicture, completed
from core.worldrec.lift.points import LidarPoints, ground_height, owners_of
from core.worldrec.lift.views import View

ExactDepth = Callable[[str, int], NDArray[np.float32]]
"""Camera and number of an image in its stream → depths (height, width) along the optical axis, infinite for sky."""


def city_depth(log: DrivingLog) -> ExactDepth:
    """Exact depth of a log that the demo city wrote; reading raises `UserError` for a log that it did not."""
    from core.city import read_truth

    def read(camera: str, index: int) -> NDArray[np.float32]:
        stream = log.camera(camera)
        lost_before = sum(sample.t_ns < stream.t_ns[index] for sample in stream.missing)
        return read_truth(log.path, camera, index + lost_before).depth_m

    return read


def exact_pictures(
    log: DrivingLog, views: Sequence[View], exact_depth: ExactDepth, lidar: LidarPoints
) -> tuple[list[DepthPicture], LidarPoints]:
    """Depth pictures of the static world from exact ones, and the lidar's points with those of the actors' pixels."""
    actors = {name: [points] for name, points in lidar.actors.items()}
    ground_m = ground_height(lidar.static, np.stack([view.centre_m for view in views]))
    pictures = []
    for view in views:
        depth = view.depth_of(exact_depth(view.stream, view.index))
        sky = ~np.isfinite(depth)
        met = ~sky & view.valid
        points = (view.centre_m + depth[met][:, None] * view.directions[met]).astype(np.float32)
        boxes = log.boxes_at(view.t_ns)
        owners = owners_of(points, [box for _, box in boxes])
        for number in np.unique(owners[owners >= 0]).tolist():
            track, box = boxes[number]
            own = box.world_from_box.inverse().apply(points[owners == number])
            actors.setdefault(track.id, []).append(own.astype(np.float32))
        static = np.full_like(depth, np.inf)
        static[met] = np.where(owners < 0, depth[met], np.inf)
        pictures.append(completed(view, static, ground_m, sky))
    return pictures, LidarPoints(lidar.static, {name: np.concatenate(parts) for name, parts in actors.items()})
