"""The recorded pictures that a drive begins with, also where its rig or path is another than the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose
from core.logs import CameraStream
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import UNSEEN, boxes_between, places_of

Images = NDArray[np.uint8]

_SAME_M, _SAME_RAD = 0.05, 0.01


def first_pictures(
    viewpoints: Viewpoints, index: NDArray[np.int64], streams: Sequence[CameraStream]
) -> tuple[Images, list[str]]:
    """Images (T, V, H, W, 3), and the names of the cameras that look from elsewhere than they did.

    Those of such cameras are the recorded ones as the plain street, and actors on it, would look from where they are
    now; where a recorded picture does not reach, its border goes on.

    Args:
        viewpoints: where the pictures shall be seen from.
        index: (T, V) of the images in their streams.
        streams: (V,) as recorded.

    Raises:
        UserError: an image cannot be read.
    """
    height, width = viewpoints.size
    images, moved = np.empty((*index.shape, height, width, 3), np.uint8), []
    for view, stream in enumerate(streams):
        taken, wanted = stream.camera.resized(width, height), viewpoints.cameras[view]
        for frame in range(len(index)):
            number = int(index[frame, view])
            image = cv2.resize(stream.image(number), (width, height), interpolation=cv2.INTER_AREA)
            before, now = stream.world_from_camera[number], viewpoints.world_from_camera[frame, view]
            if taken != wanted or _apart(before, now):
                ego = viewpoints.world_from_ego[frame]
                t_ns = int(viewpoints.t_ns[frame, view])
                boxes = boxes_between(viewpoints.boxes, t_ns, t_ns)
                move = partial(places_of, wanted, now, ego, source=taken, world_from_source=before)
                places, plain = move(boxes=boxes), move()
                places = np.where(places == UNSEEN, plain, places)  # behind an actor the picture shows that actor
                at = ((places + 1) * (width / 2, height / 2) - 0.5).astype(np.float32)
                image = cv2.remap(image, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                moved.append(stream.name)
            images[frame, view] = image
    return images, sorted(set(moved))


def _apart(one: Pose, other: Pose) -> bool:
    """Whether two poses are further apart than those of a recording that are interpolated."""
    between = one.inverse() @ other
    turn_rad = np.arccos(np.clip((np.trace(between.rotation) - 1) / 2, -1.0, 1.0))
    return bool(np.linalg.norm(between.translation) > _SAME_M or turn_rad > _SAME_RAD)
