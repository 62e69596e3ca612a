"""How alike two images are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_WINDOW = 11
_SIGMA = 1.5
_C1, _C2 = 0.01**2, 0.03**2


def psnr(image: ArrayLike, reference: ArrayLike) -> float:
    """Peak signal-to-noise ratio in dB of images of one shape with values in [0, 1]; infinite for equal ones.

    Raises:
        ValueError: the shapes differ.
    """
    one, other = _both(image, reference)
    error = float(((one - other) ** 2).mean())
    return float("inf") if error == 0.0 else -10.0 * float(np.log10(error))


MOST_DB = 100.0
"""Means count equal images as this, where black was drawn as black for example."""


def finite_psnr(image: ArrayLike, reference: ArrayLike) -> float:
    """`psnr`, at most `MOST_DB`."""
    return min(psnr(image, reference), MOST_DB)


def ssim(image: ArrayLike, reference: ArrayLike) -> float:
    """Structural similarity of images (h, w) or (h, w, c) with values in [0, 1]: the mean of `ssim_map`.

    Raises:
        ValueError: the shapes differ, or the images are smaller than the window.
    """
    return float(ssim_map(image, reference).mean())


def ssim_map(image: ArrayLike, reference: ArrayLike) -> NDArray[np.float64]:
    """Structural similarity (h - 10, w - 10) or (h - 10, w - 10, c) of images (h, w) or (h, w, c) around each pixel
    that the window fits around.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity",
    2004: Gaussian window of 11 × 11 pixels with σ = 1.5, K₁ = 0.01, K₂ = 0.03; values in [0, 1].

    Raises:
        ValueError: the shapes differ, or the images are smaller than the window.
    """
    one, other = _both(image, reference)
    if min(one.shape[:2]) < _WINDOW:
        raise ValueError(f"an image of {one.shape[:2]} is smaller than the window of {_WINDOW}")
    mean_1, mean_2 = _blurred(one), _blurred(other)
    variance_1, variance_2 = _blurred(one * one) - mean_1**2, _blurred(other * other) - mean_2**2
    covariance = _blurred(one * other) - mean_1 * mean_2
    alike = (2 * mean_1 * mean_2 + _C1) * (2 * covariance + _C2)
    return np.asarray(alike / ((mean_1**2 + mean_2**2 + _C1) * (variance_1 + variance_2 + _C2)))


def _both(image: ArrayLike, reference: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, other = np.asarray(image, np.float64), np.asarray(reference, np.float64)
    if one.shape != other.shape:
        raise ValueError(f"images of {one.shape} and {other.shape} cannot be compared")
    return one, other


def _blurred(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means under the window wherever it fits."""
    from scipy.ndimage import correlate1d

    at = np.arange(_WINDOW) - _WINDOW // 2
    window = np.exp(-0.5 * (at / _SIGMA) ** 2)
    window /= window.sum()
    inner = slice(_WINDOW // 2, -(_WINDOW // 2))
    return correlate1d(correlate1d(image, window, 0), window, 1)[inner, inner]
