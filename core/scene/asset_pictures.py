"""What an asset looks like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, PinholeCamera, Pose
from core.scene.assets import Asset
from core.splats.rasteriser import rasterise_cloud

_FROM = np.array([0.85, 0.62, 0.42])  # from before, left and above
_DISTANCE = 2.0  # in diagonals of the box
_FILLED = 0.92  # of the picture, by the box


def asset_picture(asset: Asset, width: int, height: int, *, threads: int | None = None) -> NDArray[np.uint8]:
    """The asset from before it and a little above: (height, width, 4) RGB and opacity, not premultiplied."""
    cloud = asset.cloud[asset.cloud.opacities > 0]
    away = _FROM / np.linalg.norm(_FROM)
    right = np.cross(-away, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    place = away * float(np.linalg.norm(asset.size_m)) * _DISTANCE
    pose = Pose.from_rotation(np.column_stack([right, np.cross(-away, right), -away]), place)
    x, y, z = pose.inverse().apply(Box(Pose.identity(), asset.size_m).corners()).T
    across, down = x / z, y / z
    focal = _FILLED * min(width / np.ptp(across), height / np.ptp(down))
    middle = (across.max() + across.min()) / 2, (down.max() + down.min()) / 2
    centre = (width - 1) / 2 - focal * middle[0], (height - 1) / 2 - focal * middle[1]
    image = rasterise_cloud(cloud, PinholeCamera(width, height, focal, focal, *centre), pose, threads=threads)
    alpha = image.alpha[..., None]
    rgb = np.divide(image.rgb, alpha, out=np.zeros_like(image.rgb), where=alpha > 1e-3)
    return (np.concatenate([rgb, alpha], axis=-1).clip(0.0, 1.0) * 255 + 0.5).astype(np.uint8)
