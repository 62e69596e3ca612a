"""Whether films show one world: what a pixel shows, other frames and other cameras must show where they see it too."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from core.evaluation.film_cells import Figures, Pictures
from core.evaluation.studies.subject import Subject

Floats = NDArray[np.float32]

APART = (1, 10)
"""Frames between those that are compared."""
_EVERY = 4  # frames, of which one is looked at
_SAME_DEPTH = 0.03  # of it, by which two views of a surface may differ
_FARTHEST_M = 80.0

Where = tuple[int, int]
"""A frame and a camera."""


def consistency_figures(subject: Subject, film: Pictures) -> Figures:
    """Mean absolute differences of what stands still, seen twice, less those of the truth itself: 0 is as consistent as
    the truth.

    - `cross_view`: between cameras at one time.
    - `cross_frame_1`, `cross_frame_10`: of one camera, so many frames apart.

    None where nothing is seen twice. Exact depth and poses tell which pixels belong together.
    """
    frames, views = film.shape[:2]
    looked_at = range(subject.given, frames, _EVERY)
    across = ((f, v, f, w) for f in looked_at for v in range(views) for w in range(views) if v != w)
    figures: Figures = {"cross_view": _excess(subject, film, across)}
    for apart in APART:
        along = ((f, v, f - apart, v) for f in looked_at for v in range(views) if f - apart >= subject.given)
        figures[f"cross_frame_{apart}"] = _excess(subject, film, along)
    return figures


def _excess(subject: Subject, film: Pictures, pairs: Iterator[tuple[int, int, int, int]]) -> float | None:
    made, true, count = 0.0, 0.0, 0
    for frame, view, other_frame, other_view in pairs:
        places, both = _seen_again(subject, (frame, view), (other_frame, other_view))
        if not both.any():
            continue
        for pictures, truth in ((film, False), (subject.pictures, True)):
            warped = cv2.remap(pictures[other_frame, other_view], places[..., 0], places[..., 1], cv2.INTER_LINEAR)
            error = float(np.abs(warped - pictures[frame, view]).mean(-1)[both].sum())
            made, true = (made, true + error) if truth else (made + error, true)
        count += int(both.sum())
    return (made - true) / count if count else None


def _seen_again(subject: Subject, here: Where, there: Where) -> tuple[Floats, NDArray[np.bool_]]:
    """Where the pixels (H, W) of one picture are in another (H, W, 2), and which stand still and are seen there."""
    views, seen = subject.plan.viewpoints, subject.seen
    depth_m = seen.depth_m[here]
    solid = seen.standing[here] & np.isfinite(depth_m) & (depth_m > 0) & (depth_m < _FARTHEST_M)
    rays, valid = views.cameras[here[1]].pixel_rays()
    solid &= valid & (rays[..., 2] > 1e-3)
    forward = np.where(rays[..., 2] > 1e-3, rays[..., 2], 1.0)
    points = rays / forward[..., None] * np.where(solid, depth_m, 1.0)[..., None]
    local = views.world_from_camera[there].inverse().apply(views.world_from_camera[here].apply(points))
    places, shown = views.cameras[there[1]].project(local)
    height, width = depth_m.shape
    found = np.nan_to_num(places).astype(np.float32)
    cells = found.round().astype(int)
    inside = shown & (cells >= 0).all(-1) & (cells < (width, height)).all(-1)
    cells = cells.clip(0, (width - 1, height - 1))
    known = seen.depth_m[there][cells[..., 1], cells[..., 0]]
    alike = np.abs(known - local[..., 2]) < _SAME_DEPTH * local[..., 2]
    return found, solid & inside & alike & seen.standing[there][cells[..., 1], cells[..., 0]]
