"""Draw views of a scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.engine.context import JobContext, Outcome
from core.engine.messages import Arrays
from core.engine.requests import Channel, RenderRequest, RenderResult, View, ViewSize
from core.errors import UserError
from core.geometry import Camera, Pose, camera_from_dict
from core.scene import Sky
from core.scene.drawing import drawn_through, fineness, over_sky
from core.scene.exposure import NEUTRAL, Exposure
from core.splats import GaussianCloud

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
            composed[view.t_s],
            scene.sky,
            camera,
            pose,
            request.channels,
            exposure=exposure,
            finer=fineness(scene, view.rig_camera, camera),
            threads=context.threads,
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
    finer: int = 1,
    threads: int | None = None,
) -> dict[Channel, NDArray[np.generic]]:
    """The wanted channels of one view, as `RenderResult` describes them."""
    image = drawn_through(camera, world_from_camera, cloud, finer=finer, threads=threads)
    made: dict[Channel, NDArray[np.generic]] = {}
    for channel in channels:
        match channel:
            case "rgb":
                made[channel] = over_sky(image, sky, camera, world_from_camera, exposure)
            case "depth_m":
                made[channel] = image.depth_m
            case "alpha":
                made[channel] = image.alpha
    return made


def _checked(view: View) -> Camera:
    camera = camera_from_dict(view.camera)
    if max(camera.width, camera.height) > MOST_SIDE_PX:
        size = f"{camera.width}×{camera.height}"
        raise UserError(
            f"A view of {size} pixels is too large", field=view.name, remedy=f"At most {MOST_SIDE_PX} a side."
        )
    return camera
