"""A drive made of arrays: three cameras, two actors, lidar, lanes; every picture has a colour of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Camera, FisheyeCamera, PinholeCamera, Pose, PoseTrack
from core.logs import (
    ActorClass,
    CameraStream,
    DrivingLog,
    ImageCache,
    Lane,
    LaneMap,
    LidarStream,
    LidarSweep,
    MissingSample,
    Track,
)

START_NS = 1_700_000_000_000_000_000
STEP_NS = 100_000_000
IMAGES = 20
EGO_MPS = 5.0
FRONT = PinholeCamera(320, 180, 180.0, 180.0, 159.5, 89.5)
PORTRAIT = PinholeCamera(120, 200, 110.0, 110.0, 59.5, 99.5)
BACK = FisheyeCamera(240, 160, 80.0, 80.0, 119.5, 79.5, (0.02, -0.003, 0.0, 0.0))
HEIGHT_M = 1.5


@dataclass
class Reads:
    """What was asked of the files; `gate` can hold readers up, `broken` images and sweeps (of "lidar") fail."""

    images: list[tuple[str, int]] = field(default_factory=list)
    sweeps: list[int] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)
    broken: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gate.set()


def colour_of(camera: str, index: int) -> tuple[int, int, int]:
    """The one colour of an image, unlike that of any other."""
    return (40 + 8 * index, {"front": 60, "left": 120, "back": 180}[camera], 200 - 6 * index)


def mounting(yaw_rad: float, x_m: float = 0.0, y_m: float = 0.0) -> Pose:
    """A level camera that looks along a heading of the ego, `HEIGHT_M` above the ground."""
    cos, sin = np.cos(yaw_rad), np.sin(yaw_rad)
    axes = np.array([[sin, 0.0, cos], [-cos, 0.0, sin], [0.0, -1.0, 0.0]])
    return Pose.from_rotation(axes, [x_m, y_m, HEIGHT_M])


def small_drive(*, reads: Reads | None = None, missing_back: int | None = None) -> DrivingLog:
    """Two seconds at 5 m/s along x, a car ahead on the left, a pedestrian on the right, a car behind."""
    reads = reads or Reads()
    times = START_NS + np.arange(-5, IMAGES + 5, dtype=np.int64) * STEP_NS
    x_m = (times - START_NS) * 1e-9 * EGO_MPS
    positions = np.column_stack([x_m, np.zeros_like(x_m), np.zeros_like(x_m)])
    ego = PoseTrack(times, Pose.from_heading(np.zeros(len(times)), positions))
    cache = ImageCache()
    cameras = (
        _camera("left", PORTRAIT, mounting(np.pi / 2, y_m=0.5), 30_000_000, ego, reads, cache),
        _camera("front", FRONT, mounting(0.0, x_m=1.0), 0, ego, reads, cache),
        _camera("back", BACK, mounting(np.pi, x_m=-1.0), 60_000_000, ego, reads, cache, missing_back),
    )
    return DrivingLog(
        name="small drive",
        format="synthetic",
        path=Path("nowhere"),
        ego=ego,
        cameras=cameras,
        tracks=(
            _track("car", ActorClass.CAR, (20.0, 3.0, 0.75), (4.0, 1.8, 1.5), times),
            _track("walker", ActorClass.PEDESTRIAN, (18.0, -4.0, 0.9), (0.6, 0.6, 1.8), times),
            _track("follower", ActorClass.CAR, (-9.0, 1.0, 0.75), (4.0, 1.8, 1.5), times),
        ),
        lidar=_lidar(ego, reads, cache),
        lane_map=_lane_map(),
        cache=cache,
    )


def _camera(
    name: str,
    lens: Camera,
    mount: Pose,
    phase_ns: int,
    ego: PoseTrack,
    reads: Reads,
    cache: ImageCache,
    missing: int | None = None,
) -> CameraStream:
    numbers = [number for number in range(IMAGES) if number != missing]
    times = START_NS + phase_ns + np.array(numbers, dtype=np.int64) * STEP_NS
    lost = (
        () if missing is None else (MissingSample(missing, START_NS + phase_ns + missing * STEP_NS, f"{missing}.jpg"),)
    )

    def read(index: int) -> NDArray[np.uint8]:
        reads.gate.wait(20)
        reads.images.append((name, index))
        reads.threads.add(threading.current_thread().name)
        if (name, index) in reads.broken:
            raise UserError("The image is cut short", path=f"{name}/{index}.jpg")
        return np.full((lens.height, lens.width, 3), colour_of(name, numbers[index]), dtype=np.uint8)

    return CameraStream(
        name=name,
        t_ns=times,
        missing=lost,
        camera=lens,
        world_from_camera=ego.at(times) @ mount,
        ego_from_camera=mount,
        read_image=read,
        cache=cache,
    )


def _track(
    name: str,
    kind: ActorClass,
    centre_m: tuple[float, ...],
    size_m: tuple[float, float, float],
    times: NDArray[np.int64],
) -> Track:
    poses = Pose.from_heading(np.zeros(len(times)), np.tile(centre_m, (len(times), 1)))
    return Track(id=name, actor_class=kind, source_label=kind.value, poses=PoseTrack(times, poses), size_m=size_m)


def _lidar(ego: PoseTrack, reads: Reads, cache: ImageCache) -> LidarStream:
    times = START_NS + np.arange(IMAGES // 2, dtype=np.int64) * 2 * STEP_NS

    def read(index: int) -> LidarSweep:
        reads.gate.wait(20)
        reads.sweeps.append(index)
        reads.threads.add(threading.current_thread().name)
        if ("lidar", index) in reads.broken:
            raise UserError("The file is damaged", path=f"lidar/{index}.pkl", remedy="Copy the log again.")
        return LidarSweep(int(times[index]), wall_points(), np.full(len(wall_points()), 0.5, dtype=np.float32))

    return LidarStream(name="lidar", t_ns=times, world_from_lidar=ego.at(times), read_sweep=read, cache=cache)


def wall_points() -> NDArray[np.float32]:
    """A row of posts ahead, well apart."""
    y_m, z_m = np.meshgrid(np.linspace(-8, 8, 9), np.linspace(0.2, 3.0, 4))
    return np.column_stack([np.full(y_m.size, 25.0), y_m.ravel(), z_m.ravel()]).astype(np.float32)


def _lane_map() -> LaneMap:
    x_m = np.linspace(-30, 80, 23)

    def line(y_m: float) -> NDArray[np.float64]:
        return np.column_stack([x_m, np.full_like(x_m, y_m), np.zeros_like(x_m)])

    lane = Lane(id="lane", centre_m=line(0.0), left_m=line(1.75), right_m=line(-1.75))
    crossing = np.array([[30, -5, 0], [33, -5, 0], [33, 5, 0], [30, 5, 0]], dtype=float)
    return LaneMap(
        lanes={"lane": lane},
        crossings=(crossing,),
        drivable=(np.array([[-30, -6, 0], [80, -6, 0], [80, 6, 0], [-30, 6, 0]], dtype=float),),
    )
