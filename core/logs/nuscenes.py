"""Reader of nuScenes v1.0 and of what the demo city writes in that layout.

Decisions
- The path is the data root or its `v1.0-*` folder. Of several such folders the one with most tables opens.
- Each image and sweep uses the ego pose of its own time. Boxes bear the time of their sample.
- Key frames and the frames between are one stream. Times are microseconds there, nanoseconds here.
- Rows whose file is absent are listed as missing. Radar is not read.
- `driftless/lane_map.json` and `driftless/log.json` beside the tables, which the city writes, add lanes, the
  licence, and lenses that a 3 × 3 matrix cannot hold.
- A number that is NaN in a table is an error that names file and field.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Camera, Pose, PoseTrack, camera_from_dict
from core.logs.image_cache import ImageCache
from core.logs.image_file import image_size, read_image
from core.logs.json_file import read_json
from core.logs.lane_file import read_lane_map
from core.logs.log import DrivingLog, HealthNote
from core.logs.nuscenes_tables import (
    TABLES,
    CalibratedSensor,
    EgoPose,
    SampleData,
    SceneTables,
    read_scene,
    scene_names,
)
from core.logs.nuscenes_tracks import read_tracks
from core.logs.opening import choose_log, in_order, pinhole_camera, poses_from_rows, world_frame
from core.logs.registry import Reader
from core.logs.rig import in_rig_order
from core.logs.streams import CameraStream, LidarStream, LidarSweep, MissingSample

LICENCE = "CC BY-NC-SA 4.0 and the terms of Motional, non-commercial (nuScenes)"
EXTRA_FOLDER = "driftless"
_POINT_VALUES = 5  # x, y, z, intensity, ring as float32


@dataclass
class _LogFile:
    licence: str | None = None
    rig: dict[str, dict[str, Any]] = field(default_factory=dict)  # channel → Camera.to_dict()


def _table_folders(path: Path) -> list[Path]:
    """Table folders of a path, the most complete first."""
    if path.is_dir() and path.name.startswith("v1.0-"):
        return [path]
    found = [child for child in path.iterdir() if child.name.startswith("v1.0-") and child.is_dir()]
    return sorted(found, key=lambda folder: (-sum((folder / f"{table}.json").is_file() for table in TABLES), folder))


def _detect(path: Path) -> bool:
    return path.is_dir() and bool(_table_folders(path))


def _read(path: Path, name: str | None) -> DrivingLog:
    folders = _table_folders(path)
    tables_folder = folders[0]
    notes = []
    if len(folders) > 1:
        others = ", ".join(folder.name for folder in folders[1:])
        notes.append(HealthNote("info", f"{tables_folder.name} is open; open one of these folders for it: {others}"))
    chosen, choice = choose_log(scene_names(tables_folder), name, path)
    tables, missing = read_scene(tables_folder, chosen)
    return _SceneReader(chosen, tables, [*notes, *choice, *missing]).read()


class _SceneReader:
    """One scene. A channel's rows come in order of time; absent files are set aside, not dropped."""

    def __init__(self, name: str, tables: SceneTables, notes: list[HealthNote]) -> None:
        self.name = name
        self.tables = tables
        self.root = tables.folder.parent
        self.notes = notes
        self.cache = ImageCache()
        extra = self.root / EXTRA_FOLDER / "log.json"
        self.extra = read_json(extra, _LogFile) if extra.is_file() else _LogFile()

    def read(self) -> DrivingLog:
        channels, modalities = self.channels()
        ego_rows = list({row.timestamp: row for row in map(self.ego_row, self.tables.data)}.values())
        if not ego_rows:
            raise UserError("The scene holds no sensor data", path=self.tables.folder / "sample_data.json")
        ego_t_ns = np.array([row.timestamp * 1000 for row in ego_rows], dtype=np.int64)
        order = in_order(ego_t_ns)
        global_from_ego = self.poses("ego_pose", ego_rows)[order]
        global_from_world = world_frame(global_from_ego[0])
        world_from_global = global_from_world.inverse()
        cameras = [
            self.camera(channel, rows, world_from_global)
            for channel, rows in channels.items()
            if modalities[channel] == "camera"
        ]
        lidars = [channel for channel in channels if modalities[channel] == "lidar"]
        if len(lidars) > 1:
            self.notes.append(HealthNote("warning", f"Only {lidars[0]} is read of the lidars {', '.join(lidars)}"))
        lane_file = self.root / EXTRA_FOLDER / "lane_map.json"
        return DrivingLog(
            name=self.name,
            format="nuscenes",
            path=self.root,
            ego=PoseTrack(ego_t_ns[order], world_from_global @ global_from_ego),
            cameras=in_rig_order(cameras),
            tracks=read_tracks(self.tables, world_from_global),
            lidar=self.lidar(lidars[0], channels[lidars[0]], world_from_global) if lidars else None,
            lane_map=read_lane_map(lane_file).moved(world_from_global) if lane_file.is_file() else None,
            licence=self.extra.licence or LICENCE,
            health=tuple(self.notes),
            source_from_world=global_from_world,
            cache=self.cache,
        )

    def channels(self) -> tuple[dict[str, list[SampleData]], dict[str, str]]:
        """Rows of each channel in order of time, and each channel's modality."""
        rows_of: defaultdict[str, list[SampleData]] = defaultdict(list)
        modalities = {}
        for row in self.tables.data:
            calibration = self.calibration(row)
            sensor = self.tables.look_up(
                self.tables.sensors, calibration.sensor_token, "sensor", "calibrated_sensor.sensor_token"
            )
            rows_of[sensor.channel].append(row)
            modalities[sensor.channel] = sensor.modality
        ordered = {}
        for channel, rows in sorted(rows_of.items()):
            order = in_order([row.timestamp for row in rows])
            if len(order) < len(rows):
                text = f"{channel}: {len(rows) - len(order)} samples share a time with another and are left out"
                self.notes.append(HealthNote("warning", text, f"{self.tables.folder.name}/sample_data.json"))
            ordered[channel] = [rows[index] for index in order]
        return ordered, modalities

    def calibration(self, row: SampleData) -> CalibratedSensor:
        return self.tables.look_up(
            self.tables.calibrations,
            row.calibrated_sensor_token,
            "calibrated_sensor",
            "sample_data.calibrated_sensor_token",
        )

    def ego_row(self, row: SampleData) -> EgoPose:
        return self.tables.look_up(self.tables.ego_poses, row.ego_pose_token, "ego_pose", "sample_data.ego_pose_token")

    def poses(self, table: str, rows: list[EgoPose] | list[CalibratedSensor]) -> Pose:
        """Poses (n,) of rows."""
        return poses_from_rows(
            [row.rotation for row in rows],
            [row.translation for row in rows],
            self.tables.folder / f"{table}.json",
            lambda index: f"{rows[index].token}.rotation",
        )

    def present(
        self, channel: str, rows: list[SampleData]
    ) -> tuple[list[SampleData], NDArray[np.int64], tuple[MissingSample, ...]]:
        """Rows whose file is there, their times (n,), and the missing samples."""
        there = [(self.root / row.filename).is_file() for row in rows]
        missing = tuple(
            MissingSample(index, row.timestamp * 1000, row.filename)
            for index, (row, found) in enumerate(zip(rows, there, strict=True))
            if not found
        )
        if missing:
            folder = Path(rows[0].filename).parent.as_posix()
            text = f"{channel}: {len(missing)} of {len(rows)} files are missing"
            self.notes.append(HealthNote("warning", text, folder))
        kept = [row for row, found in zip(rows, there, strict=True) if found]
        return kept, np.array([row.timestamp * 1000 for row in kept], dtype=np.int64), missing

    def source_from_sensor(self, rows: list[SampleData]) -> Pose:
        """Poses (n,) of a sensor in the global frame, each by the ego pose of its own time."""
        calibrations = self.poses("calibrated_sensor", [self.calibration(row) for row in rows])
        return self.poses("ego_pose", [self.ego_row(row) for row in rows]) @ calibrations

    def camera(self, channel: str, all_rows: list[SampleData], world_from_global: Pose) -> CameraStream:
        rows, t_ns, missing = self.present(channel, all_rows)
        lens = self.lens(channel, all_rows[0], rows)
        files = [self.root / row.filename for row in rows]
        return CameraStream(
            name=channel,
            t_ns=t_ns,
            missing=missing,
            camera=lens,
            world_from_camera=world_from_global @ self.source_from_sensor(rows),
            ego_from_camera=self.poses("calibrated_sensor", [self.calibration(all_rows[0])])[0],
            read_image=lambda index: read_image(files[index], lens.width, lens.height),
            files=files,
            cache=self.cache,
        )

    def lens(self, channel: str, row: SampleData, present: list[SampleData]) -> Camera:
        if channel in self.extra.rig:
            return camera_from_dict(self.extra.rig[channel], path=self.root / EXTRA_FOLDER / "log.json")
        matrix = self.calibration(row).camera_intrinsic
        path = self.tables.folder / "calibrated_sensor.json"
        name = f"{row.calibrated_sensor_token}.camera_intrinsic"
        if len(matrix) != 3:
            raise UserError(f"The intrinsic matrix of {channel} is not 3 × 3", path=path, field=name)
        width, height = row.width, row.height
        if not (width and height):
            if not present:
                raise UserError(f"The image size of {channel} is not known", path=path.with_name("sample_data.json"))
            width, height = image_size(self.root / present[0].filename)
        return pinhole_camera(width, height, (matrix[0][0], matrix[1][1], matrix[0][2], matrix[1][2]), path, name)

    def lidar(self, channel: str, all_rows: list[SampleData], world_from_global: Pose) -> LidarStream:
        rows, t_ns, missing = self.present(channel, all_rows)
        files = [self.root / row.filename for row in rows]
        world_from_lidar = world_from_global @ self.source_from_sensor(rows)

        def read_sweep(index: int) -> LidarSweep:
            values = _read_points(files[index])
            points_m = world_from_lidar[index].apply(values[:, :3]).astype(np.float32)
            return LidarSweep(int(t_ns[index]), points_m, np.clip(values[:, 3] / 255.0, 0.0, 1.0))

        return LidarStream(
            name=channel,
            t_ns=t_ns,
            missing=missing,
            world_from_lidar=world_from_lidar,
            read_sweep=read_sweep,
            cache=self.cache,
        )


def _read_points(path: Path) -> NDArray[np.float32]:
    """Points (n, 5) of a sweep in the sensor's frame; those that are not finite are left out."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The sweep cannot be read ({error.strerror})", path=path, remedy="Copy the log again."
        ) from error
    if len(content) % (4 * _POINT_VALUES):
        raise UserError("The sweep is cut short", path=path, remedy="Copy the log again.")
    values = np.frombuffer(content, dtype="<f4").reshape(-1, _POINT_VALUES)
    return values[np.isfinite(values[:, :4]).all(1)]


READER = Reader("nuscenes", "nuScenes v1.0 (a v1.0-… folder of tables)", _detect, _read)
