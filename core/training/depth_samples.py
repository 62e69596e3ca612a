"""Samples of the depth network: evidence and truth of views of city logs, varied and kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose
from core.logs import DrivingLog, open_log
from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.evidence import AZIMUTH, HAS_LIDAR, LIDAR, NEAR_LIDAR, SHRINK, Evidence, evidence_of, padded
from core.worldrec.lift.depth_pictures import measured_depth
from core.worldrec.lift.exact_depth import city_depth
from core.worldrec.lift.points import ground_height, lidar_points
from core.worldrec.lift.views import View, spread, views_of

Floats = NDArray[np.float32]

_MOST_TIMES = 8
_MOST_STRIDE_S = 1.0
_ZOOM = 0.75, 1.5
_POSE_NOISE_RAD = np.radians(0.12)
_GROUND_NOISE_M, _WRONG_GROUND_M = 0.1, 0.6
_LEAST_LIDAR = 0.1  # of its points
_WITH_LIDAR = 0.6  # of the logs
_DROP_LIDAR = 0.35


@dataclass(frozen=True, eq=False)
class DepthSamples:
    """Evidence of n views of one size with their truth."""

    images: NDArray[np.uint8]  # (n, 4 h, 4 w, 3)
    volumes: NDArray[np.uint8]  # (n, 2 · bins, h, w)
    hints: NDArray[np.float16]  # (n, HINTS, h, w)
    depth_m: NDArray[np.float16]  # (n, 4 h, 4 w) infinite for sky

    def __len__(self) -> int:
        return len(self.images)


def samples_of(log_folder: Path, cache: Path, config: DepthConfig) -> DepthSamples | None:
    """The samples of one city log, from the cache if they are there; None for a log that cannot be read."""
    path = cache / f"{log_folder.name}-{config.planes}-{config.neighbours}.npz"
    if path.exists():
        with np.load(path) as found:
            return DepthSamples(found["images"], found["volumes"], found["hints"], found["depth_m"])
    try:
        log = open_log(log_folder)
        samples = _made(log, config, np.random.default_rng([len(log.cameras), *log_folder.name.encode()]))
    except UserError:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, **vars(samples))
    part.replace(path)
    return samples


def _made(log: DrivingLog, config: DepthConfig, rng: np.random.Generator) -> DepthSamples:
    exact = city_depth(log)
    zoom = float(np.exp(rng.uniform(*np.log(_ZOOM)))) if rng.random() < 0.6 else 1.0
    views = [_zoomed(view, zoom) for view in _some_views(log, rng)]
    truth = [view.depth_of(exact(view.stream, view.index)) for view in views]
    centres = np.stack([view.centre_m for view in views])
    log = log if rng.random() < _WITH_LIDAR else replace(log, lidar=None)
    until_ns = log.t_ns(rng.uniform(0.2, 0.6) * log.duration_s)
    lidar = lidar_points(log, (log.start_ns, until_ns), centres).static
    ground_m = ground_height(lidar, centres) + rng.normal(
        0.0, _WRONG_GROUND_M if rng.random() < 0.1 else _GROUND_NOISE_M
    )
    lidar = lidar[rng.random(len(lidar)) < rng.uniform(_LEAST_LIDAR, 1.0)]
    measured = [measured_depth(view, lidar) for view in views]
    if rng.random() < 0.5:
        views = [_shaken(view, rng) for view in views]
    draw = rng.random()
    if draw < 0.07:  # a standing ego: nothing to compare with
        evidence = [
            evidence_of([view], [depth], ground_m, config)[0] for view, depth in zip(views, measured, strict=True)
        ]
    else:
        fewer = config.model_copy(update={"neighbours": int(rng.integers(1, 4))}) if draw < 0.2 else config
        evidence = evidence_of(views, measured, ground_m, fewer)
    return _stacked(evidence, truth)


def _stacked(evidence: Sequence[Evidence], truth: Sequence[Floats]) -> DepthSamples:
    return DepthSamples(
        np.stack([np.round(one.image * 255).astype(np.uint8) for one in evidence]),
        np.stack([one.volume for one in evidence]),
        np.stack([one.hints for one in evidence]).astype(np.float16),
        np.stack([padded(depth) for depth in truth]).astype(np.float16),
    )


def _some_views(log: DrivingLog, rng: np.random.Generator) -> list[View]:
    """Views of all cameras at evenly spread times, close together or further apart."""
    views = []
    hz = max(log.cameras[0].hz, 1e-3)
    stride = int(rng.integers(1, max(round(_MOST_STRIDE_S * hz), 1) + 1))
    start = int(rng.integers(0, min(stride, *(len(stream) for stream in log.cameras))))
    for stream in log.cameras:
        for index in spread(list(range(start, len(stream), stride)), _MOST_TIMES):
            views += views_of(stream, index)
    return views


def _zoomed(view: View, zoom: float) -> View:
    import cv2

    width, height = round(view.camera.width * zoom), round(view.camera.height * zoom)
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    camera = view.camera.resized(width, height)
    valid = np.ones((height, width), bool)
    face = replace(view.face, camera=camera, valid=valid, image_size=(width, height))
    rgb = np.asarray(cv2.resize(view.rgb, (width, height), interpolation=how), np.float32)
    return replace(view, camera=camera, rgb=rgb, valid=valid, face=face)


def _shaken(view: View, rng: np.random.Generator) -> View:
    """As real poses are: a little off."""
    from scipy.spatial.transform import Rotation

    turn = Rotation.from_rotvec(rng.normal(0.0, _POSE_NOISE_RAD, 3)).as_matrix()
    return replace(view, world_from_camera=view.world_from_camera @ Pose.from_rotation(turn, np.zeros(3)))


@dataclass(frozen=True, eq=False)
class DepthBatch:
    """Crops of samples, varied."""

    images: Floats  # (b, 3, 4 h, 4 w)
    volumes: Floats  # (b, 2 · bins, h, w)
    hints: Floats  # (b, HINTS, h, w)
    depth_m: Floats  # (b, 4 h, 4 w)


def batch_of(pool: Sequence[DepthSamples], count: int, crop: tuple[int, int], rng: np.random.Generator) -> DepthBatch:
    """Random crops (height, width in pixels of the evidence) of random samples: flipped, recoloured, lidar dropped."""
    parts = [_crop(pool[int(rng.integers(len(pool)))], crop, rng) for _ in range(count)]
    images, volumes, hints, depth = (np.stack(column) for column in zip(*parts, strict=True))
    return DepthBatch(images, volumes, hints, depth)


def _crop(
    samples: DepthSamples, crop: tuple[int, int], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    one = int(rng.integers(len(samples)))
    height, width = samples.volumes.shape[2:]
    top, left = (
        int(rng.integers(0, max(have - want, 0) + 1)) for have, want in zip((height, width), crop, strict=True)
    )
    coarse = np.s_[top : top + crop[0], left : left + crop[1]]
    fine = np.s_[SHRINK * top : SHRINK * (top + crop[0]), SHRINK * left : SHRINK * (left + crop[1])]
    image = _recoloured(samples.images[one][fine].astype(np.float32) / 255.0, rng).transpose(2, 0, 1)
    volume = samples.volumes[one][(slice(None), *coarse)].astype(np.float32)
    hints = samples.hints[one][(slice(None), *coarse)].astype(np.float32)
    depth = samples.depth_m[one][fine].astype(np.float32)
    if rng.random() < _DROP_LIDAR:
        hints[[LIDAR, NEAR_LIDAR, HAS_LIDAR]] = 0.0
    if rng.random() < 0.5:
        image, volume, hints, depth = (np.flip(part, -1) for part in (image, volume, hints, depth))
        hints = hints.copy()
        hints[AZIMUTH] *= -1
    return (
        np.ascontiguousarray(image),
        np.ascontiguousarray(volume),
        np.ascontiguousarray(hints),
        np.ascontiguousarray(depth),
    )


def _recoloured(image: Floats, rng: np.random.Generator) -> Floats:
    grey = image.mean(-1, keepdims=True)
    image = grey + (image - grey) * np.float32(np.exp(rng.normal(0.0, 0.3)))
    image = np.clip(image, 1e-3, 1.0) ** np.float32(np.exp(rng.normal(0.0, 0.25)))
    gain = np.exp(rng.normal(0.0, 0.2) + rng.normal(0.0, 0.06, 3))
    noisy = image * gain.astype(np.float32) + rng.normal(0.0, 0.01, image.shape).astype(np.float32)
    return np.clip(noisy, 0.0, 1.0).astype(np.float32)
