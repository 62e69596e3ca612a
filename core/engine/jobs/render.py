"""Draw views of a scene."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.engine.context import JobContext, Outcome
from core.engine.messages import Arrays
from core.engine.requests import Channel, RenderRequest, RenderResult, View, ViewSize
from core.errors import UserError
from core.geometry import Camera, Pose, camera_from_dict
from core.scene import Sky
from core.scene.exposure import NEUTRAL, Exposure
from core.scene.sky import dome_pixels
from core.splats import GaussianCloud
from core.splats.rasteriser import rasterise
from core.splats.tensor_pictures import cuda_rasteriser
from core.splats.through_lens import Rasterise, render_through

REQUEST = RenderRequest
MOST_SIDE_PX = 8192


def run(request: RenderRequest, context: JobContext) -> Outcome:
    """
    Raises:
        UserError: the scene is not held, or a view is none.
        JobCancelledError: from the context.
    """
    scene = context.scenes.get(request.scene_id)
    lenses = [_checked(view) for view in request.views]
    arrays: Arrays = {}
    composed: dict[float, GaussianCloud] = {}
    for done, (view, camera) in enumerate(zip(request.views, lenses, strict=True)):
        context.progress(done / len(lenses), view.name)
        if view.t_s not in composed:
            composed = {view.t_s: scene.at(view.t_s)}
        pose = Pose(np.array(view.world_from_camera))
        exposure = scene.exposures.get(view.rig_camera, NEUTRAL)
        drawn = draw(
            composed[view.t_s], scene.sky, camera, pose, request.channels, exposure=exposure, threads=context.threads
        )
        arrays |= {f"{view.name}/{channel}": array for channel, array in drawn.items()}
    context.check()
    sizes = tuple(
        ViewSize(name=view.name, width=camera.width, height=camera.height)
        for view, camera in zip(request.views, lenses, strict=True)
    )
    return Outcome(RenderResult(scene_id=request.scene_id, views=sizes), arrays)


def draw(
    cloud: GaussianCloud,
    sky: Sky,
    camera: Camera,
    world_from_camera: Pose,
    channels: tuple[Channel, ...],
    *,
    exposure: Exposure = NEUTRAL,
    threads: int | None = None,
) -> dict[Channel, NDArray[np.generic]]:
    """The wanted channels of one view, as `RenderResult` describes them."""
    image = render_through(camera, world_from_camera, cloud, threads=threads, draw=rasteriser())
    made: dict[Channel, NDArray[np.generic]] = {}
    for channel in channels:
        match channel:
            case "rgb":
                made[channel] = _over_sky(image.rgb, image.alpha, sky, camera, world_from_camera, exposure)
            case "depth_m":
                made[channel] = image.depth_m
            case "alpha":
                made[channel] = image.alpha
    return made


@cache
def rasteriser() -> Rasterise:
    """Who draws here: gsplat where it can, else the compiled kernels."""
    return cuda_rasteriser() or rasterise


def _over_sky(
    rgb: NDArray[np.float32],
    alpha: NDArray[np.float32],
    sky: Sky,
    camera: Camera,
    world_from_camera: Pose,
    exposure: Exposure,
) -> NDArray[np.uint8]:
    rays, valid = _rays(camera)
    directions = rays @ world_from_camera.rotation.T.astype(np.float32)
    row, column = dome_pixels(directions, *sky.dome.shape[:2])
    around = np.pad(sky.dome, ((0, 0), (1, 1), (0, 0)), mode="wrap")
    # The same as `Sky.colours` to a thirtieth of the dome's pixels, and twenty times faster.
    behind = cv2.remap(around, column + 1, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    whole = rgb + (valid * (1 - alpha))[..., None] * behind
    if exposure != NEUTRAL:
        whole = valid[..., None] * exposure.recorded(whole)
    return (whole.clip(0.0, 1.0) * 255 + 0.5).astype(np.uint8)


@lru_cache(maxsize=16)
def _rays(camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Directions (height, width, 3), zero where the lens sees nothing, and where it sees."""
    rays, valid = camera.pixel_rays()
    return np.where(valid[..., None], rays, 0.0).astype(np.float32), valid


def _checked(view: View) -> Camera:
    camera = camera_from_dict(view.camera)
    if max(camera.width, camera.height) > MOST_SIDE_PX:
        size = f"{camera.width}×{camera.height}"
        raise UserError(
            f"A view of {size} pixels is too large", field=view.name, remedy=f"At most {MOST_SIDE_PX} a side."
        )
    return camera
