"""How far away is what pictures show that were made or recorded last: the depth network of WorldRec looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera
from core.networks.files import hash_of
from core.worldgen.conditions.seen_depth import DEPTH_STRIDE, plane_rays
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldrec.depth.predicting import NetworkDepth
from core.worldrec.lift.views import Face, View, faces_of, view_of
from core.worldrec.shipped import depth_weights_of

Floats = NDArray[np.float32]

_LEAST_HEIGHT = 128
"""Pictures are enlarged to it: of half as many pixels the network makes a little less (0.5 to 0.9 dB where the warped
picture shows the place), of a third of the time."""
FAR_M = 500.0
"""What stands for the depth of sky."""
_LOOKED_AT = (-4, -2, -1)  # frames, from the last one back
LOOKED_BACK = 4
"""Frames that are enough."""


class Depths:
    """Depths of the last of some frames, by comparing it with earlier ones and other cameras."""

    def __init__(self, model: NetworkDepth, hash: str) -> None:
        """
        Args:
            model: the network at work.
            hash: of its weights.
        """
        self._model, self.hash = model, hash

    @classmethod
    def from_file(cls, path: Path) -> Depths:
        """
        Raises:
            UserError: the weights cannot be read.
        """
        return cls(NetworkDepth.from_file(path), hash_of(path))

    def of_last(self, images: NDArray[np.uint8], viewpoints: Viewpoints) -> Floats:
        """Depths (V, H / 2, W / 2) in metres along the optical axis; NaN of a lens that is wider than 100°.

        Args:
            images: (T, V, H, W, 3); `LOOKED_BACK` frames are enough.
            viewpoints: of these frames.
        """
        height, width = viewpoints.size
        finer = -(-_LEAST_HEIGHT // height)
        lenses = [camera.resized(finer * width, finer * height) for camera in viewpoints.cameras]
        frames = sorted({max(len(images) + number, 0) for number in _LOOKED_AT})
        views, chosen = list[View](), dict[int, int]()
        for frame in frames:
            for number, lens in enumerate(lenses):
                faces = faces_of(lens)
                if len(faces) > 1:
                    continue
                if frame == len(images) - 1:
                    chosen[number] = len(views)
                picture = cv2.resize(images[frame, number], (lens.width, lens.height), interpolation=cv2.INTER_CUBIC)
                pose, t_ns = viewpoints.world_from_camera[frame, number], int(viewpoints.t_ns[frame, number])
                views.append(view_of(picture, faces[0], pose, stream=str(number), index=frame, t_ns=t_ns))
        found = np.full((len(lenses), height // DEPTH_STRIDE, width // DEPTH_STRIDE), np.nan, np.float32)
        if chosen:
            nothing = [np.full(view.rgb.shape[:2], np.inf, np.float32) for view in views]
            ground_m = float(viewpoints.world_from_ego[len(images) - 1].translation[2])
            estimates = self._model.of(views, nothing, ground_m, list(chosen.values()))
            for number, estimate in zip(chosen, estimates, strict=True):
                depth_m = np.where(estimate.sky, np.float32(FAR_M), estimate.depth_m)
                found[number] = _of_image(depth_m, faces_of(lenses[number])[0], lenses[number], found.shape[1:])
        return found


def shipped_depths() -> Depths | None:
    """Those of the network that is shipped; None if it is not there.

    Raises:
        UserError: its weights are damaged.
    """
    path = depth_weights_of("tiny")
    return _kept(path) if path.is_file() else None


@lru_cache(maxsize=1)
def _kept(path: Path) -> Depths:
    return Depths.from_file(path)


def _of_image(depth_m: Floats, face: Face, lens: Camera, size: Sequence[int]) -> Floats:
    """Depths of an image, as so many rows and columns, from those of the face that shows all of it."""
    rays = face.camera_from_face.inverse().rotate(plane_rays(lens.resized(size[1], size[0])))
    pixels, shown = face.camera.project(rays)
    at = np.nan_to_num(pixels).round().astype(np.intp).clip(0, (face.camera.width - 1, face.camera.height - 1))
    # Points of equal depth along one axis have others along another.
    found = depth_m[at[..., 1], at[..., 0]] / rays[..., 2]
    return np.asarray(np.where(shown, found, np.nan), np.float32)
