"""A scene against the images of its log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.evaluation.image_quality import finite_psnr, psnr, ssim
from core.geometry import Camera, Pose
from core.logs import CameraStream, DrivingLog
from core.scene import Scene
from core.splats.through_lens import render_through
from core.worldrec.lift.views import working_size

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Likeness:
    """How well pictures of a scene match recorded ones; means over images."""

    psnr_db: float
    ssim: float
    images: int


@dataclass(frozen=True)
class ReconstructionScore:
    """All cameras of a rig, and each by its name."""

    overall: Likeness
    cameras: dict[str, Likeness]


def evaluate_reconstruction(
    scene: Scene,
    log: DrivingLog,
    *,
    hold_out: int = 3,
    cameras: Sequence[str] | None = None,
    window_s: tuple[float, float] | None = None,
    width: int | None = None,
    threads: int | None = None,
) -> ReconstructionScore:
    """Pictures of a scene against the images of its log that were held out: of every `hold_out` the last.

    Args:
        scene: made with the same `hold_out`.
        log: what it was made of.
        hold_out: 1 takes all images.
        cameras: names; all if None.
        window_s: first and last time in seconds of the log; all of it if None.
        width: of the compared images in pixels; as recorded if None.
        threads: that draw.

    Raises:
        ValueError: no image is held out.
        UserError: an image cannot be read.
    """
    first_ns, last_ns = (log.t_ns(t_s) for t_s in window_s or (0.0, log.duration_s))
    found: dict[str, list[tuple[float, float]]] = {}
    for stream in log.cameras:
        if cameras is not None and stream.name not in cameras:
            continue
        camera = stream.camera if width is None else _of_width(stream.camera, width)
        for index in range(hold_out - 1, len(stream), hold_out):
            if first_ns <= stream.t_ns[index] <= last_ns:
                pair = pictures(scene, log, stream, index, camera, threads=threads)
                found.setdefault(stream.name, []).append((psnr(*pair), ssim(*pair)))
    if not found:
        raise ValueError("no image is held out")
    scores = {name: _mean(values) for name, values in found.items()}
    return ReconstructionScore(_mean([value for values in found.values() for value in values]), scores)


def likeness_of(
    scene: Scene,
    log: DrivingLog,
    images: Iterable[tuple[CameraStream, int]],
    *,
    threads: int | None = None,
    tell: Callable[[], object] = lambda: None,
) -> Likeness | None:
    """How well a scene matches images of its log, named by stream and index, at the size at which scenes are made.

    Args:
        scene: made of the log.
        log: of the images; those that cannot be read do not count.
        images: which.
        threads: that draw.
        tell: called before each image; may raise an error to stop.

    Returns:
        None without any image.
    """
    found: list[tuple[float, float]] = []
    for stream, index in images:
        tell()
        try:
            pair = pictures(
                scene, log, stream, index, stream.camera.resized(*working_size(stream.camera)), threads=threads
            )
        except UserError as error:
            logger.warning("an image is not compared: %s", error)
            continue
        found.append((finite_psnr(*pair), ssim(*pair)))
    return _mean(found) if found else None


def pictures(
    scene: Scene, log: DrivingLog, stream: CameraStream, index: int, camera: Camera, *, threads: int | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A scene as a camera sees it at the time of one of its images, and that image; (h, w, 3) in [0, 1] both."""
    import cv2

    image = stream.image(index)
    size = camera.width, camera.height
    recorded = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    t_s = (int(stream.t_ns[index]) - scene.start_ns) / 1e9
    shown = rendered(scene, t_s, camera, stream.world_from_camera[index], threads=threads)
    return seen_by(scene, stream.name, shown, camera), recorded


def seen_by(scene: Scene, camera_name: str, rgb: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """A picture of a scene (h, w, 3) as the rig's camera of a name records it: as it is, if that has no exposure."""
    exposure = scene.exposures.get(camera_name)
    return rgb if exposure is None else np.where(camera.pixel_rays()[1][..., None], exposure.recorded(rgb), 0.0)


def rendered(
    scene: Scene, t_s: float, camera: Camera, world_from_camera: Pose, *, threads: int | None = None
) -> NDArray[np.float32]:
    """A scene through a lens, before its sky; (h, w, 3) in [0, 1], black where the lens sees nothing."""
    drawn = render_through(camera, world_from_camera, scene.at(t_s), threads=threads)
    rays, valid = camera.pixel_rays()
    behind = scene.sky.colours(world_from_camera.rotate(np.where(valid[..., None], rays, (0.0, 0.0, 1.0))))
    whole = drawn.rgb + (1 - drawn.alpha)[..., None] * behind
    return np.where(valid[..., None], whole, 0.0).clip(0.0, 1.0).astype(np.float32)


def _of_width(camera: Camera, width: int) -> Camera:
    return camera.resized(width, max(round(camera.height * width / camera.width), 1))


def _mean(values: Sequence[tuple[float, float]]) -> Likeness:
    ratios, likeness = np.array(values).T
    return Likeness(float(ratios.mean()), float(likeness.mean()), len(values))
