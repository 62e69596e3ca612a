"""Compiling the rasteriser before it is needed."""

from __future__ import annotations

import numpy as np

from core.geometry import PinholeCamera, Pose
from core.splats.cloud import GaussianCloud
from core.splats.gathering import gathered
from core.splats.rasteriser import rasterise_backward, rasterise_cloud
from core.splats.sorting import back_to_front
from core.splats.through_lens import render_through


def warm_up() -> None:
    """Compile everything that draws splats, or load it where an earlier start has compiled it.

    Takes some ten seconds the first time on a machine and well below one later; call it in a thread of its own.
    """
    one = GaussianCloud(
        means_m=np.array([[0, 0, 1]], np.float32),
        quaternions=np.array([[1, 0, 0, 0]], np.float32),
        scales_m=np.full((1, 3), 0.1, np.float32),
        opacities=np.ones(1, np.float32),
        colours=np.ones((1, 3), np.float32),
    )
    image = rasterise_cloud(one, PinholeCamera(17, 17, 20.0, 20.0, 8.0, 8.0), Pose.identity(), threads=1)
    rasterise_backward(image, np.ones_like(image.rgb))
    gathered(image, image.rgb, image.alpha)
    bent = PinholeCamera(17, 17, 20.0, 20.0, 8.0, 8.0, (0.1, 0.0, 0.0, 0.0))
    render_through(bent, Pose.identity(), one, threads=1)
    back_to_front(one.means_m, np.eye(4))
