"""Which views show the same places from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.worldrec.lift.views import View

_DEPTHS_M = (5.0, 12.0, 30.0)
_ENOUGH_RAD, _MUCH_RAD = np.radians(6.0), np.radians(25.0)
_ACROSS = 4


def neighbours_of(views: Sequence[View], index: int, most: int) -> list[int]:
    """Numbers of the views to compare one with, the best first; none if no other sees the same from elsewhere.

    A view is good if it shows many of a grid of places at several depths, under angles that tell depths apart and
    yet leave things looking alike.
    """
    view = views[index]
    height, width = view.valid.shape
    rows = (np.arange(_ACROSS) * 2 + 1) * height // (2 * _ACROSS)
    columns = (np.arange(_ACROSS) * 2 + 1) * width // (2 * _ACROSS)
    rays = view.directions[rows][:, columns].reshape(-1, 3).astype(np.float64)
    places = view.centre_m + np.concatenate([depth * rays for depth in _DEPTHS_M])
    scores = _scores(places, view.centre_m, views)
    scores[index] = 0.0
    order = np.argsort(-scores, kind="stable")[:most]
    return [int(other) for other in order if scores[other] > 0.0]


def _scores(places: NDArray[np.float64], centre: NDArray[np.float64], views: Sequence[View]) -> NDArray[np.float64]:
    poses = np.stack([view.camera_from_world for view in views])
    lenses = np.stack([view.lens for view in views])[:, None]
    sizes = np.array([(view.camera.width, view.camera.height) for view in views], np.float64)[:, None]
    local = np.einsum("vij,pj->vpi", poses[:, :3, :3], places) + poses[:, None, :3, 3]
    deep = np.maximum(local[..., 2:], 0.1)
    pixels = local[..., :2] / deep * lenses[..., :2] + lenses[..., 2:]
    shown = (local[..., 2] > 0.5) & ((pixels >= 0) & (pixels <= sizes - 1)).all(-1)
    here = places - centre
    there = places - np.stack([view.centre_m for view in views])[:, None]
    lengths = np.linalg.norm(here, axis=-1) * np.maximum(np.linalg.norm(there, axis=-1), 1e-6)
    angles = np.arccos(np.clip((here * there).sum(-1) / lengths, -1.0, 1.0))
    # Below a hundredth of what is enough, two pictures from one place would pass for evidence.
    useful = np.minimum(angles / _ENOUGH_RAD, 1.0) * np.minimum(_MUCH_RAD / np.maximum(angles, 1e-3), 1.0)
    return np.where(shown & (angles > 0.01 * _ENOUGH_RAD), useful, 0.0).sum(1)
