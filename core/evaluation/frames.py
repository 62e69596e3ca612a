"""Pictures that a scene is held against."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.city import CityDrive
from core.errors import UserError
from core.evaluation.city_truth import EditedCity, beside, drive_of, recorded_depth, seen_from
from core.geometry import Box, Boxes, Camera, Pose
from core.logs import CameraStream, DrivingLog, Track
from core.worldrec.lift.views import is_held_out, spread, usable_images, working_size

logger = logging.getLogger(__name__)

HELD_OUT, INPUTS, EDITED = "held out", "inputs", "edited"
SHIFTS = {"1 m": 1.0, "2 m": 2.0, "3 m": 3.0}
MOVING_MPS = 0.5
_INSTANTS = 4  # of each camera, where the city has to be asked
_MOST_INPUTS = 8
_LIDAR_WITHIN_NS = 60_000_000


@dataclass(frozen=True, eq=False)
class Frame:
    """What a camera recorded, or would have."""

    title: str
    camera: Camera
    world_from_camera: Pose
    t_ns: int
    rgb: NDArray[np.float32]  # (h, w, 3) in [0, 1]
    depth_m: NDArray[np.float32]  # (h, w) along the optical axis, infinite for sky, NaN where it is not known
    moving: NDArray[
        np.bool_
    ]  # (h, w) inside the boxes of actors that move; of edited frames, of the one that was moved
    rig_camera: str = ""  # that recorded it; none where nothing did


Groups = dict[str, list[Frame]]


@dataclass(frozen=True, eq=False)
class Judged:
    """A log's frames by group, and how a scene is edited for those of the group `EDITED`."""

    groups: Groups
    edited: EditedCity | None


def frames_of(
    log: DrivingLog,
    window_s: tuple[float, float],
    *,
    hold_out: int,
    width: int | None = None,
    lidar_of: DrivingLog | None = None,
) -> Judged:
    """All that scenes of a log are held against; images that cannot be read are left out.

    Args:
        log: of anything; one of the demo city brings pictures from beside the drive and after an edit.
        window_s: first and last time, seconds of the log.
        hold_out: of every so many images of each camera the last was not looked at.
        width: of the pictures in pixels; that at which scenes are made if None.
        lidar_of: the log whose lidar tells depth where no exact one is known; the same if None.

    Raises:
        UserError: no image is held out.
    """
    window_ns = log.t_ns(window_s[0]), log.t_ns(window_s[1])
    drive = drive_of(log)
    source = lidar_of or log
    groups: Groups = {HELD_OUT: [], INPUTS: []}
    for stream in log.cameras:
        inside = np.flatnonzero((window_ns[0] <= stream.t_ns) & (stream.t_ns <= window_ns[1])).tolist()
        held_out = [index for index in inside if is_held_out(index, hold_out)]
        groups[HELD_OUT] += _recorded(log, source, drive, stream, held_out, width)
        used = spread(usable_images(stream, window_ns, hold_out), _MOST_INPUTS)
        groups[INPUTS] += _recorded(log, source, drive, stream, used, width)
    if not groups[HELD_OUT]:
        remedy = "Choose a longer stretch, or hold out more: --hold-out 2."
        raise UserError("No image of the log is held out", path=log.path, remedy=remedy)
    if drive is None:
        return Judged(groups, None)
    for name, side_m in SHIFTS.items():
        groups[name] = list(_beside(log, drive, window_ns, side_m, width))
    edited = EditedCity.of(drive, log, *_chosen_actors(log, groups[HELD_OUT]))
    groups[EDITED] = list(_edited(log, edited, window_ns, width))
    return Judged(groups, edited)


def camera_of(stream: CameraStream, width: int | None) -> Camera:
    camera = stream.camera
    size = working_size(camera) if width is None else (width, max(round(camera.height * width / camera.width), 1))
    return camera.resized(*size)


