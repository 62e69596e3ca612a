"""Reader of PandaSet logs.

Decisions
- There is no ego pose in PandaSet; the lidar poses serve, turned so that x points forward (the lidar's forward
  is y). Their origin lies on the ground under the lidar. Poses and sweeps bear the time at which the spin ends.
- Images are undistorted already: a plain pinhole, whose size comes from the header of the first image.
- `timestamps.json` says how many samples a stream should hold; numbered files that lack are listed as missing.
  The poses are listed for missing sweeps as well, so the ego path has no gap.
- Boxes are placed where the spinning lidar met the actor, see `pandaset_cuboids`.
- A number that is NaN in a JSON file is an error that names file and field: a log whose poses cannot be trusted
  is not opened. Lidar points and boxes with NaN are left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs.image_cache import ImageCache
from core.logs.image_file import image_size, read_image
from core.logs.json_file import read_json
from core.logs.log import DrivingLog, HealthNote
from core.logs.opening import choose_log, in_order, world_frame
from core.logs.pandaset_cuboids import read_tracks
from core.logs.pandaset_files import Fix, numbered_files, read_lens, read_stamped_poses
from core.logs.pickled_table import read_table
from core.logs.registry import Reader
from core.logs.rig import in_rig_order
from core.logs.streams import CameraStream, LidarStream, LidarSweep

LICENCE = "CC BY 4.0 (PandaSet, Hesai and Scale AI)"
_LIDAR_FROM_EGO = Pose.from_heading(np.pi / 2, np.zeros(3))
_IMAGE_ENDINGS = (".jpg", ".png")
_TABLE_ENDINGS = (".pkl.gz", ".pkl")
_POINT_COLUMNS = ("x", "y", "z", "i")


def _camera_folders(folder: Path) -> list[Path]:
    cameras = folder / "camera"
    return sorted(cameras.glob("*_camera")) if cameras.is_dir() else []


def _log_names(path: Path) -> list[str]:
    return sorted(child.name for child in path.iterdir() if child.is_dir() and _camera_folders(child))


def _detect(path: Path) -> bool:
    return path.is_dir() and bool(_camera_folders(path) or _log_names(path))


def _read(path: Path, name: str | None) -> DrivingLog:
    if _camera_folders(path):
        return _read_log(path, choose_log([path.name], name, path)[1])
    chosen, notes = choose_log(_log_names(path), name, path)
    return _read_log(path / chosen, notes)


def _read_log(folder: Path, notes: list[HealthNote]) -> DrivingLog:
    t_ns, source_from_lidar = read_stamped_poses(folder / "lidar")
    source_from_ego = source_from_lidar @ _LIDAR_FROM_EGO
    order = in_order(t_ns)
    source_from_world = world_frame(source_from_ego[order[0]])
    world_from_source = source_from_world.inverse()
    ego = PoseTrack(t_ns[order], world_from_source @ source_from_ego[order])
    cache = ImageCache()
    cameras = [_read_camera(camera, ego, world_from_source, cache, notes) for camera in _camera_folders(folder)]
    lidar = _read_lidar(folder, t_ns, world_from_source @ source_from_lidar, world_from_source, cache, notes)
    tracks = read_tracks(folder / "annotations" / "cuboids", t_ns, source_from_lidar, world_from_source, notes)
    _note_gps(folder, notes)
    return DrivingLog(
        name=folder.name,
        format="pandaset",
        path=folder,
        ego=ego,
        cameras=in_rig_order(cameras),
        tracks=tracks,
        lidar=lidar,
        licence=LICENCE,
        health=tuple(notes),
        source_from_world=source_from_world,
        cache=cache,
    )


def _read_camera(
    folder: Path, ego: PoseTrack, world_from_source: Pose, cache: ImageCache, notes: list[HealthNote]
) -> CameraStream:
    t_ns, source_from_camera = read_stamped_poses(folder)
    found = numbered_files(folder.parent.parent, folder, t_ns, _IMAGE_ENDINGS, notes)
    if not found.files:
        raise UserError("The camera holds no image", path=folder, remedy="Copy the log again.")
    width, height = image_size(found.files[0])
    world_from_camera = world_from_source @ source_from_camera
    middle = len(t_ns) // 2  # the first images are older than the first lidar pose
    return CameraStream(
        name=folder.name,
        t_ns=t_ns[found.numbers],
        missing=found.missing,
        camera=read_lens(folder, width, height),
        world_from_camera=world_from_camera[found.numbers],
        ego_from_camera=ego.at(t_ns[middle]).inverse() @ world_from_camera[middle],
        read_image=lambda index: read_image(found.files[index], width, height),
        files=found.files,
        cache=cache,
    )


def _read_lidar(
    folder: Path,
    t_ns: NDArray[np.int64],
    world_from_lidar: Pose,
    world_from_source: Pose,
    cache: ImageCache,
    notes: list[HealthNote],
) -> LidarStream:
    found = numbered_files(folder, folder / "lidar", t_ns, _TABLE_ENDINGS, notes)
    times = t_ns[found.numbers]

    def read_sweep(index: int) -> LidarSweep:
        table = read_table(found.files[index], numbers=_POINT_COLUMNS)
        values = np.stack([table[name].astype(np.float64) for name in _POINT_COLUMNS], axis=-1)
        values = values[np.isfinite(values).all(-1)]
        points_m = world_from_source.apply(values[:, :3]).astype(np.float32)
        intensity = np.clip(values[:, 3] / 255.0, 0.0, 1.0).astype(np.float32)
        return LidarSweep(int(times[index]), points_m, intensity)

    return LidarStream(
        name="lidar",
        t_ns=times,
        missing=found.missing,
        world_from_lidar=world_from_lidar[found.numbers],
        read_sweep=read_sweep,
        cache=cache,
    )


def _note_gps(folder: Path, notes: list[HealthNote]) -> None:
    path = folder / "meta" / "gps.json"
    fixes = read_json(path, list[Fix]) if path.is_file() else []
    if fixes:
        text = f"The drive starts at {fixes[0].lat:.6f}° latitude, {fixes[0].long:.6f}° longitude"
        notes.append(HealthNote("info", text, "meta/gps.json"))


READER = Reader("pandaset", "PandaSet (camera, lidar and annotations folders)", _detect, _read)
