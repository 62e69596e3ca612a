"""Colours from the pixels that splats cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.scene import Sky
from core.splats import GaussianCloud
from core.splats.gathering import gathered
from core.splats.rasteriser import RasterImage, rasterise
from core.worldrec.lift.composing import Assembly
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]

UNSEEN = 0.05
"""Splats that cover less of all pixels together have no colour of their own."""


def painted(
    colours: Floats,
    views: Sequence[View],
    assembly: Assembly,
    sky: Sky,
    *,
    rounds: int,
    tell: Callable[[float], None],
    show: Callable[[Floats], None] = lambda colours: None,
) -> tuple[Floats, Floats]:
    """Colours (n, 3) of all splats, and how many pixels each covers in all views (n,).

    First each splat gets the mean of its pixels, weighted as they are blended; then, `rounds` times, the mean of what
    the picture still lacks there is added (a simultaneous algebraic reconstruction, Andersen and Kak, 1984). `show` is
    given the colours (n, 3) after each round but the last.
    """
    covered = np.zeros(len(colours), np.float32)
    for done in range(rounds + 1):
        sums = np.zeros((len(colours), 4), np.float32)
        for i, view in enumerate(views):
            cloud, index = assembly.at(view.t_ns)
            cloud = replace(cloud, colours=colours[index])
            image = draw(cloud, view)
            behind = (1 - image.alpha)[..., None] * sky.colours(view.directions)
            target = view.rgb if done == 0 else view.rgb - image.rgb - behind
            sums[index] += gathered(image, target, view.valid.astype(np.float32))
            tell((done * len(views) + i) / ((rounds + 1) * len(views)))
        covered = sums[:, 3]
        mean = sums[:, :3] / np.maximum(covered, 1e-6)[:, None]
        seen = covered > UNSEEN
        colours = np.where(seen[:, None], mean if done == 0 else colours + mean, colours)
        if done < rounds:
            show(colours.clip(0.0, 1.0).astype(np.float32))
    return colours.clip(0.0, 1.0).astype(np.float32), covered


def draw(cloud: GaussianCloud, view: View) -> RasterImage:
    shapes = cloud.means_m, cloud.quaternions, cloud.scales_m, cloud.opacities, cloud.colours
    return rasterise(*shapes, view.camera_from_world, view.intrinsics, view.camera.width, view.camera.height)