def _recorded(
    log: DrivingLog,
    lidar_of: DrivingLog,
    drive: CityDrive | None,
    stream: CameraStream,
    indices: Iterable[int],
    width: int | None,
) -> Iterator[Frame]:
    camera = camera_of(stream, width)
    size = camera.width, camera.height
    for index in indices:
        t_ns, pose = int(stream.t_ns[index]), stream.world_from_camera[index]
        try:
            rgb = cv2.resize(stream.image(index), size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
            if drive is None:
                depth = lidar_depth(lidar_of, camera, pose, t_ns)
            else:
                exact = cv2.resize(recorded_depth(log, stream, index), size, interpolation=cv2.INTER_NEAREST)
                depth = np.asarray(exact, np.float32)
        except UserError as error:
            logger.warning("an image is not compared: %s", error)
            continue
        moving = inside_boxes(camera, pose, moving_boxes(log, t_ns))
        yield Frame(titled(log, stream, t_ns), camera, pose, t_ns, rgb, depth, moving, stream.name)


def _beside(
    log: DrivingLog, drive: CityDrive, window_ns: tuple[int, int], side_m: float, width: int | None
) -> Iterator[Frame]:
    """The truth to the left and to the right of the drive, in turn."""
    for number, (stream, index) in enumerate(_instants(log, window_ns)):
        camera, t_ns, left_m = camera_of(stream, width), int(stream.t_ns[index]), side_m * (-1) ** number
        pose = beside(log, stream.world_from_camera[index], t_ns, left_m)
        rgb, depth = seen_from(drive, log, camera, pose, t_ns)
        title = f"{titled(log, stream, t_ns)}, {side_m:.0f} m to the {'left' if left_m > 0 else 'right'}"
        yield Frame(title, camera, pose, t_ns, rgb, depth, inside_boxes(camera, pose, moving_boxes(log, t_ns)))


def _edited(log: DrivingLog, edited: EditedCity, window_ns: tuple[int, int], width: int | None) -> Iterator[Frame]:
    for stream, index in _instants(log, window_ns):
        camera, t_ns = camera_of(stream, width), int(stream.t_ns[index])
        pose = edited.pose(log, stream, t_ns)
        rgb, depth = seen_from(edited.drive, log, camera, pose, t_ns)
        box = edited.moved_box(log, t_ns)
        moving = inside_boxes(camera, pose, [] if box is None else [box])
        yield Frame(f"{titled(log, stream, t_ns)}, edited", camera, pose, t_ns, rgb, depth, moving)


def _instants(log: DrivingLog, window_ns: tuple[int, int]) -> Iterator[tuple[CameraStream, int]]:
    for stream in log.cameras:
        inside = np.flatnonzero((window_ns[0] <= stream.t_ns) & (stream.t_ns <= window_ns[1])).tolist()
        for index in spread(inside, _INSTANTS):
            yield stream, index


def _chosen_actors(log: DrivingLog, frames: list[Frame]) -> tuple[Track | None, Track | None]:
    """Which actors are moved and removed: the two that move and fill most pixels; standing ones where none moves."""
    pixels: dict[str, float] = {}
    for frame in frames:
        for track, box in log.boxes_at(frame.t_ns):
            seen = float(inside_boxes(frame.camera, frame.world_from_camera, [box]).sum())
            moves = track.speed_at(frame.t_ns) > MOVING_MPS
            pixels[track.id] = pixels.get(track.id, 0.0) + seen * (1e6 if moves else 1.0)
    best = sorted((name for name, count in pixels.items() if count), key=lambda name: -pixels[name])
    tracks = {track.id: track for track in log.tracks}
    found = [tracks[name] for name in best[:2]]
    return found[0] if found else None, found[1] if len(found) > 1 else None


def titled(log: DrivingLog, stream: CameraStream, t_ns: int) -> str:
    return f"{stream.name}, {log.t_s(t_ns):.1f} s"


def moving_boxes(log: DrivingLog, t_ns: int) -> list[Box]:
    return [box for track, box in log.boxes_at(t_ns) if track.speed_at(t_ns) > MOVING_MPS]


def inside_boxes(camera: Camera, world_from_camera: Pose, boxes: list[Box]) -> NDArray[np.bool_]:
    """Which pixels (h, w) of a lens look into a box, whatever is before it."""
    rays, valid = camera.pixel_rays()
    if not boxes:
        return np.zeros(valid.shape, np.bool_)
    directions = world_from_camera.rotate(rays[valid])
    hits = Boxes.stack(boxes).ray_hits(world_from_camera.translation, directions)
    inside = np.zeros(valid.shape, np.bool_)
    inside[valid] = np.isfinite(hits).any(0)
    return inside


def lidar_depth(log: DrivingLog, camera: Camera, world_from_camera: Pose, t_ns: int) -> NDArray[np.float32]:
    """Depth (h, w) along the optical axis of the pixels that the sweep nearest in time measured, NaN elsewhere.

    Raises:
        UserError: the sweep cannot be read.
    """
    depth = np.full((camera.height, camera.width), np.inf, np.float32)
    if log.lidar is not None and len(log.lidar):
        index = int(np.argmin(np.abs(log.lidar.t_ns - t_ns)))
        if abs(int(log.lidar.t_ns[index]) - t_ns) < _LIDAR_WITHIN_NS:
            points = world_from_camera.inverse().apply(log.lidar.sweep(index).points_m)
            pixels, valid = camera.project(points)
            seen = valid & camera.in_image(pixels) & (points[:, 2] > 1.0)
            x, y = np.rint(pixels[seen]).astype(np.int64).T
            x, y = x.clip(0, camera.width - 1), y.clip(0, camera.height - 1)
            np.minimum.at(depth, (y, x), points[seen, 2].astype(np.float32))
    return np.where(np.isfinite(depth), depth, np.float32(np.nan))
