"""Numbers as splat files store them: logits, logarithms, coefficients of band 0, and three parts of a quaternion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.splats.harmonics import CONSTANT

Values = NDArray[Any]

_SURE = 1e-6
_OTHERS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])


def opacity_from_logit(logit: Values) -> Values:
    """The sigmoid, 0 and 1 at the infinities."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-logit))


def logit_from_opacity(opacity: Values) -> Values:
    """The inverse of the sigmoid, finite for 0 and 1 too."""
    inside = np.clip(opacity.astype(np.float64), _SURE, 1 - _SURE)
    return np.log(inside / (1 - inside))


def scale_from_log(log_scale: Values) -> Values:
    """Infinite where the logarithm is out of range."""
    with np.errstate(over="ignore"):
        return np.exp(log_scale)


def colour_from_constant(coefficient: Values) -> Values:
    """Display RGB of the coefficients of band 0."""
    return 0.5 + CONSTANT * coefficient


def constant_from_colour(colour: Values) -> Values:
    return (colour - 0.5) / CONSTANT


def from_bytes(values: NDArray[np.uint8]) -> Values:
    """Bytes as fractions within 0 … 1, in single precision."""
    return values / np.float32(255)


def to_bytes(values: Values) -> NDArray[np.uint8]:
    """Numbers rounded and held within 0 … 255."""
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def quantised(fractions: Values, bits: int) -> NDArray[np.uint32]:
    """Fractions within 0 … 1 as whole numbers of so many bits."""
    highest = (1 << bits) - 1
    return np.clip(np.floor(fractions * highest + 0.5), 0, highest).astype(np.uint32)


def fractions_of(packed: Values, shift: int, bits: int) -> Values:
    """The bits from `shift` up as fractions within 0 … 1."""
    highest = (1 << bits) - 1
    return ((packed >> shift) & highest).astype(np.float32) / np.float32(highest)


def smallest_three(quaternions: Values) -> tuple[NDArray[np.intp], Values]:
    """Which part (n,) of unit quaternions (n, 4) is the largest, and the three others (n, 3) in order.

    Signs are such that the largest is positive; the others lie within ±1/√2.
    """
    largest = np.abs(quaternions).argmax(1)
    rows = np.arange(len(quaternions))
    signs = np.where(quaternions[rows, largest] < 0, -1, 1)[:, None]
    return largest, quaternions[rows[:, None], _OTHERS[largest]] * signs


def from_smallest_three(largest: Values, others: Values) -> Values:
    """Unit quaternions (n, 4) from what `smallest_three` gives."""
    quaternions = np.empty((len(others), 4), np.float32)
    rows = np.arange(len(others))
    quaternions[rows[:, None], _OTHERS[largest]] = others
    quaternions[rows, largest] = np.sqrt(np.maximum(0, 1 - (others * others).sum(1)))
    return quaternions
