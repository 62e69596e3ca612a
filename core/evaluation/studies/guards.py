"""Whether a film collapses as it goes on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.evaluation.film_cells import Figures, Pictures
from core.evaluation.film_quality import contrast, saturation, sharpness

BAND = (0.01, 0.99)
LENIENCE = 1.25
"""A film fails once the mean of a second leaves the band of the truth's frames, this much wider."""
LEAST_KEPT = 0.5
"""Of sharpness and motion, from the first second to the last, as multiple of what the truth keeps."""


def guard_figures(truth: Pictures, film: Pictures, *, given: int, frame_s: float) -> Figures:
    """Collapse, by rules.

    - `failure_s`: when brightness, saturation or contrast of a whole second leave the band that the truth keeps; None
      if they never do.
    - `sharpness_kept`, `motion_kept`: last second over first, as multiple of the truth's.
    - `collapsed`: 1 if it fails, or keeps less than half of either; else 0.

    Args:
        truth: (T, V, H, W, 3).
        film: of the same shape.
        given: number of the first frames, which were given.
        frame_s: between frames.
    """
    per_second = max(round(1 / frame_s), 1)
    failures = []
    for measure in (_brightness, saturation, contrast):
        known, found = (np.array([measure(frame) for frame in each[given:]]) for each in (truth, film))
        low, high = np.quantile(known, BAND)
        means = np.array([seconds.mean() for seconds in _seconds(found, per_second)])
        outside = np.flatnonzero((means < low / LENIENCE) | (means > high * LENIENCE))
        failures += [float(outside[0])] if outside.size else []
    kept = {
        "sharpness_kept": _kept(_sharpnesses(film[given:]), _sharpnesses(truth[given:]), per_second),
        "motion_kept": _kept(_motions(film[given - 1 :]), _motions(truth[given - 1 :]), per_second),
    }
    collapsed = bool(failures) or min(kept.values()) < LEAST_KEPT
    return {"failure_s": min(failures) if failures else None, **kept, "collapsed": float(collapsed)}


def _kept(found: NDArray[np.floating], known: NDArray[np.floating], per_second: int) -> float:
    shares = []
    for values in (found, known):
        seconds = _seconds(values, per_second)
        shares.append(float(seconds[-1].mean()) / max(float(seconds[0].mean()), 1e-6))
    return shares[0] / max(shares[1], 1e-6)


def _seconds(values: NDArray[np.floating], per_second: int) -> list[NDArray[np.floating]]:
    """Of each whole second; all at once of less than one."""
    count = len(values) // per_second
    return [values] if not count else [values[n * per_second : (n + 1) * per_second] for n in range(count)]


def _sharpnesses(film: Pictures) -> NDArray[np.floating]:
    return np.array([sharpness(frame) for frame in film])


def _motions(film: Pictures) -> NDArray[np.floating]:
    return np.asarray(np.abs(np.diff(film, axis=0)).mean((1, 2, 3, 4)))


def _brightness(frame: Pictures) -> float:
    return float(frame.mean())
