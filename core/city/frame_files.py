"""One frame of a drive: renders all sensors, writes their files, tells what was seen of every actor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.city.actors import ActorKind
from core.city.drive import CityDrive
from core.city.life import NS_PER_S
from core.city.log_files import CityTruth, truth_stem, write_truth
from core.city.tracks import CityTrack
from core.geometry import Box, Camera, Pose
from core.image_bytes import image_bytes

START_US = 1_700_000_000_000_000
"""Microseconds of the first frame, since 1970."""

LIDAR = "LIDAR_TOP"
_JPEG = [
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]
_FILL = {
    ActorKind.CAR: 0.65,
    ActorKind.VAN: 0.71,
    ActorKind.TRUCK: 0.68,
    ActorKind.BUS: 0.73,
    ActorKind.MOTORCYCLE: 0.34,
    ActorKind.CYCLIST: 0.25,
    ActorKind.PEDESTRIAN: 0.29,
    ActorKind.DOG: 0.34,
    ActorKind.CAT: 0.28,
    ActorKind.DEER: 0.25,
    ActorKind.CONE: 0.46,
    ActorKind.BARRIER: 0.9,
    ActorKind.DEBRIS: 0.6,
}
"""Share of the outline of its box that an actor in full view covers, the median over views from all sides."""


@dataclass(frozen=True)
class SeenActor:
    """What the sensors of one frame got of an actor."""

    track: str
    lidar_points: int
    visibility: int  # 1 to 4, levels of nuScenes


@dataclass(frozen=True, eq=False)
class _View:
    camera: Camera
    camera_from_world: Pose
    pixels: NDArray[np.int64]  # how many pixels each instance covers


def timestamp_us(drive: CityDrive, frame: int) -> int:
    return START_US + drive.spec.t_ns(frame) // 1000


def file_name(drive: CityDrive, channel: str, frame: int) -> str:
    """Path of a recording inside the log."""
    kind = "pcd.bin" if channel == LIDAR else "jpg"
    return f"samples/{channel}/city-{drive.spec.seed}__{channel}__{timestamp_us(drive, frame)}.{kind}"


def write_frame(drive: CityDrive, folder: Path, frame: int) -> list[SeenActor]:
    """Write pictures, truth and sweep of one frame; folders exist already."""
    t_s = drive.spec.t_ns(frame) / NS_PER_S
    views = []
    for mount in drive.spec.cameras.cameras:
        image = drive.render(mount.name, t_s)
        (folder / file_name(drive, mount.name, frame)).write_bytes(image_bytes(image.rgb, ".jpg", _JPEG))
        truth = CityTruth(image.depth_m, image.instance, image.label)
        write_truth(truth_stem(folder, mount.name, frame), truth)
        camera_from_world = drive.world_from_camera(mount.name, t_s).inverse()
        views.append(_View(drive.camera(mount.name), camera_from_world, np.bincount(image.instance.reshape(-1))))
    points = _write_sweep(drive, folder, frame, t_s) if drive.spec.lidar else np.zeros((0, 3))
    points = points[np.argsort(points[:, 0])]
    t_ns = drive.spec.t_ns(frame)
    seen = []
    for track in drive.tracks:
        if track.exists_at(t_ns):
            box = Box(track.pose_at(t_ns), track.size_m)
            inside = _points_inside(box, points)
            seen.append(SeenActor(track.id, inside, _visibility(box, track, views)))
    return seen


def _write_sweep(drive: CityDrive, folder: Path, frame: int, t_s: float) -> NDArray[np.float64]:
    """Write a sweep; returns its points (n, 3) in world coordinates."""
    sweep = drive.sweep(t_s)
    rows = np.concatenate(
        [sweep.points_m, sweep.intensity[:, None], sweep.ring[:, None].astype(np.float32)], axis=1
    ).astype("<f4")
    (folder / file_name(drive, LIDAR, frame)).write_bytes(rows.tobytes())
    return drive.world_from_lidar(t_s).apply(rows[:, :3])


def _points_inside(box: Box, points_m: NDArray[np.float64]) -> int:
    """How many of the points (n, 3), ordered by x, lie in a box."""
    reach_m = float(np.linalg.norm(box.size_m)) / 2
    x_m = float(box.world_from_box.translation[0])
    first, last = np.searchsorted(points_m[:, 0], (x_m - reach_m, x_m + reach_m))
    return int(box.contains(points_m[first:last]).sum())


def _visibility(box: Box, track: CityTrack, views: list[_View]) -> int:
    """Level 1 (0 to 40 %), 2 (to 60 %), 3 (to 80 %) or 4, by the pixels that the best camera shows."""
    best = 0.0
    for view in views:
        shown = view.pixels[track.instance] if track.instance < len(view.pixels) else 0
        if shown == 0:
            continue
        pixels, valid = view.camera.project(view.camera_from_world.apply(box.corners()))
        if valid.all():
            outline = cv2.convexHull(pixels.astype(np.float32))
            best = max(best, shown / max(cv2.contourArea(outline) * _FILL[track.kind], 1.0))
    return 1 + int(best > 0.4) + int(best > 0.6) + int(best > 0.8)
