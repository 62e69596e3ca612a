"""By how much the cameras of a rig expose differently, from splats and sky that several of them see."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.scene.exposure import NEUTRAL, Exposure, balanced, exposure_of
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]

_SEEN_PX = 0.5  # of a splat by a camera, for its colour there to say something
_DARKEST, _BRIGHTEST = 0.02, 0.93  # beyond, a camera may have clipped
_MOST_SHARED = 3000  # splats of each pair of cameras: more tell nothing new
_LEAST_SHARED = 400  # a few coarse splats show other things to each camera
_ROUNDS = 6
_OUTLYING = 0.06  # colours that differ by more are rather of different things
_GAIN_PRIOR, _BIAS_PRIOR = 0.001, 0.01  # against the mean square of what is compared
_GAINS = 0.6, 1.6
_BIASES = -0.2, 0.2
_UNLIKE = 0.03
"""Cameras that record dark and bright things with a smaller difference are taken to be alike."""
_DARK, _BRIGHT = 0.2, 0.7


def exposures_of(names: Sequence[str], sums: Floats) -> dict[str, Exposure]:
    """The exposure of each camera by its name; none if they are alike.

    A splat, or a part of the sky, looks the same to all cameras but for their exposures: those are sought that, once
    undone, leave the least differences between the colours that two cameras give it. Linear least squares with a mean
    factor of 1, made robust by weighing anew (Geman and McClure, 1985); a prior draws to the identity.

    Args:
        names: of the cameras.
        sums: (k, n, 4) for each camera and splat the sum of the pixels that show it, and their number.
    """
    pairs = [(a, b, _shared(sums[a], sums[b])) for a, b in itertools.combinations(range(len(names)), 2)]
    pairs = [(a, b, rows) for a, b, rows in pairs if len(rows) >= _LEAST_SHARED]
    if not pairs:
        return {}
    undoing = np.stack([_undoing(sums, pairs, channel) for channel in range(3)], -1)  # (k, 2, 3)
    gains = np.clip(1 / np.maximum(undoing[:, 0], 1e-3), *_GAINS)
    biases = np.clip(-undoing[:, 1] * gains, *_BIASES)
    found = balanced({name: exposure_of(*each) for name, *each in zip(names, gains, biases, strict=True)})
    apart = max(float(np.ptp(gains * level + biases, 0).max()) for level in (_DARK, _BRIGHT))
    return {} if apart < _UNLIKE else found


def evened(views: Sequence[View], exposures: dict[str, Exposure]) -> list[View]:
    """Views as a camera of the common exposure would have taken them."""
    if not exposures:
        return list(views)
    return [replace(view, rgb=exposures.get(view.stream, NEUTRAL).undone(view.rgb)) for view in views]


def _shared(one: Floats, other: Floats) -> NDArray[np.int64]:
    """Splats that two cameras see and that neither shows clipped."""
    fit = np.ones(len(one), bool)
    for sums in (one, other):
        mean = sums[:, :3] / np.maximum(sums[:, 3:], 1e-6)
        fit &= (sums[:, 3] > _SEEN_PX) & (mean.min(1) > _DARKEST) & (mean.max(1) < _BRIGHTEST)
    rows = np.flatnonzero(fit)
    return rows[:: max(len(rows) // _MOST_SHARED, 1)]


def _undoing(sums: Floats, pairs: Sequence[tuple[int, int, NDArray[np.int64]]], channel: int) -> NDArray[np.float64]:
    """Factor and shift (k, 2) that bring each camera's channel to the common exposure."""
    count = len(sums)
    compared = []
    for a, b, rows in pairs:
        one, other = (sums[k, rows, channel] / sums[k, rows, 3] for k in (a, b))
        ones = np.ones_like(one)
        trust = np.minimum(np.minimum(sums[a, rows, 3], sums[b, rows, 3]), 4.0)
        compared.append(([2 * a, 2 * a + 1, 2 * b, 2 * b + 1], np.stack([one, ones, -other, -ones], -1), trust))
    alike = np.tile([1.0, 0.0], count)
    found = alike
    for _ in range(_ROUNDS):
        normal, weighed = np.zeros((2 * count, 2 * count)), 0.0
        for at, terms, trust in compared:
            apart = terms @ found[at]
            weight = trust / (1 + (apart / _OUTLYING) ** 2) ** 2
            normal[np.ix_(at, at)] += (terms * weight[:, None]).T @ terms
            weighed += float(weight.sum())
        prior = np.tile([_GAIN_PRIOR, _BIAS_PRIOR], count) * weighed
        # The mean factor is held at 1 and the mean shift at 0 by a weight that nothing outweighs.
        held = np.tile(np.eye(2), (count, 1)) * 1e3 * weighed**0.5
        pull = np.diag(prior) + held @ held.T
        found = np.linalg.solve(normal + pull, pull @ alike)
    return found.reshape(count, 2)
