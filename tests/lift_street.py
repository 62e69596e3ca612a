"""A street that every test can work out by itself: grey ground, a green wall ahead, a red car that drives off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Boxes, PinholeCamera, Pose, PoseTrack
from core.logs import ActorClass, CameraStream, DrivingLog, ImageCache, LidarStream, LidarSweep, Track

START_NS, STEP_NS, FRAMES = 1_000_000_000, 100_000_000, 12
WALL_X_M, CAR_X_M, CAR_MPS, EGO_MPS = 35.0, 9.0, 12.0, 5.0
CAR_SIZE_M = (4.0, 1.8, 1.5)
GREY, GREEN, RED, BLUE = (110, 110, 110), (40, 150, 60), (200, 30, 30), (120, 170, 240)
LENS = PinholeCamera(120, 80, 90.0, 90.0, 59.5, 39.5)
MOUNT = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [1.0, 0.0, 1.5])
TIMES = START_NS + np.arange(FRAMES, dtype=np.int64) * STEP_NS


def street() -> DrivingLog:
    seconds = np.arange(FRAMES) * STEP_NS * 1e-9
    ego = PoseTrack(TIMES, _along_x(EGO_MPS * seconds, 0.0))
    car = PoseTrack(TIMES, _along_x(CAR_X_M + CAR_MPS * seconds, CAR_SIZE_M[2] / 2))
    track = Track(id="car", actor_class=ActorClass.CAR, source_label="car", poses=car, size_m=CAR_SIZE_M)
    cache = ImageCache()
    world_from_camera = ego.poses @ MOUNT
    world_from_lidar = ego.poses @ Pose.from_rotation(np.eye(3), [0.0, 0.0, 1.8])

    def read_image(index: int) -> NDArray[np.uint8]:
        directions = world_from_camera[index].rotate(LENS.pixel_rays()[0].reshape(-1, 3))
        _, colours = cast(world_from_camera[index].translation, directions, Box(car.poses[index], CAR_SIZE_M))
        return colours.reshape(LENS.height, LENS.width, 3)

    def read_sweep(index: int) -> LidarSweep:
        origin = world_from_lidar[index].translation
        directions = beams()
        away, _ = cast(origin, directions, Box(car.poses[index], CAR_SIZE_M))
        met = np.isfinite(away)
        points = (origin + away[met, None] * directions[met]).astype(np.float32)
        return LidarSweep(int(TIMES[index]), points, np.ones(len(points), np.float32))

    camera = CameraStream(
        name="front",
        t_ns=TIMES,
        camera=LENS,
        world_from_camera=world_from_camera,
        ego_from_camera=MOUNT,
        read_image=read_image,
        cache=cache,
    )
    lidar = LidarStream(name="lidar", t_ns=TIMES, world_from_lidar=world_from_lidar, read_sweep=read_sweep, cache=cache)
    return DrivingLog(
        name="street",
        format="synthetic",
        path=Path("nowhere"),
        ego=ego,
        cameras=(camera,),
        tracks=(track,),
        lidar=lidar,
        cache=cache,
    )


def beams() -> NDArray[np.float64]:
    """Directions (n, 3) of one turn to the front."""
    azimuth, elevation = np.meshgrid(np.radians(np.arange(-60, 60, 0.5)), np.radians(np.linspace(-25, 8, 34)))
    level = np.cos(elevation)
    return np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], -1).reshape(-1, 3)


def cast(
    origin: NDArray[np.float64], directions: NDArray[np.float64], car: Box
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Distances (n,), infinite in the sky, and colours (n, 3) along unit rays."""
    with np.errstate(divide="ignore"):
        ground = np.where(directions[:, 2] < 0, -origin[2] / directions[:, 2], np.inf)
        wall = np.where(directions[:, 0] > 0, (WALL_X_M - origin[0]) / directions[:, 0], np.inf)
    wall = np.where(origin[2] + np.where(np.isfinite(wall), wall, 0.0) * directions[:, 2] < 6.0, wall, np.inf)
    hits = np.stack([ground, wall, Boxes.stack([car]).ray_hits(origin, directions)[0], np.full(len(ground), 1e6)])
    nearest = hits.argmin(0)
    away = hits.min(0)
    return np.where(nearest == 3, np.inf, away), np.array([GREY, GREEN, RED, BLUE], np.uint8)[nearest]


def _along_x(x_m: NDArray[np.float64], z_m: float) -> Pose:
    places = np.column_stack([x_m, np.zeros_like(x_m), np.full_like(x_m, z_m)])
    return Pose.from_heading(np.zeros(len(x_m)), places)
