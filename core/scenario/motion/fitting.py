"""Polynomials fitted to a moving stretch of samples.

A. Savitzky, M. J. E. Golay, "Smoothing and differentiation of data by simplified least squares procedures", Analytical
Chemistry 36 (1964). At both ends the polynomial of the last whole stretch counts. scipy's filter does the same, and
fits the ends anew at each call, which is most of its time on a path that is dragged.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fitted(samples: Floats, step: float, *, window: int, degree: int, derivative: int = 0) -> Floats:
    """Samples (n, d) smoothed, or a derivative of them.

    Args:
        samples: at even steps.
        step: between two samples.
        window: an odd number of samples that each polynomial is fitted to; fewer where there are not so many.
        degree: of the polynomial, and of a lower one in a shorter window.
        derivative: which; zero for the smoothed samples.
    """
    window = min(window, len(samples))
    if window <= derivative:
        return np.zeros_like(samples)
    rows = np.arange(len(samples))
    first = np.clip(rows - window // 2, 0, len(samples) - window)
    weights = _weights(window, min(degree, window - 1), derivative)[rows - first]
    return np.einsum("nk,nkd->nd", weights, samples[first[:, None] + np.arange(window)]) / step**derivative


@cache
def _weights(window: int, degree: int, derivative: int) -> Floats:
    """Weights (window, window) of the samples of a stretch in the fitted value at each of its places."""
    places = np.arange(window)
    fits = [np.linalg.pinv(np.vander(places - place, degree + 1, increasing=True)) for place in places.tolist()]
    return factorial(derivative) * np.array([fit[derivative] for fit in fits])
