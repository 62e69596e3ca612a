"""What every file goes through on its way in: splats that cannot be drawn are left out, and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files.format import EXPORT_AGAIN, Tell

FARTHEST_M = 1e9
"""Beyond, squares and products of single precision numbers overflow."""
THINNEST_M = 1e-9


def cleaned(cloud: GaussianCloud, path: Path, tell: Tell) -> GaussianCloud:
    """The cloud with unit quaternions and single precision, without splats that cannot be drawn.

    A splat goes when it has a value that is not finite, a scale or a place beyond 10⁹ m, or a rotation of length
    zero. A scale of zero becomes a very thin one: flat splats are written so.

    Raises:
        UserError: most of the splats would go; names the field that spoils the most.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        cloud = _single(cloud)
        lengths = np.linalg.norm(cloud.quaternions, axis=1, keepdims=True)
        faults = {
            "means_m": _some(~(np.abs(cloud.means_m) < FARTHEST_M)),
            "scales_m": _some(~((cloud.scales_m >= 0) & (cloud.scales_m < FARTHEST_M))),
            "quaternions": _some(~((lengths > 1e-6) & (lengths < np.inf))),
            "opacities": _some(~((cloud.opacities >= 0) & (cloud.opacities <= 1))),
            "colours": _some(~np.isfinite(cloud.colours)),
        }
        if cloud.harmonics is not None:
            faults["harmonics"] = _some(~np.isfinite(cloud.harmonics))
        cloud = replace(
            cloud,
            quaternions=(cloud.quaternions / np.where(lengths > 1e-6, lengths, 1)).astype(np.float32),
            scales_m=np.maximum(cloud.scales_m, np.float32(THINNEST_M)),
        )
    wrong = np.any(list(faults.values()), axis=0)
    count = int(wrong.sum())
    if count == 0:
        return cloud
    worst = max(faults, key=lambda name: int(faults[name].sum()))
    if 2 * count > len(cloud):
        raise UserError(
            f"{count} of {len(cloud)} splats cannot be drawn: values that are not finite, or rotations of length zero",
            path=path,
            field=worst,
            remedy=EXPORT_AGAIN,
        )
    tell(f"{count} of {len(cloud)} splats of {path.name} cannot be drawn and are left out, most for their {worst}.")
    return cloud[~wrong]


def _single(cloud: GaussianCloud) -> GaussianCloud:
    names = ("means_m", "quaternions", "scales_m", "opacities", "colours", "harmonics")
    values: dict[str, Any] = {name: getattr(cloud, name) for name in names}
    return replace(cloud, **{name: value.astype(np.float32) for name, value in values.items() if value is not None})


def _some(wrong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(wrong.any(axis=tuple(range(1, wrong.ndim))))
