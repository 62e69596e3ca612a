"""Compiling the lift before it is needed."""

from __future__ import annotations

import numpy as np

from core.worldrec.lift.kernels import points as kernels


def warm_up() -> None:
    """Compile the kernels of the lift, or load them where an earlier start has compiled them.

    Takes a few seconds the first time on a machine; call it in a thread of its own, after the one of
    `core.splats.warm_up`, whose kernels a lift needs too.
    """
    points = np.zeros((1, 3), np.float32)
    box, centre = np.eye(4), np.eye(4)[:3, 3]
    corners, lens = np.zeros((1, 3)), np.ones(4)
    picture, flags, counts = np.ones((1, 1), np.float32), np.zeros((1, 1), np.bool_), np.zeros(1, np.float32)
    kernels.find_owners(points, box[None], corners, corners, np.zeros(1, np.int64))
    kernels.nearest_depths(points, box, lens, picture)
    kernels.judge_by_picture(points, box, lens, picture, flags, flags, counts, counts)
    kernels.nearest_ranges(points, centre, picture)
    kernels.judge_by_sweep(points, centre, picture, counts, counts)
    kernels.nearest_places(points, corners, counts)
    kernels.finest_pixels(points, box[None], lens[None], np.ones((1, 2)), counts)
