"""What a scene looks like: its splats over its sky, as a camera records them."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera, Pose
from core.scene.exposure import NEUTRAL, Exposure
from core.scene.sky import Sky, dome_pixels
from core.splats.rasteriser import SplatImage, rasterise
from core.splats.tensor_pictures import cuda_rasteriser
from core.splats.through_lens import Rasterise


@cache
def rasteriser() -> Rasterise:
    """Who draws here: gsplat where it can, else the compiled kernels."""
    return cuda_rasteriser() or rasterise


def over_sky(
    image: SplatImage, sky: Sky, camera: Camera, world_from_camera: Pose, exposure: Exposure = NEUTRAL
) -> NDArray[np.uint8]:
    """The picture (height, width, 3) that a camera records of splats in front of a sky."""
    rays, valid = _rays(camera)
    directions = rays @ world_from_camera.rotation.T.astype(np.float32)
    row, column = dome_pixels(directions, *sky.dome.shape[:2])
    around = np.pad(sky.dome, ((0, 0), (1, 1), (0, 0)), mode="wrap")
    # The same as `Sky.colours` to a thirtieth of the dome's pixels, and twenty times faster.
    behind = cv2.remap(around, column + 1, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    whole = image.rgb + (valid * (1 - image.alpha))[..., None] * behind
    if exposure != NEUTRAL:
        whole = valid[..., None] * exposure.recorded(whole)
    return (whole.clip(0.0, 1.0) * 255 + 0.5).astype(np.uint8)


@lru_cache(maxsize=16)
def _rays(camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Directions (height, width, 3), zero where the lens sees nothing, and where it sees."""
    rays, valid = camera.pixel_rays()
    return np.where(valid[..., None], rays, 0.0).astype(np.float32), valid
