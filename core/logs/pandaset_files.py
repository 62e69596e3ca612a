"""The JSON files and numbered samples of a PandaSet folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from core.errors import UserError
from core.geometry import Camera, Pose
from core.logs.json_file import read_json
from core.logs.log import HealthNote
from core.logs.opening import in_order, listed, pinhole_camera, poses_from_rows
from core.logs.streams import MissingSample

LAST_S = 9.0e9  # year 2255: later times do not fit 64 bits of nanoseconds

Seconds = Annotated[float, Field(ge=0.0, le=LAST_S, allow_inf_nan=False)]


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
class Fix:
    """A GPS position in degrees."""

    lat: FiniteFloat
    long: FiniteFloat


@dataclass(frozen=True)
class NumberedFiles:
    """The samples of a stream that have a file, in order of time."""

    numbers: NDArray[np.int64]  # (n,) as the recording counts
    files: list[Path]
    missing: tuple[MissingSample, ...]


def read_stamped_poses(folder: Path) -> tuple[NDArray[np.int64], Pose]:
    """Times (n,) and poses (n,) in the source's frame as listed, with those of missing samples.

    Raises:
        UserError: a file is missing or damaged, nothing is listed, or the lists differ in length.
    """
    stamps = read_json(folder / "timestamps.json", list[Seconds])
    path = folder / "poses.json"
    records = read_json(path, list[_PoseRecord])
    if not stamps:
        raise UserError("The file lists no sample", path=folder / "timestamps.json")
    if len(records) != len(stamps):
        shorter = min(len(records), len(stamps))
        what = f"There are {len(records)} poses for {len(stamps)} time stamps"
        raise UserError(what, path=path, field=f"[{shorter}]", remedy="Copy the log again.")
    headings = [(row.heading.w, row.heading.x, row.heading.y, row.heading.z) for row in records]
    positions = [(row.position.x, row.position.y, row.position.z) for row in records]
    poses = poses_from_rows(headings, positions, path, lambda index: f"[{index}].heading")
    return np.round(np.asarray(stamps) * 1e9).astype(np.int64), poses


def read_lens(folder: Path, width: int, height: int) -> Camera:
    """The pinhole of a camera folder.

    Raises:
        UserError: the file is missing or damaged, or its values make no camera.
    """
    path = folder / "intrinsics.json"
    lens = read_json(path, _Intrinsics)
    return pinhole_camera(width, height, (lens.fx, lens.fy, lens.cx, lens.cy), path, "fx, fy")


def numbered_files(
    log: Path, folder: Path, t_ns: NDArray[np.int64], endings: tuple[str, ...], notes: list[HealthNote]
) -> NumberedFiles:
    """Find `00`, `01`, … with one of `endings` for every listed time; adds to `notes` what is missing."""
    there = {child.name for child in folder.iterdir()}
    order = in_order(t_ns)
    where = folder.relative_to(log).as_posix()
    if len(order) < len(t_ns):
        text = f"{folder.name}: {len(t_ns) - len(order)} samples share a time with another and are left out"
        notes.append(HealthNote("warning", text, f"{where}/timestamps.json"))
    numbers, files, missing = [], [], []
    for number in order.tolist():
        name = next((f"{number:02d}{end}" for end in endings if f"{number:02d}{end}" in there), None)
        if name is not None:
            numbers.append(number)
            files.append(folder / name)
        else:
            missing.append(MissingSample(number, int(t_ns[number]), f"{where}/{number:02d}{endings[0]}"))
    if missing:
        absent = listed([str(sample.index) for sample in missing])
        text = f"{folder.name}: {len(missing)} of {len(order)} files are missing: {absent}"
        notes.append(HealthNote("warning", text, where))
    return NumberedFiles(np.asarray(numbers, dtype=np.int64), files, tuple(missing))
