"""Compiling the rasteriser before it is needed."""

from __future__ import annotations

import numpy as np

from core.splats.rasteriser import rasterise, rasterise_backward
from core.splats.sorting import back_to_front


def warm_up() -> None:
    """Compile everything that draws splats, or load it where an earlier start has compiled it.

    Takes some ten seconds the first time on a machine and well below one later; call it in a thread of its own.
    """
    means = np.array([[0.0, 0.0, 1.0]], np.float32)
    splats = means, np.ones((1, 4)), np.full((1, 3), 0.1), np.full(1, 0.5), np.ones((1, 3))
    camera = np.eye(4), np.array([[20.0, 0.0, 8.0], [0.0, 20.0, 8.0], [0.0, 0.0, 1.0]])
    image = rasterise(*splats, *camera, 17, 17, features=np.ones((1, 1)), threads=1)
    rasterise_backward(image, np.ones_like(image.rgb))
    back_to_front(means, np.eye(4))
