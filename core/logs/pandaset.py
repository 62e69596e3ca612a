"""Reader of PandaSet logs.

Decisions
- There is no ego pose in PandaSet; the lidar poses serve, turned so that x points forward (the lidar's forward
  is y). Their origin lies on the ground under the lidar. Poses and sweeps bear the time at which the spin ends.
- Images are undistorted already: a plain pinhole, whose size comes from the header of the first image.
- `timestamps.json` says how many samples a stream should hold; numbered files that lack are listed as missing.
  The lidar poses go on through missing sweeps.
- Boxes are placed where the spinning lidar met the actor, see `pandaset_cuboids`.
- A number that is NaN in a JSON file is an error that names file and field: a log whose poses cannot be trusted
  is not opened. Lidar points and boxes with NaN are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat

from core.errors import UserError
from core.geometry import PinholeCamera, Pose, PoseTrack
from core.logs.image_cache import ImageCache
from core.logs.image_file import image_size, read_image
from core.logs.json_file import read_json
from core.logs.log import DrivingLog, HealthNote
from core.logs.opening import choose_log, in_order, world_frame
from core.logs.pandaset_cuboids import read_tracks
from core.logs.registry import Reader
from core.logs.rig import in_rig_order
from core.logs.safe_pickle import read_pickled_table
from core.logs.streams import CameraStream, LidarStream, LidarSweep, MissingSample

LICENCE = "CC BY 4.0 (PandaSet, Hesai and Scale AI)"
_LIDAR_FROM_EGO = Pose.from_heading(np.pi / 2, np.zeros(3))
_TABLE_ENDINGS = (".pkl.gz", ".pkl")


@dataclass
class _Vector:
    x: FiniteFloat
    y: FiniteFloat
    z: FiniteFloat


@dataclass
class _Quaternion:
    w: FiniteFloat
    x: FiniteFloat
    y: FiniteFloat
    z: FiniteFloat


@dataclass
class _PoseRecord:
    position: _Vector
    heading: _Quaternion


@dataclass
class _Intrinsics:
    fx: FiniteFloat
    fy: FiniteFloat
    cx: FiniteFloat
    cy: FiniteFloat


@dataclass
class _Fix:
    lat: FiniteFloat
    long: FiniteFloat


def _is_log(folder: Path) -> bool:
    cameras = folder / "camera"
    return cameras.is_dir() and any(child.name.endswith("_camera") for child in cameras.iterdir())


def _detect(path: Path) -> bool:
    return path.is_dir() and (_is_log(path) or any(child.is_dir() and _is_log(child) for child in path.iterdir()))


def _read(path: Path, name: str | None) -> DrivingLog:
    if _is_log(path):
        return _LogFolder(path).read([])
    names = sorted(child.name for child in path.iterdir() if child.is_dir() and _is_log(child))
    chosen, notes = choose_log(names, name, path)
    return _LogFolder(path / chosen).read(notes)


class _LogFolder:
    """One numbered folder of PandaSet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = ImageCache()
        self.notes: list[HealthNote] = []

    def read(self, notes: list[HealthNote]) -> DrivingLog:
        self.notes.extend(notes)
        t_ns, source_from_lidar = self.stamped_poses(self.folder / "lidar")
        if not len(t_ns):
            raise UserError("The log holds no sweep", path=self.folder / "lidar" / "timestamps.json")
        source_from_ego = source_from_lidar @ _LIDAR_FROM_EGO
        order = in_order(t_ns)
        source_from_world = world_frame(source_from_ego[order[0]])
        world_from_source = source_from_world.inverse()
        ego = PoseTrack(t_ns[order], world_from_source @ source_from_ego[order])
        tracks, track_notes = read_tracks(
            self.folder / "annotations" / "cuboids", t_ns, source_from_lidar, world_from_source
        )
        cameras = [
            self.camera(folder, ego, world_from_source)
            for folder in sorted((self.folder / "camera").iterdir())
            if folder.is_dir()
        ]
        lidar = self.lidar(t_ns, source_from_lidar, world_from_source)
        self.note_gps()
        return DrivingLog(
            name=self.folder.name,
            format="pandaset",
            path=self.folder,
            ego=ego,
            cameras=in_rig_order(cameras),
            tracks=tracks,
            lidar=lidar,
            licence=LICENCE,
            health=(*self.notes, *track_notes),
            source_from_world=source_from_world,
            cache=self.cache,
        )

    def stamped_poses(self, folder: Path) -> tuple[NDArray[np.int64], Pose]:
        """Times (n,) and poses (n,) in the source's frame as listed, with those of missing files."""
        stamps = read_json(folder / "timestamps.json", list[FiniteFloat])
        records = read_json(folder / "poses.json", list[_PoseRecord])
        if len(records) != len(stamps):
            raise UserError(
                f"There are {len(records)} poses for {len(stamps)} time stamps",
                path=folder / "poses.json",
                field=f"[{min(len(records), len(stamps))}]",
                remedy="Copy the log again.",
            )
        headings = [(r.heading.w, r.heading.x, r.heading.y, r.heading.z) for r in records]
        for index, heading in enumerate(headings):
            if not any(heading):
                raise UserError("A quaternion is zero", path=folder / "poses.json", field=f"[{index}].heading")
        positions = [(r.position.x, r.position.y, r.position.z) for r in records]
        poses = Pose.from_quaternion(np.reshape(headings, (-1, 4)), np.reshape(positions, (-1, 3)))
        return np.round(np.asarray(stamps) * 1e9).astype(np.int64), poses

    def present(
        self, stream: str, folder: Path, t_ns: NDArray[np.int64], endings: tuple[str, ...]
    ) -> tuple[NDArray[np.int64], list[Path], tuple[MissingSample, ...]]:
        """Numbers of the samples that have a file, in order of time, those files, and the missing samples."""
        there = {child.name for child in folder.iterdir()}
        order = in_order(t_ns)
        if len(order) < len(t_ns):
            text = f"{stream}: {len(t_ns) - len(order)} samples share a time with another and are left out"
            self.notes.append(HealthNote("warning", text, self.relative(folder / "timestamps.json")))
        numbers, files, missing = [], [], []
        for number in order.tolist():
            name = next((f"{number:02d}{end}" for end in endings if f"{number:02d}{end}" in there), None)
            if name is not None:
                numbers.append(number)
                files.append(folder / name)
            else:
                file = self.relative(folder / f"{number:02d}{endings[0]}")
                missing.append(MissingSample(number, int(t_ns[number]), file))
        if missing:
            listed = ", ".join(str(sample.index) for sample in missing[:20]) + ("…" if len(missing) > 20 else "")
            text = f"{stream}: {len(missing)} of {len(order)} files are missing: {listed}"
            self.notes.append(HealthNote("warning", text, self.relative(folder)))
        return np.asarray(numbers, dtype=np.int64), files, tuple(missing)

    def camera(self, folder: Path, ego: PoseTrack, world_from_source: Pose) -> CameraStream:
        t_ns, source_from_camera = self.stamped_poses(folder)
        lens = read_json(folder / "intrinsics.json", _Intrinsics)
        numbers, files, missing = self.present(folder.name, folder, t_ns, (".jpg", ".png"))
        if not files:
            raise UserError("The camera holds no image", path=folder, remedy="Copy the log again.")
        width, height = image_size(files[0])
        world_from_camera = world_from_source @ source_from_camera
        middle = len(t_ns) // 2  # the first images are older than the first lidar pose
        ego_from_camera = ego.at(t_ns[middle]).inverse() @ world_from_camera[middle]
        return CameraStream(
            name=folder.name,
            t_ns=t_ns[numbers],
            missing=missing,
            camera=PinholeCamera(width, height, lens.fx, lens.fy, lens.cx, lens.cy),
            world_from_camera=world_from_camera[numbers],
            ego_from_camera=ego_from_camera,
            read_image=lambda index: read_image(files[index], width, height),
            cache=self.cache,
        )

    def lidar(self, t_ns: NDArray[np.int64], source_from_lidar: Pose, world_from_source: Pose) -> LidarStream:
        numbers, files, missing = self.present("lidar", self.folder / "lidar", t_ns, _TABLE_ENDINGS)
        times = t_ns[numbers]

        def read_sweep(index: int) -> LidarSweep:
            table = read_pickled_table(files[index], ("x", "y", "z", "i")).loc[:, ["x", "y", "z", "i"]]
            values = _numbers(table.to_numpy(), files[index])
            values = values[np.isfinite(values).all(-1)]
            points_m = world_from_source.apply(values[:, :3]).astype(np.float32)
            intensity = np.clip(values[:, 3] / 255.0, 0.0, 1.0).astype(np.float32)
            return LidarSweep(int(times[index]), points_m, intensity)

        return LidarStream(
            name="lidar",
            t_ns=times,
            missing=missing,
            world_from_lidar=world_from_source @ source_from_lidar[numbers],
            read_sweep=read_sweep,
            cache=self.cache,
        )

    def note_gps(self) -> None:
        path = self.folder / "meta" / "gps.json"
        if not path.is_file():
            return
        fixes = read_json(path, list[_Fix])
        if fixes:
            text = f"The drive starts at {fixes[0].lat:.6f}° latitude, {fixes[0].long:.6f}° longitude"
            self.notes.append(HealthNote("info", text, self.relative(path)))

    def relative(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _numbers(values: NDArray[np.generic], path: Path) -> NDArray[np.float64]:
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise UserError("A column that should hold numbers holds something else", path=path) from error


READER = Reader("pandaset", "PandaSet (camera, lidar and annotations folders)", _detect, _read)
