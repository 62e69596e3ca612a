"""The pictures that a scene is held against."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.logs import CameraStream, DrivingLog
from core.worldrec.lift.views import View, spread, usable_images, views_of

logger = logging.getLogger(__name__)

MOST_IMAGES = 240
"""Of all cameras together: they take up to 230 MB."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A recorded image, or a part of it, as a pinhole without distortion took it."""

    stream: str  # name of the camera
    t_ns: int
    width: int
    height: int
    rgb: Tensor  # [3, H, W] uint8
    valid: Tensor  # [1, H, W] bool, where the lens saw something
    directions: NDArray[np.float32]  # (H, W, 3) in the world
    eye_m: NDArray[np.float64]  # (3,) in the world
    camera_from_world: Tensor  # [4, 4]
    intrinsics: Tensor  # [3, 3]

    @property
    def target(self) -> Tensor:
        """RGB [3, H, W] in [0, 1]."""
        return self.rgb.float() / 255

    @classmethod
    def of(cls, view: View, device: torch.device) -> Picture:
        rgb = np.ascontiguousarray(np.moveaxis((view.rgb * 255 + 0.5).astype(np.uint8), -1, 0))
        matrices = view.camera_from_world.astype(np.float32), view.intrinsics.astype(np.float32)
        pose, lens = (torch.from_numpy(matrix).to(device) for matrix in matrices)
        size = view.camera.width, view.camera.height
        shown = torch.from_numpy(rgb).to(device), torch.from_numpy(view.valid.copy())[None].to(device)
        return cls(view.stream, view.t_ns, *size, *shown, view.directions, view.centre_m, pose, lens)


def usable(
    log: DrivingLog, window_ns: tuple[int, int], cameras: Sequence[str] | None, hold_out: int, most: int
) -> list[tuple[CameraStream, int]]:
    """Images of the chosen cameras within a window, evenly spread where there are more than `most` of all together.

    Of every `hold_out` images the last is left out.
    """
    chosen = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    each = max(most // max(len(chosen), 1), 2)
    return [(stream, index) for stream in chosen for index in spread(usable_images(stream, window_ns, hold_out), each)]


def read(
    images: Sequence[tuple[CameraStream, int]], device: torch.device, told: Callable[[float], bool]
) -> list[Picture]:
    """All images as pictures; one that cannot be read counts as missing.

    Args:
        images: streams and indices in them.
        device: where the pictures go.
        told: given the share that is read; reading ends early where it answers False.

    Raises:
        UserError: no image can be read.
    """
    found: list[Picture] = []
    unreadable: list[UserError] = []
    for i, (stream, index) in enumerate(images):
        if not told(i / len(images)):
            break
        try:
            found += [Picture.of(view, device) for view in views_of(stream, index)]
        except UserError as error:
            logger.warning("an image is left out of the refinement: %s", error)
            unreadable.append(error)
    if unreadable and not found:
        raise unreadable[0]
    return found
