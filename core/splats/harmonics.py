"""Real spherical harmonics as the splat files use them, degree 1 to 4.

Order within a band is m = -l … l, signs carry the Condon-Shortley phase, so band 1 is (-y, z, -x) times a constant:
the convention of "3D Gaussian Splatting for Real-Time Radiance Field Rendering" (Kerbl et al. 2023), after
"Efficient Spherical Harmonic Evaluation" (Sloan, JCGT 2013). Band 0 lives in the colour of a cloud.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONSTANT = 0.28209479177387814
"""The value of band 0, 1 / (2√π): colour = 0.5 + CONSTANT · coefficient."""
MAX_DEGREE = 4
COUNTS = (0, 3, 8, 15, 24)
"""Coefficients of bands 1 … degree, by degree."""


def degree_of(count: int) -> int:
    """The degree that has `count` coefficients after band 0; ValueError where none has."""
    return COUNTS.index(count)


def harmonic_basis(directions: ArrayLike, degree: int) -> NDArray[Any]:
    """Values (..., k) of bands 1 … degree along unit directions (..., 3)."""
    directions = np.asarray(directions)
    x, y, z = np.moveaxis(directions, -1, 0)
    xx, yy, zz, xy = x * x, y * y, z * z, x * y
    values = []
    if degree >= 1:
        values += [-0.4886025119029199 * y, 0.4886025119029199 * z, -0.4886025119029199 * x]
    if degree >= 2:
        values += [
            1.0925484305920792 * xy,
            -1.0925484305920792 * y * z,
            0.31539156525252005 * (2 * zz - xx - yy),
            -1.0925484305920792 * x * z,
            0.5462742152960396 * (xx - yy),
        ]
    if degree >= 3:
        values += [
            -0.5900435899266435 * y * (3 * xx - yy),
            2.890611442640554 * xy * z,
            -0.4570457994644658 * y * (4 * zz - xx - yy),
            0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy),
            -0.4570457994644658 * x * (4 * zz - xx - yy),
            1.445305721320277 * z * (xx - yy),
            -0.5900435899266435 * x * (xx - 3 * yy),
        ]
    if degree >= 4:
        values += [
            2.5033429417967046 * xy * (xx - yy),
            -1.7701307697799304 * y * z * (3 * xx - yy),
            0.9461746957575601 * xy * (7 * zz - 1),
            -0.6690465435572892 * y * z * (7 * zz - 3),
            0.10578554691520431 * (35 * zz * zz - 30 * zz + 3),
            -0.6690465435572892 * x * z * (7 * zz - 3),
            0.47308734787878004 * (xx - yy) * (7 * zz - 1),
            -1.7701307697799304 * x * z * (xx - 3 * yy),
            0.6258357354491761 * (xx * (xx - 3 * yy) - yy * (3 * xx - yy)),
        ]
    return np.stack(values, -1) if values else np.zeros((*directions.shape[:-1], 0), directions.dtype)


def harmonic_colours(harmonics: NDArray[Any], directions: ArrayLike) -> NDArray[Any]:
    """RGB (n, 3) that harmonics (n, k, 3) add to the colours of splats seen along unit directions (n, 3) or (3,).

    A direction runs from the camera to the splat, in the frame of the means.
    """
    basis = harmonic_basis(np.asarray(directions, harmonics.dtype), degree_of(harmonics.shape[1]))
    return np.einsum("...k,...kc->...c", basis, harmonics)


def rotated_harmonics(harmonics: NDArray[Any], rotation: ArrayLike) -> NDArray[Any]:
    """Harmonics (n, k, 3) of splats that were turned by `rotation` (3, 3), which may mirror.

    The colour along `rotation @ d` afterwards is the colour along d before, to rounding.
    """
    count, coefficients, channels = harmonics.shape
    turn = harmonic_rotation(rotation, degree_of(coefficients))
    each_channel = np.kron(turn, np.eye(channels)).astype(harmonics.dtype)
    return (harmonics.reshape(count, coefficients * channels) @ each_channel.T).reshape(harmonics.shape)


def harmonic_rotation(rotation: ArrayLike, degree: int) -> NDArray[np.float64]:
    """The matrix (k, k) that turns coefficients of bands 1 … degree.

    A rotation maps every band onto itself (Ivanic and Ruedenberg, J. Phys. Chem. 1996), so the matrix of a band is
    what makes basis(R d) · new = basis(d) · old hold over a fixed set of directions; least squares solves it exactly.
    """
    directions = _directions()
    before = harmonic_basis(directions, degree)
    after = harmonic_basis(directions @ np.asarray(rotation, np.float64).T, degree)
    turn = np.zeros((COUNTS[degree], COUNTS[degree]))
    for start, stop in pairwise(COUNTS[: degree + 1]):
        band = slice(start, stop)
        turn[band, band] = np.linalg.lstsq(after[:, band], before[:, band], rcond=None)[0]
    return turn


@lru_cache(maxsize=1)
def _directions(count: int = 60) -> NDArray[np.float64]:
    """Unit vectors (count, 3) spread evenly over the sphere on a golden spiral."""
    steps = np.arange(count)
    z = 1 - (2 * steps + 1) / count
    angle = steps * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], -1)
