"""The tables of nuScenes v1.0 for a drive through the city."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.city.actors import ActorKind
from core.city.drive import CityDrive
from core.city.frame_files import LIDAR, START_US, SeenActor, file_name, timestamp_us
from core.city.life import NS_PER_S
from core.city.tokens import token
from core.city.tracks import CityTrack
from core.geometry import PinholeCamera
from core.image_bytes import image_bytes

VERSION = "v1.0-mini"
Row = dict[str, Any]

CATEGORIES: dict[ActorKind, str] = {
    ActorKind.CAR: "vehicle.car",
    ActorKind.VAN: "vehicle.car",  # as nuScenes has it; the attribute `body.van` tells them apart
    ActorKind.TRUCK: "vehicle.truck",
    ActorKind.BUS: "vehicle.bus.rigid",
    ActorKind.MOTORCYCLE: "vehicle.motorcycle",
    ActorKind.CYCLIST: "vehicle.bicycle",
    ActorKind.PEDESTRIAN: "human.pedestrian.adult",
    ActorKind.DOG: "animal",
    ActorKind.CAT: "animal",
    ActorKind.DEER: "animal",
    ActorKind.CONE: "movable_object.trafficcone",
    ActorKind.BARRIER: "movable_object.barrier",
    ActorKind.DEBRIS: "movable_object.debris",
}
"""Names of nuScenes, which its devkit has colours for."""

_ATTRIBUTES = (
    "vehicle.moving",
    "vehicle.stopped",
    "vehicle.parked",
    "cycle.with_rider",
    "pedestrian.standing",
    "pedestrian.moving",
    "body.van",
)
_VISIBILITIES = ("v0-40", "v40-60", "v60-80", "v80-100")
_FOUR_WHEELS = (ActorKind.CAR, ActorKind.VAN, ActorKind.TRUCK, ActorKind.BUS)
_TWO_WHEELS = (ActorKind.CYCLIST, ActorKind.MOTORCYCLE)
_MOVING_MPS = 0.3
_MASK_PX_PER_M = 10


def write_tables(drive: CityDrive, folder: Path, seen: Sequence[Sequence[SeenActor]]) -> None:
    """Write the 13 tables and the map mask; `seen` holds what each frame showed."""
    tables = _Tables(drive)
    tables.fill(seen)
    target = folder / VERSION
    target.mkdir(parents=True)
    for name, rows in tables.rows.items():
        (target / f"{name}.json").write_text(json.dumps(rows, indent=0, allow_nan=False), encoding="utf-8")
    _write_mask(drive, folder / tables.mask_file)


class _Tables:
    def __init__(self, drive: CityDrive) -> None:
        self._drive = drive
        self._seed = drive.spec.seed
        names = "attribute calibrated_sensor category ego_pose instance log map sample sample_annotation sample_data"
        self.rows: dict[str, list[Row]] = {name: [] for name in f"{names} scene sensor visibility".split()}
        self.mask_file = f"maps/{self._token('map')}.png"

    def _token(self, *names: str | int) -> str:
        return token(self._seed, *names)

    def fill(self, seen: Sequence[Sequence[SeenActor]]) -> None:
        self._fixed()
        self._sensors()
        frames = len(seen)
        for frame in range(frames):
            self._frame(frame, frames)
        self._annotations(seen)

    def _fixed(self) -> None:
        spec = self._drive.spec
        self.rows["category"] = [
            {"token": self._token("category", name), "name": name, "description": "", "index": index}
            for index, name in enumerate(sorted(set(CATEGORIES.values())), start=1)
        ]
        self.rows["attribute"] = [
            {"token": self._token("attribute", name), "name": name, "description": ""} for name in _ATTRIBUTES
        ]
        self.rows["visibility"] = [
            {"token": str(number), "level": level, "description": f"{level[1:]} % of the actor is visible"}
            for number, level in enumerate(_VISIBILITIES, start=1)
        ]
        self.rows["log"] = [
            {
                "token": self._token("log"),
                "logfile": f"city-{spec.seed}",
                "vehicle": "driftless",
                "date_captured": "2023-11-14",
                "location": f"city-{spec.seed}",
            }
        ]
        self.rows["map"] = [
            {
                "token": self._token("map"),
                "category": "semantic_prior",
                "filename": self.mask_file,
                "log_tokens": [self._token("log")],
            }
        ]
        self.rows["scene"] = [
            {
                "token": self._token("scene"),
                "log_token": self._token("log"),
                "name": f"city-{spec.seed}",
                "description": f"Procedural city, {spec.weather}",
                "nbr_samples": spec.frames,
                "first_sample_token": self._token("sample", 0),
                "last_sample_token": self._token("sample", spec.frames - 1),
            }
        ]

    def _sensors(self) -> None:
        rig = self._drive.spec.cameras
        mounts = [(mount.name, "camera", mount.ego_from_camera) for mount in rig.cameras]
        if self._drive.spec.lidar:
            mounts.append((LIDAR, "lidar", rig.ego_from_lidar))
        for channel, modality, pose in mounts:
            self.rows["sensor"].append(
                {"token": self._token("sensor", channel), "channel": channel, "modality": modality}
            )
            self.rows["calibrated_sensor"].append(
                {
                    "token": self._token("calibrated", channel),
                    "sensor_token": self._token("sensor", channel),
                    "translation": pose.translation.tolist(),
                    "rotation": pose.quaternion.tolist(),
                    "camera_intrinsic": self._intrinsic(channel) if modality == "camera" else [],
                }
            )

    def _intrinsic(self, channel: str) -> list[list[float]]:
        """The matrix of a pinhole; of another lens the pinhole that agrees with it on the axis."""
        camera = self._drive.camera(channel)
        values = camera.to_dict()
        return [[values["fx"], 0.0, values["cx"]], [0.0, values["fy"], values["cy"]], [0.0, 0.0, 1.0]]

    def _frame(self, frame: int, frames: int) -> None:
        drive = self._drive
        time_us = timestamp_us(drive, frame)
        ego = drive.ego.at(drive.spec.t_ns(frame))
        self.rows["sample"].append(
            {
                "token": self._token("sample", frame),
                "timestamp": time_us,
                "scene_token": self._token("scene"),
                **self._chain("sample", frame, frames),
            }
        )
        for sensor in self.rows["sensor"]:
            channel, is_camera = sensor["channel"], sensor["modality"] == "camera"
            name = self._token("data", channel, frame)
            self.rows["ego_pose"].append(
                {
                    "token": name,
                    "timestamp": time_us,
                    "translation": ego.translation.tolist(),
                    "rotation": ego.quaternion.tolist(),
                }
            )
            self.rows["sample_data"].append(
                {
                    "token": name,
                    "sample_token": self._token("sample", frame),
                    "ego_pose_token": name,
                    "calibrated_sensor_token": self._token("calibrated", channel),
                    "timestamp": time_us,
                    "fileformat": "jpg" if is_camera else "pcd",
                    "is_key_frame": True,
                    "height": drive.spec.height if is_camera else 0,
                    "width": drive.spec.width if is_camera else 0,
                    "filename": file_name(drive, channel, frame),
                    **self._chain("data", frame, frames, channel),
                }
            )

    def _chain(self, kind: str, frame: int, frames: int, *names: str) -> Row:
        return {
            "prev": self._token(kind, *names, frame - 1) if frame > 0 else "",
            "next": self._token(kind, *names, frame + 1) if frame + 1 < frames else "",
        }

    def _annotations(self, seen: Sequence[Sequence[SeenActor]]) -> None:
        frames_of: dict[str, list[tuple[int, SeenActor]]] = {}
        for frame, actors in enumerate(seen):
            for actor in actors:
                frames_of.setdefault(actor.track, []).append((frame, actor))
        for track in self._drive.tracks:
            found = frames_of.get(track.id, [])
            if not found:
                continue
            names = [self._token("annotation", track.id, frame) for frame, _ in found]
            self.rows["instance"].append(
                {
                    "token": track.id,
                    "category_token": self._token("category", CATEGORIES[track.kind]),
                    "nbr_annotations": len(found),
                    "first_annotation_token": names[0],
                    "last_annotation_token": names[-1],
                }
            )
            for number, (frame, actor) in enumerate(found):
                self.rows["sample_annotation"].append(
                    {
                        "token": names[number],
                        **self._box(track, frame),
                        "visibility_token": str(actor.visibility),
                        "num_lidar_pts": actor.lidar_points,
                        "num_radar_pts": 0,
                        "prev": names[number - 1] if number else "",
                        "next": names[number + 1] if number + 1 < len(names) else "",
                    }
                )

    def _box(self, track: CityTrack, frame: int) -> Row:
        t_ns = self._drive.spec.t_ns(frame)
        pose = track.pose_at(t_ns)
        length, width, height = track.size_m
        return {
            "sample_token": self._token("sample", frame),
            "instance_token": track.id,
            "attribute_tokens": [self._token("attribute", name) for name in _attributes(track, track.speed_at(t_ns))],
            "translation": pose.translation.tolist(),
            "size": [width, length, height],
            "rotation": pose.quaternion.tolist(),
        }


def _attributes(track: CityTrack, speed_mps: float) -> list[str]:
    moving = speed_mps > _MOVING_MPS
    found = []
    if track.kind in _FOUR_WHEELS:
        found.append("vehicle.parked" if track.parked else ("vehicle.moving" if moving else "vehicle.stopped"))
    elif track.kind is ActorKind.PEDESTRIAN:
        found.append("pedestrian.moving" if moving else "pedestrian.standing")
    elif track.kind in _TWO_WHEELS and not track.parked:
        found.append("cycle.with_rider")
    if track.kind is ActorKind.VAN:
        found.append("body.van")
    return found


def _write_mask(drive: CityDrive, path: Path) -> None:
    """The drivable area, ten pixels a metre, first row farthest north."""
    areas = [np.round(area[:, :2] * _MASK_PX_PER_M).astype(np.int32) for area in drive.lane_map.drivable]
    width, height = np.max([area.max(0) for area in areas], axis=0) + _MASK_PX_PER_M
    mask = np.zeros((int(height), int(width)), dtype=np.uint8)
    for area in areas:
        cv2.fillPoly(mask, [area], 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image_bytes(mask[::-1], ".png", [cv2.IMWRITE_PNG_BILEVEL, 1]))


def log_file(drive: CityDrive) -> Row:
    """`driftless/log.json`: licence, and the lenses that the tables cannot hold."""
    lenses = {mount.name: drive.camera(mount.name) for mount in drive.spec.cameras.cameras}
    rig = {name: lens.to_dict() for name, lens in lenses.items() if not isinstance(lens, PinholeCamera)}
    return {"licence": "Apache-2.0 (made by Driftless)", "rig": rig, "start_us": START_US, "ns_per_s": NS_PER_S}
