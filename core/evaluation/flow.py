"""How pictures move from frame to frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Film = NDArray[np.float32]
"""(T, V, H, W, 3) in [0, 1]."""
Floats = NDArray[np.float64]

_CELLS = 4  # across and down a picture, over each of which flow is averaged
_STILL_PX = 0.05


def flow_agreement(truth: Film, made: Film) -> float | None:
    """Whether pictures move as the truth's do from frame to frame: 1 alike, 0 not at all, negative the other way.

    `Σ m·t / max(Σ t·t, Σ m·m)` of mean optical flows (Farnebäck, 2003) over a grid of cells of every camera, so that
    too much motion counts less as too little does. None where nothing moves.
    """
    known, found = (_flows(film) for film in (truth, made))
    if float(np.sqrt((known**2).mean())) < _STILL_PX:
        return None
    both = float((known * found).sum())
    return both / max(float((known**2).sum()), float((found**2).sum()))


def shift_px(film: Film) -> float:
    """By how much pictures (T, H, W, 3) move to the right from frame to frame, on the whole: the median of the flow."""
    return float(np.median([flow[..., 0] for flow in map(_flow, film, film[1:])]))


def _flows(film: Film) -> Floats:
    """Mean flow in pixels (T - 1, V, cells, cells, 2)."""
    flows = np.empty((len(film) - 1, film.shape[1], _CELLS, _CELLS, 2))
    for frame, view in np.ndindex(*flows.shape[:2]):
        flow = _flow(film[frame, view], film[frame + 1, view])
        flows[frame, view] = cv2.resize(flow, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    return flows


def _flow(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where pixels of a picture (H, W, 3) are in another, less where they were (H, W, 2)."""
    grey = [(np.nan_to_num(picture.mean(-1)) * 255).clip(0, 255).astype(np.uint8) for picture in (one, other)]
    start = np.zeros((*one.shape[:2], 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(grey[0], grey[1], start, 0.5, 3, 11, 3, 5, 1.1, 0)
    return np.asarray(flow, np.float32)
