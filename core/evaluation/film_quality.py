"""How alike two films are, and how the one that was made changes as it goes on."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.evaluation.flow import flow_agreement
from core.evaluation.image_quality import finite_psnr, ssim

Film = NDArray[np.float32]
"""(T, V, H, W, 3) in [0, 1]."""

_STILL = 1e-4  # mean change from frame to frame
AT_S = (1.0, 5.0)
"""Likeness is told at these times after the last frame that was given."""


def film_figures(truth: Film, made: Film, *, given: int, chunk: int, frame_s: float) -> dict[str, float | None]:
    """Figures of a film that was made after some given frames.

    - `psnr_1s`, `ssim_1s`, `psnr_5s`, `ssim_5s`: means over the cameras at that time; None where the film ends before.
    - `psnr_end`, `ssim_end`: the same of the last frame.
    - `psnr`, `ssim`: means over all frames that were made.
    - `seam`: change from frame to frame across the borders of chunks over that within them, as multiple of the
      truth's; 1 is ideal, above 1 is a jump. None of a film that stands still within chunks.
    - `motion`: change from frame to frame as multiple of the truth's.
    - `ego_motion`: whether pictures move as the truth's do, see `flow_agreement`.
    - `saturation_drift`, `contrast_drift`, `sharpness_drift`: by how much of the truth's mean they leave the truth
      per second.

    Args:
        truth: what the cameras saw.
        made: of the same shape; the first frames are those given.
        given: number of these, whole chunks.
        chunk: frames that were made at once.
        frame_s: seconds from frame to frame.
    """
    figures: dict[str, float | None] = {}
    for at_s in AT_S:
        frame = given - 1 + round(at_s / frame_s)
        inside = frame < len(truth)
        figures[f"psnr_{at_s:.0f}s"] = _over_cameras(finite_psnr, made[frame], truth[frame]) if inside else None
        figures[f"ssim_{at_s:.0f}s"] = _over_cameras(ssim, made[frame], truth[frame]) if inside else None
    figures["psnr_end"], figures["ssim_end"] = (
        _over_cameras(each, made[-1], truth[-1]) for each in (finite_psnr, ssim)
    )
    pairs = list(zip(made[given:], truth[given:], strict=True))
    figures["psnr"] = float(np.mean([_over_cameras(finite_psnr, *pair) for pair in pairs]))
    figures["ssim"] = float(np.mean([_over_cameras(ssim, *pair) for pair in pairs]))
    changes = [_changes(film)[given - 1 :] for film in (made, truth)]
    borders = np.arange(given, len(truth)) % chunk == 0
    figures["seam"] = _seam(changes[0], changes[1], borders)
    figures["motion"] = _over(float(changes[0].mean()), float(changes[1].mean()))
    figures["ego_motion"] = flow_agreement(truth[given - 1 :], made[given - 1 :])
    for name, measure in (("saturation", saturation), ("contrast", contrast), ("sharpness", sharpness)):
        found, known = (np.array([measure(frame) for frame in film[given:]]) for film in (made, truth))
        slope = np.polyfit(np.arange(len(found)) * frame_s, found - known, 1)[0] if len(found) > 1 else 0.0
        figures[f"{name}_drift"] = float(slope / max(known.mean(), 1e-6))
    return figures


def _over_cameras(measure: Any, made: Film, truth: Film) -> float:
    return float(np.mean([measure(one, other) for one, other in zip(made, truth, strict=True)]))


def _changes(film: Film) -> NDArray[np.float64]:
    """Mean difference (T - 1,) of neighbouring frames."""
    return np.abs(np.diff(film, axis=0)).reshape(len(film) - 1, -1).mean(1, dtype=np.float64)


def _seam(made: NDArray[np.float64], truth: NDArray[np.float64], borders: NDArray[np.bool_]) -> float | None:
    if borders.all() or min(made[~borders].mean(), truth[~borders].mean()) < _STILL:
        return None
    ratios = [float(changes[borders].mean() / changes[~borders].mean()) for changes in (made, truth)]
    return _over(*ratios)


def _over(one: float, other: float) -> float:
    return one / max(other, 1e-9)


def saturation(frame: Film) -> float:
    """Of all cameras of a frame (V, H, W, 3)."""
    return float((frame.max(-1) - frame.min(-1)).mean())


def contrast(frame: Film) -> float:
    """Of all cameras of a frame (V, H, W, 3)."""
    return float(frame.mean(-1).std())


def sharpness(frame: Film) -> float:
    """Of each camera of a frame (V, H, W, 3) for itself: mean of what a Laplacian leaves."""
    return float(np.mean([np.abs(cv2.Laplacian(view.mean(-1), cv2.CV_32F)).mean() for view in frame]))
