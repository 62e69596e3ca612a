"""What a scene shows where a plan looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.scene import Scene
from core.scene.drawing import over_sky, rasteriser
from core.scene.exposure import NEUTRAL
from core.splats import GaussianCloud
from core.splats.through_lens import render_through
from core.worldgen.conditions.viewpoints import Viewpoints


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures of `T` frames of `V` cameras."""

    rgb: NDArray[np.uint8]  # (T, V, H, W, 3) splats over the sky, exposed as each camera does
    depth_m: NDArray[np.float32]  # (T, V, H, W) along the optical axis, 0 where nothing is
    alpha: NDArray[np.float32]  # (T, V, H, W) share of the light that splats stop


def drawn_of(
    scene: Scene,
    names: Sequence[str],
    viewpoints: Viewpoints,
    *,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Drawn:
    """Draw a scene, after all edits, at each viewpoint.

    Args:
        scene: to be drawn.
        names: of the cameras, by which the scene knows their exposures.
        viewpoints: times and poses in the scene's clock and world.
        threads: how many share the work; all usable cores if None.
        between: called before each picture; may raise to end.
    """
    shape = *viewpoints.t_ns.shape, *viewpoints.size
    rgb, depth_m, alpha = np.empty((*shape, 3), np.uint8), np.empty(shape, np.float32), np.empty(shape, np.float32)
    for frame, times in enumerate(viewpoints.t_ns.tolist()):
        clouds: dict[int, GaussianCloud] = {}
        for view, (name, camera, t_ns) in enumerate(zip(names, viewpoints.cameras, times, strict=True)):
            between()
            if t_ns not in clouds:
                clouds[t_ns] = scene.at((t_ns - scene.start_ns) * 1e-9)
            pose = viewpoints.world_from_camera[frame, view]
            image = render_through(camera, pose, clouds[t_ns], threads=threads, draw=rasteriser())
            exposure = scene.exposures.get(name, NEUTRAL)
            rgb[frame, view] = over_sky(image, scene.sky, camera, pose, exposure)
            depth_m[frame, view], alpha[frame, view] = image.depth_m, image.alpha
    return Drawn(rgb, depth_m, alpha)
