"""The order in which a graphics card draws splats."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.splats.kernels.ordering import order_back_to_front
from core.splats.tile_lists import as_kernel_array


def back_to_front(means_m: ArrayLike, camera_from_world: ArrayLike) -> NDArray[np.uint32]:
    """Indices (n,) of splats, farthest along the optical axis first, those behind the camera last.

    A counting sort with keys of 16 bits that leaves the interpreter free. Keys are the leading bits of the depth as
    a float, so that order is finer near the camera: depths that differ by more than 0.25 per mille are never confused
    while the farthest splat is at most 4000 times as far as the nearest. NaN counts as behind.

    Args:
        means_m: (n, 3) in the world; float32, contiguous and writable, or it is copied.
        camera_from_world: (4, 4); x right, y down, z forward.
    """
    row = np.asarray(camera_from_world, dtype=np.float64)[2].astype(np.float32)
    return order_back_to_front(as_kernel_array(means_m).reshape(-1, 3), row)
