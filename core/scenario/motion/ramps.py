"""Smooth changes over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

STEEPEST_EASE = 1.875
"""The greatest slope of `ease`."""
JERK_MPS3 = 10.0
"""How fast a driver who brakes or speeds up steps on the pedal."""


def ease(share: ArrayLike) -> Floats:
    """From 0 to 1 over shares (...) from 0 to 1, with speed and acceleration zero at both ends."""
    x = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def window(t_s: Floats, from_s: float | None, to_s: float | None, blend_s: float) -> Floats:
    """How much of a bend holds at times (n,): eased in after `from_s` and out before `to_s`."""
    rise = np.ones_like(t_s) if from_s is None else (t_s - from_s) / blend_s
    fall = np.ones_like(t_s) if to_s is None else (to_s - t_s) / blend_s
    return ease(np.minimum(rise, fall))


def window_rate(t_s: Floats, from_s: float | None, to_s: float | None, blend_s: float) -> Floats:
    """How fast (n,) a `window` opens, or closes where negative, each second."""
    rise = np.ones_like(t_s) if from_s is None else np.clip((t_s - from_s) / blend_s, 0.0, 1.0)
    fall = np.ones_like(t_s) if to_s is None else np.clip((to_s - t_s) / blend_s, 0.0, 1.0)
    x = np.minimum(rise, fall)
    return np.where(fall < rise, -30.0, 30.0) * (x * (1 - x)) ** 2 / blend_s


def ramp(t_s: ArrayLike, from_mps: float, to_mps: float, rate_mps2: float) -> Floats:
    """Speeds (...) at times (...) after the start of a change at `rate_mps2`, which the pedal reaches gradually.

    A change too small for the full rate is made at a lesser one.
    """
    change, sign = abs(to_mps - from_mps), np.sign(to_mps - from_mps)
    rate = min(rate_mps2, (change * JERK_MPS3) ** 0.5)
    if rate == 0.0:
        return np.full(np.shape(t_s), float(to_mps))
    pedal_s, total_s = rate / JERK_MPS3, ramp_s(change, rate_mps2)
    t = np.clip(np.asarray(t_s, dtype=np.float64), 0.0, total_s)
    pressing, easing = np.minimum(t, pedal_s), np.maximum(t - (total_s - pedal_s), 0.0)
    gained = JERK_MPS3 * pressing**2 / 2 + rate * np.maximum(t - pedal_s, 0.0) - JERK_MPS3 * easing**2 / 2
    return from_mps + sign * np.minimum(gained, change)


def ramp_s(change_mps: float, rate_mps2: float) -> float:
    """How long a `ramp` takes."""
    rate = min(rate_mps2, (abs(change_mps) * JERK_MPS3) ** 0.5)
    return 0.0 if rate == 0.0 else abs(change_mps) / rate + rate / JERK_MPS3


def integrated(t_s: Floats, speed_mps: Floats) -> Floats:
    """Distances (n,) driven since the first of times (n,)."""
    steps = np.diff(t_s) * (speed_mps[1:] + speed_mps[:-1]) / 2
    return np.concatenate([[0.0], np.cumsum(steps)])
