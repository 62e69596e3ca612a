"""Tiny valid logs in the layouts that the readers know, for any test; see the fixtures in conftest.

Both show the same drive: the ego goes straight ahead at `EGO_SPEED_MPS` for five frames at 10 Hz, a car drives
`CAR_AHEAD_M` ahead of it at the same speed, another is parked on the right, and a cone stands on the left. The ego
starts at `START_M` and heads `HEADING_RAD` in the source's frame, so that re-basing shows. Every image is of one
colour, `image_rgb(number)`, and the sweep of frame 2 is missing.
"""

import json
import uuid
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from core.geometry import Pose

FRAMES = 5
MISSING_SWEEP = 2
FIRST_NS = 1_600_000_000_000_000_000
TENTH_NS = 100_000_000
EGO_SPEED_MPS = 5.0
CAR_AHEAD_M = 15.0
CAR_SIZE_M = (4.5, 1.8, 1.5)  # length, width, height
PARKED_M = (12.0, -5.0, 0.75)  # in the world of the log
CONE_M = (8.0, 3.0, 0.4)
CONE_SIZE_M = (0.4, 0.4, 0.8)
START_M = (1000.0, -400.0, 12.0)
HEADING_RAD = 2.0
BEAM_FRAMES = 0.494  # PandaSet's lidar meets what is straight ahead half a spin before the sweep's time
IMAGE_SIZE = (64, 48)
LENS_PX = (40.0, 40.0, 31.5, 23.5)  # fx, fy, cx, cy

EGO_FROM_FRONT = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [1.5, 0.0, 1.6])
YAWS_DEG = {"front": 0.0, "front_left": 55.0, "front_right": -55.0}
SOURCE_FROM_WORLD = Pose.from_heading(HEADING_RAD, START_M)


def image_rgb(number: int) -> tuple[int, int, int]:
    """The colour of image `number`; blue is constant, so swapped channels show."""
    return 40 * number + 20, 100, 220


def ego_m(number: float) -> np.ndarray:
    """Where the ego is in frame `number`, world coordinates."""
    return np.array([EGO_SPEED_MPS * 0.1 * number, 0.0, 0.0])


def ego_from_camera(name: str) -> Pose:
    return Pose.from_heading(np.radians(YAWS_DEG[name]), np.zeros(3)) @ EGO_FROM_FRONT


def world_points(number: int) -> np.ndarray:
    """A sweep (n, 3): ground around the ego and points on the parked car."""
    x, y = np.meshgrid(np.linspace(-20, 20, 20), np.linspace(-20, 20, 20))
    ground = np.stack([x.ravel(), y.ravel(), np.full(400, -0.1)], -1) + ego_m(number)
    car = np.asarray(PARKED_M) + np.random.default_rng(number).uniform(-0.45, 0.45, (100, 3)) * CAR_SIZE_M
    return np.concatenate([ground, car])


def write_pandaset(folder: Path, name: str = "001") -> Path:
    """Write one log below `folder` and return its own folder."""
    log = folder / name
    t_s = [(FIRST_NS + number * TENTH_NS) * 1e-9 for number in range(FRAMES)]
    lidar_from_ego = Pose.from_heading(np.pi / 2, np.zeros(3))
    ego = [SOURCE_FROM_WORLD @ Pose.from_rotation(np.eye(3), ego_m(number)) for number in range(FRAMES)]
    lidar = [pose @ lidar_from_ego.inverse() for pose in ego]
    for camera in YAWS_DEG:
        camera_folder = log / "camera" / f"{camera}_camera"
        _write_json(camera_folder / "timestamps.json", [t - 0.05 for t in t_s])
        before = Pose.from_rotation(np.eye(3), [-0.05 * EGO_SPEED_MPS, 0.0, 0.0])
        poses = [_pandaset_pose(pose @ before @ ego_from_camera(camera)) for pose in ego]
        _write_json(camera_folder / "poses.json", poses)
        _write_json(camera_folder / "intrinsics.json", dict(zip(("fx", "fy", "cx", "cy"), LENS_PX, strict=True)))
        for number in range(FRAMES):
            _write_image(camera_folder / f"{number:02d}.jpg", number)
    _write_json(log / "lidar" / "timestamps.json", t_s)
    _write_json(log / "lidar" / "poses.json", [_pandaset_pose(pose) for pose in lidar])
    _write_json(log / "meta" / "gps.json", [{"lat": 37.5, "long": -122.25, "height": 3.0}] * FRAMES)
    for number in range(FRAMES):
        if number != MISSING_SWEEP:
            write_table(log / "lidar" / f"{number:02d}.pkl.gz", _pandaset_sweep(number))
        write_table(log / "annotations" / "cuboids" / f"{number:02d}.pkl.gz", _cuboids(number))
    return log


