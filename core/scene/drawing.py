"""What a scene looks like: its splats over its sky, as a camera records them."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Camera, Pose
from core.scene.exposure import NEUTRAL, Exposure
from core.scene.scene import Scene
from core.scene.sky import Sky, dome_pixels
from core.splats import GaussianCloud
from core.splats.rasteriser import SplatImage, rasterise
from core.splats.tensor_pictures import cuda_rasteriser
from core.splats.through_lens import Rasterise, render_through

_MOST_FINER = 4
_TINY = np.float32(1e-9)


@cache
def rasteriser() -> Rasterise:
    """Who draws here: gsplat where it can, else the compiled kernels."""
    return cuda_rasteriser() or rasterise


def fineness(scene: Scene, name: str, camera: Camera) -> int:
    """How many times finer than a picture its splats are to be drawn.

    Rasterisers widen each splat by a share of a pixel, and reconstruction counts on it: splats are as fat as the images
    need that they are made of. In a smaller picture the same share hides more of what is behind.

    Args:
        scene: that was made of a rig's images.
        name: of the rig's camera whose picture this is, or which it is most like.
        camera: the picture's.
    """
    made_px_per_rad = scene.px_per_rad.get(name, max(scene.px_per_rad.values(), default=0.0))
    return int(np.clip(np.rint(np.nan_to_num(made_px_per_rad / camera.px_per_rad)), 1, _MOST_FINER))


def drawn_through(
    camera: Camera,
    world_from_camera: Pose,
    cloud: GaussianCloud,
    *,
    finer: int = 1,
    features: ArrayLike | None = None,
    threads: int | None = None,
) -> SplatImage:
    """What a camera sees of a cloud, drawn so many times finer and averaged; depths as they are blended.

    Args as `render_through`.
    """
    lens = camera.resized(finer * camera.width, finer * camera.height)
    image = render_through(lens, world_from_camera, cloud, features=features, threads=threads, draw=rasteriser())
    if finer == 1:
        return image

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(values, (camera.width, camera.height), interpolation=cv2.INTER_AREA), np.float32)

    alpha = mean(image.alpha)
    depth_m = mean(image.depth_m * image.alpha) / alpha.clip(_TINY)
    shown = None if image.features is None else mean(image.features).reshape(*alpha.shape, image.features.shape[2])
    return SplatImage(mean(image.rgb), depth_m, alpha, shown)


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
