"""Which sides of an actor were ever seen, and how finely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]

AZIMUTHS = 16
"""Patches around an actor, counter-clockwise; the first begins straight ahead."""
BANDS = ("underside", "lower", "upper", "top")
"""Patches from below to above: rows of `Coverage.px_per_m`."""
LEAST_PX_PER_M = 5.0
"""What is seen more coarsely counts as not seen: a car is ten pixels wide."""

SIDES: dict[str, tuple[slice, NDArray[np.int64]]] = {
    "front": (slice(1, 3), np.array([14, 15, 0, 1])),
    "left": (slice(1, 3), np.arange(2, 6)),
    "back": (slice(1, 3), np.arange(6, 10)),
    "right": (slice(1, 3), np.arange(10, 14)),
    "top": (slice(3, 4), np.arange(AZIMUTHS)),
}
"""Name of a side → its rows and columns of `Coverage.px_per_m`. Nobody sees an underside, so it is no side."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """How finely each patch of an actor's box was seen by the cameras of its log.

    The box is cut into patches: bands of height, and azimuths about its middle. Places on it are given as shares of
    its half sizes, (1, 0, 0) the middle of the front, (0, 1, 0) that of the left side, so that every box has its
    corners between patches.
    """

    px_per_m: Floats  # (bands, azimuths) pixels per metre of surface in the best view; 0 where never seen

    @property
    def seen_patches(self) -> NDArray[np.bool_]:
        """Which patches (bands, azimuths) were seen well enough to count."""
        return self.px_per_m >= LEAST_PX_PER_M

    @property
    def share(self) -> float:
        """Share of the surface that was seen, 0 to 1; the underside does not count."""
        return float(self.seen_patches[1:].mean())

    @property
    def side_shares(self) -> dict[str, float]:
        """Side → share of it that was seen."""
        seen = self.seen_patches
        return {name: float(seen[rows, columns].mean()) for name, (rows, columns) in SIDES.items()}

    @property
    def side_px_per_m(self) -> dict[str, float]:
        """Side → pixels per metre in the middle of what was seen of it; 0 for one never seen."""
        found = {name: self.px_per_m[rows, columns] for name, (rows, columns) in SIDES.items()}
        return {
            name: float(np.median(values[values >= LEAST_PX_PER_M])) if (values >= LEAST_PX_PER_M).any() else 0.0
            for name, values in found.items()
        }

    def seen(self, direction: ArrayLike) -> bool:
        """Whether the patch in a direction (3,) from the box's middle, in shares of its half sizes, was seen."""
        return bool(self.seen_patches[patch_of(direction)])

    @classmethod
    def nothing(cls) -> Coverage:
        return cls(np.zeros((len(BANDS), AZIMUTHS), np.float32))


def seen_shares(coverages: Sequence[Coverage], places_m: ArrayLike, sizes_m: ArrayLike) -> NDArray[np.float64]:
    """Share (k,) of what a camera would see of actors that was seen before.

    Args:
        coverages: of the actors (k).
        places_m: (k, 3) where the camera is, in the frames of their boxes.
        sizes_m: (k, 3) length, width, height of the boxes.

    Returns:
        Shares of the surface that faces the place, weighted by how large it looks from there; 1 from inside.
    """
    points, normals, areas = surface(sizes_m)
    towards = np.asarray(places_m, dtype=np.float64)[:, None, None, None] - points
    away = np.sqrt((towards**2).sum(-1))
    facing = np.maximum((towards * normals).sum(-1), 0.0) / np.maximum(away, 1e-6) ** 3 * areas
    facing[:, 0] = 0.0
    seen = np.array([one.seen_patches for one in coverages]).reshape(-1, len(BANDS), AZIMUTHS)
    total = facing.sum((1, 2, 3))
    return np.where(total > 0, (facing.sum(-1) * seen).sum((1, 2)) / np.where(total > 0, total, 1.0), 1.0)


def patch_of(direction: ArrayLike) -> tuple[int, int]:
    """Band and azimuth of the patch in a direction (3,) from the box's middle, in shares of its half sizes."""
    x, y, z = np.asarray(direction, dtype=np.float64)
    around = max(abs(x), abs(y))
    band = (3 if z > 0 else 0) if abs(z) > around else (2 if z > 0 else 1)
    azimuth = int(np.arctan2(y, x) / (2 * np.pi) % 1.0 * AZIMUTHS)
    return band, min(azimuth, AZIMUTHS - 1)


def surface(size_m: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Four points on each patch of boxes (..., 3): their places (..., bands, azimuths, 4, 3), the outward normals there
    (bands, azimuths, 4, 3), the same for all, and areas (..., bands, azimuths, 4).

    In the frame of the box, metres and square metres.
    """
    shares, normals = _patches()
    half = np.asarray(size_m, dtype=np.float64) / 2
    x, y, z = np.moveaxis(half, -1, 0)[..., None]
    # A face at the side has 8 patches, one above or below 16.
    sideways = np.where(np.abs(normals[1, :, 0, 0]) > 0, y * z, x * z) / 8
    level = np.broadcast_to(x * y / 16, sideways.shape)
    areas = np.repeat(np.stack([level, sideways, sideways, level], -2)[..., None], 4, -1)
    return shares * half[..., None, None, None, :], normals, areas


@cache
def _patches() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (bands, azimuths, 4, 3) in shares of the half sizes, and the outward normals there."""
    turns = 2 * np.pi * (np.arange(AZIMUTHS)[:, None] + np.array([0.3, 0.7, 0.3, 0.7])) / AZIMUTHS
    around = np.stack([np.cos(turns), np.sin(turns)], -1)
    rim = around / np.abs(around).max(-1, keepdims=True)
    outwards = np.where(np.abs(rim) == 1.0, rim, 0.0)
    level = rim * np.array([0.5, 0.5, 0.85, 0.85])[:, None]
    heights = np.array([[-1, -1, -1, -1], [-0.75, -0.75, -0.25, -0.25], [0.25, 0.25, 0.75, 0.75], [1, 1, 1, 1]])
    points, normals = np.zeros((2, len(BANDS), AZIMUTHS, 4, 3))
    points[..., :2] = np.stack([level, rim, rim, level])
    points[..., 2] = heights[:, None]
    normals[1:3, ..., :2] = outwards
    normals[0, ..., 2], normals[3, ..., 2] = -1.0, 1.0
    return points, normals
