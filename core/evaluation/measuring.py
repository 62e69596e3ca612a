"""What a scene is worth against the frames of its log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.frames import EDITED, HELD_OUT, INPUTS, SHIFTS, Frame, Judged
from core.evaluation.image_quality import finite_psnr, ssim
from core.logs import DrivingLog
from core.scene import Scene
from core.scene.drawing import drawn_through, fineness

_FARTHEST_M = 80.0
_LEAST_MOVING_PX = 200

Figures = dict[str, float | None]
"""`psnr_NAME` in dB and `ssim_NAME` for heldout, inputs, 1m, 2m, 3m and edited; `psnr_moving` of the pixels that look
into boxes of moving actors in images that were held out; `depth_error`, the median relative one there. None where the
log has nothing to compare with."""

GROUPS = {HELD_OUT: "heldout", INPUTS: "inputs", EDITED: "edited", **{name: name.replace(" ", "") for name in SHIFTS}}


@dataclass(frozen=True, eq=False)
class Drawn:
    rgb: NDArray[np.float32]  # (h, w, 3) in [0, 1]
    depth_m: NDArray[np.float32]  # (h, w) along the optical axis, 0 where hardly anything is


def drawn(scene: Scene, frame: Frame, *, threads: int | None = None) -> Drawn:
    """A scene as the camera of a frame sees it."""
    rays, valid = frame.camera.pixel_rays()
    image = drawn_through(
        frame.camera,
        frame.world_from_camera,
        scene.at((frame.t_ns - scene.start_ns) / 1e9),
        finer=fineness(scene, frame.rig_camera, frame.camera),
        threads=threads,
    )
    behind = scene.sky.colours(frame.world_from_camera.rotate(np.where(valid[..., None], rays, (0.0, 0.0, 1.0))))
    rgb = image.rgb + (1 - image.alpha)[..., None] * behind
    if frame.rig_camera in scene.exposures:
        rgb = scene.exposures[frame.rig_camera].recorded(rgb)
    # What the lens does not see is as recorded: it says nothing about the scene.
    return Drawn(
        np.where(valid[..., None], rgb, frame.rgb).clip(0.0, 1.0).astype(np.float32),
        np.where(image.alpha > 0.5, image.depth_m, 0.0).astype(np.float32),
    )


def measured(
    scene: Scene,
    log: DrivingLog,
    judged: Judged,
    *,
    threads: int | None = None,
    tell: Callable[[], object] = lambda: None,
) -> Figures:
    """All figures of a scene.

    Args:
        scene: made of the log without looking at what is held out.
        log: of the frames.
        judged: the frames.
        threads: that draw.
        tell: called before each picture; may raise an error to stop.
    """
    figures: Figures = {}
    for group, name in GROUPS.items():
        frames = judged.groups.get(group, [])
        shown = scene if group != EDITED or judged.edited is None else judged.edited.scene(scene, log)
        pictures = []
        for frame in frames:
            tell()
            pictures.append(drawn(shown, frame, threads=threads))
        figures[f"psnr_{name}"] = _mean([finite_psnr(d.rgb, f.rgb) for d, f in zip(pictures, frames, strict=True)])
        figures[f"ssim_{name}"] = _mean([ssim(d.rgb, f.rgb) for d, f in zip(pictures, frames, strict=True)])
        if group == HELD_OUT:
            figures["psnr_moving"] = moving_psnr(pictures, frames)
            figures["depth_error"] = depth_error(pictures, frames)
    return figures


def moving_psnr(pictures: Sequence[Drawn], frames: Sequence[Frame]) -> float | None:
    """Of all pixels together that look into boxes of moving actors; None where these are too few to tell."""
    errors = [((d.rgb - f.rgb) ** 2)[f.moving] for d, f in zip(pictures, frames, strict=True)]
    pixels = np.concatenate(errors) if errors else np.zeros((0, 3))
    return None if len(pixels) < _LEAST_MOVING_PX else -10.0 * float(np.log10(max(float(pixels.mean()), 1e-10)))


def depth_error(pictures: Sequence[Drawn], frames: Sequence[Frame]) -> float | None:
    """Median of |depth / truth - 1| up to 80 m; 1 for a pixel where the scene has nothing. None without any truth."""
    errors = []
    for picture, frame in zip(pictures, frames, strict=True):
        known = np.isfinite(frame.depth_m) & (frame.depth_m > 0.0) & (frame.depth_m < _FARTHEST_M)
        errors.append(np.abs(picture.depth_m[known] / frame.depth_m[known] - 1.0))
    together = np.concatenate(errors) if errors else np.zeros(0)
    return float(np.median(together)) if len(together) else None


def mean_figures(each: Sequence[Figures]) -> Figures:
    """Means over those logs that have a figure."""
    names = dict.fromkeys(name for figures in each for name in figures)
    return {name: _mean([v for figures in each if (v := figures.get(name)) is not None]) for name in names}


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