def write_table(path: Path, columns: dict[str, Any]) -> None:
    """A pickled frame of plain columns, as older pandas wrote them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    series = {
        name: pd.Series(values, dtype=object if isinstance(values[0], str | bool) else None)
        for name, values in columns.items()
    }
    table = pd.DataFrame(series)
    table.columns = pd.Index(list(columns), dtype=object)
    table.to_pickle(path)


def write_nuscenes(root: Path, scenes: tuple[str, ...] = ("scene-0001",)) -> Path:
    """Write scenes with 10 Hz key frames, all of the same drive an hour apart, and return the root."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("attribute", "log", "map", "visibility")}
    tables["log"].append({"token": "log", "logfile": "", "vehicle": "", "date_captured": "", "location": ""})
    tables["attribute"].append({"token": "moving", "name": "vehicle.moving", "description": ""})
    tables["category"] = [
        {"token": name, "name": name, "description": ""} for name in ("vehicle.car", "movable_object.trafficcone")
    ]
    channels = {"LIDAR_TOP": "lidar", **{f"CAM_{name.upper()}": "camera" for name in YAWS_DEG}}
    tables["sensor"] = [{"token": key, "channel": key, "modality": kind} for key, kind in channels.items()]
    tables["calibrated_sensor"] = [
        {"token": f"calibrated {key}", "sensor_token": key, **_nuscenes_mounting(key)} for key in channels
    ]
    for name in ("scene", "sample", "sample_data", "ego_pose", "instance", "sample_annotation"):
        tables[name] = []
    for index, scene in enumerate(scenes):
        _add_scene(tables, root, scene, FIRST_NS // 1000 + index * 3_600_000_000, channels)
    for name, rows in tables.items():
        _write_json(root / "v1.0-mini" / f"{name}.json", rows)
    return root


def _add_scene(
    tables: dict[str, list[dict[str, Any]]], root: Path, scene: str, start_us: int, channels: dict[str, str]
) -> None:
    tables["scene"].append({"token": scene, "name": scene, "log_token": "log", "nbr_samples": FRAMES})
    actors = {"ahead": "vehicle.car", "parked": "vehicle.car", "cone": "movable_object.trafficcone"}
    tables["instance"] += [{"token": f"{scene} {key}", "category_token": kind} for key, kind in actors.items()]
    for number in range(FRAMES):
        time_us = start_us + number * 100_000
        sample = f"{scene} {number}"
        tables["sample"].append({"token": sample, "scene_token": scene, "timestamp": time_us})
        for phase, channel in enumerate(channels):
            stamp = time_us - phase * 10_000
            suffix = "pcd.bin" if channels[channel] == "lidar" else "jpg"
            file = f"samples/{channel}/{scene}+0800__{stamp}.{suffix}"
            if suffix == "jpg":
                _write_image(root / file, number)
            elif number != MISSING_SWEEP:
                _write_bin(root / file, number)
            token = f"{sample} {channel}"
            size = {"width": IMAGE_SIZE[0], "height": IMAGE_SIZE[1]} if suffix == "jpg" else {"width": 0, "height": 0}
            tables["sample_data"].append(
                {
                    "token": token,
                    "sample_token": sample,
                    "ego_pose_token": token,
                    "calibrated_sensor_token": f"calibrated {channel}",
                    "timestamp": stamp,
                    "filename": file,
                    "is_key_frame": True,
                    **size,
                }
            )
            here = Pose.from_rotation(np.eye(3), ego_m(number) - [phase * 0.01 * EGO_SPEED_MPS, 0.0, 0.0])
            tables["ego_pose"].append({"token": token, "timestamp": stamp, **_nuscenes_pose(SOURCE_FROM_WORLD @ here)})
        for key, (position, size_m) in _actors(number).items():
            box = SOURCE_FROM_WORLD @ Pose.from_rotation(np.eye(3), position)
            tables["sample_annotation"].append(
                {
                    "token": f"{sample} {key}",
                    "sample_token": sample,
                    "instance_token": f"{scene} {key}",
                    "size": [size_m[1], size_m[0], size_m[2]],
                    "attribute_tokens": ["moving"] if key == "ahead" else [],
                    **_nuscenes_pose(box),
                }
            )


def _actors(number: float) -> dict[str, tuple[np.ndarray, tuple[float, float, float]]]:
    """Place and size of every actor in frame `number`, world coordinates."""
    return {
        "ahead": (ego_m(number) + np.array([CAR_AHEAD_M, 0.0, 0.75]), CAR_SIZE_M),
        "parked": (np.asarray(PARKED_M), CAR_SIZE_M),
        "cone": (np.asarray(CONE_M), CONE_SIZE_M),
    }


def _cuboids(number: int) -> dict[str, Any]:
    """Each actor, and the car ahead once more as the forward lidar saw it."""
    actors = _actors(number - BEAM_FRAMES)
    rows = [*actors.items(), ("ahead again", (actors["ahead"][0] + [0.1, 0.0, 0.0], CAR_SIZE_M))]
    names = [name for name, _ in rows]
    places = SOURCE_FROM_WORLD.apply(np.array([place for _, (place, _) in rows]))
    sizes = np.array([size for _, (_, size) in rows])
    siblings = {"ahead": "ahead again", "ahead again": "ahead"}
    sensors = {"ahead": 0, "ahead again": 1}
    return {
        "uuid": [actor_uuid(name) for name in names],
        "label": ["Cones" if name == "cone" else "Car" for name in names],
        "yaw": np.full(len(rows), HEADING_RAD - np.pi / 2),
        "stationary": [name in ("parked", "cone") for name in names],
        **{f"position.{axis}": places[:, column] for column, axis in enumerate("xyz")},
        **{f"dimensions.{axis}": sizes[:, column] for axis, column in (("x", 1), ("y", 0), ("z", 2))},
        "attributes.object_motion": [{"cone": None, "parked": "Parked"}.get(name, "Moving") for name in names],
        "cuboids.sibling_id": [actor_uuid(siblings[name]) if name in siblings else "-" for name in names],
        "cuboids.sensor_id": [sensors.get(name, -1) for name in names],
    }


def actor_uuid(name: str) -> str:
    """The track id of `ahead`, `parked` or `cone` in a PandaSet log."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _pandaset_sweep(number: int) -> dict[str, Any]:
    points = SOURCE_FROM_WORLD.apply(world_points(number))
    columns = {axis: points[:, column] for column, axis in enumerate("xyz")}
    return {**columns, "i": np.full(len(points), 51.0), "t": np.zeros(len(points)), "d": np.zeros(len(points), int)}


def _pandaset_pose(pose: Pose) -> dict[str, dict[str, float]]:
    return {
        "position": dict(zip("xyz", pose.translation.tolist(), strict=True)),
        "heading": dict(zip("wxyz", pose.quaternion.tolist(), strict=True)),
    }


def _nuscenes_pose(pose: Pose) -> dict[str, list[float]]:
    return {"translation": pose.translation.tolist(), "rotation": pose.quaternion.tolist()}


def _nuscenes_mounting(channel: str) -> dict[str, Any]:
    if channel == "LIDAR_TOP":
        lidar = Pose.from_heading(-np.pi / 2, [0.9, 0.0, 1.8])
        return {**_nuscenes_pose(lidar), "camera_intrinsic": []}
    fx, fy, cx, cy = LENS_PX
    mounting = ego_from_camera(channel.removeprefix("CAM_").lower())
    return {**_nuscenes_pose(mounting), "camera_intrinsic": [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]}


def _write_bin(path: Path, number: int) -> None:
    ego_from_lidar = Pose.from_heading(-np.pi / 2, [0.9, 0.0, 1.8])
    world_from_lidar = Pose.from_rotation(np.eye(3), ego_m(number)) @ ego_from_lidar
    points = world_from_lidar.inverse().apply(world_points(number))
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.concatenate([points, np.full((len(points), 1), 51.0), np.zeros((len(points), 1))], axis=1)
    path.write_bytes(values.astype("<f4").tobytes())


def _write_image(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = IMAGE_SIZE
    pixels = np.full((height, width, 3), image_rgb(number)[::-1], dtype=np.uint8)
    path.write_bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
