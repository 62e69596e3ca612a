"""The pictures that a scene is held against."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.logs import DrivingLog
from core.worldrec.lift.views import View, spread, usable_images, views_of

logger = logging.getLogger(__name__)

MOST_PICTURES = 480


@dataclass(frozen=True, eq=False)
class Picture:
    """A recorded image as a pinhole without distortion took it."""

    stream: str
    t_ns: int
    width: int
    height: int
    rgb: Tensor  # [3, H, W] uint8
    valid: Tensor  # [1, H, W] float, 1 where the lens saw something
    directions: NDArray[np.float32]  # (H, W, 3) in the world
    eye_m: NDArray[np.float64]  # (3,)
    camera_from_world: Tensor  # [4, 4]
    intrinsics: Tensor  # [3, 3]

    @property
    def target(self) -> Tensor:
        """RGB [3, H, W] in [0, 1]."""
        return self.rgb.float() / 255

    @classmethod
    def of(cls, view: View) -> Picture:
        rgb = torch.from_numpy((view.rgb * 255 + 0.5).astype(np.uint8)).movedim(-1, 0).contiguous()
        valid = torch.from_numpy(view.valid.astype(np.float32))[None]
        pose = torch.from_numpy(view.camera_from_world.astype(np.float32))
        lens = torch.from_numpy(view.intrinsics.astype(np.float32))
        size = view.camera.width, view.camera.height
        return cls(view.stream, view.t_ns, *size, rgb, valid, view.directions, view.centre_m, pose, lens)


def training_pictures(
    log: DrivingLog, window_ns: tuple[int, int], cameras: Sequence[str] | None, hold_out: int
) -> list[Picture]:
    """The images of the chosen cameras within a window, evenly spread where there are too many.

    Of every `hold_out` images the last is never looked at. One that cannot be read counts as missing.

    Raises:
        UserError: no image can be read.
    """
    found: list[Picture] = []
    unreadable: list[UserError] = []
    chosen = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    for stream in chosen:
        for index in spread(usable_images(stream, window_ns, hold_out), MOST_PICTURES // max(len(chosen), 1)):
            try:
                found += [Picture.of(view) for view in views_of(stream, index)]
            except UserError as error:
                logger.warning("an image is left out of the refinement: %s", error)
                unreadable.append(error)
    if unreadable and not found:
        raise unreadable[0]
    return found
