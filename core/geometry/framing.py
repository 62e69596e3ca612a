"""Lenses that see a wider or narrower angle, or make pictures of another size, and are otherwise the same."""

from __future__ import annotations

import numpy as np

from core.geometry.camera import Camera
from core.geometry.lenses import camera_from_dict

NARROWEST_RAD, WIDEST_RAD = np.radians(5.0), np.radians(170.0)
_LEAST, _MOST = 0.02, 50.0  # times the focal length, between which an angle is looked for


def field_of_view(camera: Camera) -> float:
    """The horizontal angle (rad) between the outer borders of the middle row, through the true lens; NaN where it sees
    nothing there."""
    middle = (camera.height - 1) / 2
    rays, valid = camera.unproject([[-0.5, middle], [camera.width - 0.5, middle]])
    if not np.all(valid):
        return float("nan")
    unit = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    angles = np.arctan2(unit[:, 0], unit[:, 2])
    return float(angles[1] - angles[0])


def with_field_of_view(camera: Camera, angle_rad: float) -> Camera:
    """The same lens with another focal length.

    Raises:
        ValueError: the model has no focal length, or cannot see that angle.
    """
    values = camera.to_dict()
    if "fx" not in values:
        raise ValueError("the model of this lens has no focal length")
    low, high = _LEAST, _MOST
    for _ in range(60):
        factor = float(np.sqrt(low * high))
        seen = field_of_view(_zoomed(camera, factor))
        # A lens that bends too far to see its own border is too wide.
        low, high = (low, factor) if seen < angle_rad else (factor, high)
    found = _zoomed(camera, float(np.sqrt(low * high)))
    if not abs(field_of_view(found) - angle_rad) < 1e-3:
        raise ValueError("this lens cannot see that angle")
    return found


def with_size(camera: Camera, width_px: int, height_px: int) -> Camera:
    """The same lens and horizontal angle on another picture; more height shows more above and below.

    Raises:
        ValueError: the model has no focal length.
    """
    values = camera.to_dict()
    if "fx" not in values:
        raise ValueError("the model of this lens has no focal length")
    ratio = width_px / camera.width
    values |= {"width": width_px, "height": height_px, "fx": values["fx"] * ratio, "fy": values["fy"] * ratio}
    values["cx"] = (values["cx"] + 0.5) * ratio - 0.5
    values["cy"] = (values["cy"] + 0.5 - camera.height / 2) * ratio + height_px / 2 - 0.5
    return camera_from_dict(values)


def _zoomed(camera: Camera, factor: float) -> Camera:
    values = camera.to_dict()
    return camera_from_dict(values | {"fx": values["fx"] * factor, "fy": values["fy"] * factor})
