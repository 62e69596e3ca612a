"""Tracks from PandaSet's cuboids.

A sweep's time is the end of a spin of 100 ms, clockwise from straight behind, and a moving actor is labelled
where its points lie: where it was when the beam met it, not where it was at the sweep's time. Measured on log
002: point times follow `-0.1 s × (azimuth + 88°) / 360°` within 1 ms, and each camera fires as the beam passes
its axis. So a box gets the time of the beam at its azimuth. Boxes then sit on moving cars in every camera,
where the sweep's time would put them up to one sweep (0.5 m at 5 m/s) behind.

An actor in view of both lidars is labelled once for each (`cuboids.sensor_id` 0 and 1, naming each other in
`cuboids.sibling_id`), since the two meet it at different times. The forward lidar's copy is left out: its beam
has no fixed phase.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose, PoseTrack
from core.logs.classes import ActorClass
from core.logs.log import HealthNote
from core.logs.opening import in_order, listed
from core.logs.safe_pickle import read_pickled_table
from core.logs.tracks import Track

if TYPE_CHECKING:
    from pandas import DataFrame

SPIN_S = 0.1
SPIN_END_RAD = np.radians(-88.0)  # azimuth at which a spin ends, from the lidar's x (right), counter-clockwise
FORWARD_LIDAR = 1
MARGIN_S = 0.06  # the first boxes may be that much younger than the first images, the last older

_POSITION = ["position.x", "position.y", "position.z"]
_SIZE = ["dimensions.y", "dimensions.x", "dimensions.z"]  # length lies along y, width along x
_NUMBERS = ("yaw", "cuboids.sensor_id", *_POSITION, *_SIZE)
_OTHERS = ("uuid", "label", "cuboids.sibling_id")
_ATTRIBUTES = "attributes."
_WHERE = "annotations/cuboids"

_CLASSES = {
    "Car": ActorClass.CAR,
    "Pickup Truck": ActorClass.CAR,
    "Medium-sized Truck": ActorClass.TRUCK,
    "Semi-truck": ActorClass.TRUCK,
    "Towed Object": ActorClass.TRAILER,
    "Motorcycle": ActorClass.MOTORCYCLE,
    "Motorized Scooter": ActorClass.MOTORCYCLE,
    "Other Vehicle - Construction Vehicle": ActorClass.TRUCK,
    "Other Vehicle - Pedicab": ActorClass.BICYCLE,
    "Emergency Vehicle": ActorClass.CAR,
    "Bus": ActorClass.BUS,
    "Bicycle": ActorClass.BICYCLE,
    "Pedestrian": ActorClass.PEDESTRIAN,
    "Pedestrian with Object": ActorClass.PEDESTRIAN,
    "Personal Mobility Device": ActorClass.PEDESTRIAN,
    "Animals - Bird": ActorClass.ANIMAL,
    "Animals - Other": ActorClass.ANIMAL,
    "Pylons": ActorClass.CONE,
    "Cones": ActorClass.CONE,
    "Road Barriers": ActorClass.BARRIER,
    "Temporary Construction Barriers": ActorClass.BARRIER,
    "Rolling Containers": ActorClass.DEBRIS,
}


def read_tracks(
    folder: Path,
    t_ns: NDArray[np.int64],
    source_from_lidar: Pose,
    world_from_source: Pose,
    notes: list[HealthNote],
) -> tuple[Track, ...]:
    """Tracks in world coordinates; adds to `notes` what is missing or left out.

    `t_ns` (n,) and `source_from_lidar` (n,) are those of the sweeps, numbered as the files are.

    Raises:
        UserError: a file is damaged, refused, or lacks a column.
    """
    rows = _read_rows(folder, len(t_ns), notes)
    if rows is None:
        return ()
    valid = np.isfinite(rows[["yaw", *_POSITION, *_SIZE]].to_numpy(float)).all(1)
    valid &= (rows[_SIZE].to_numpy(float) > 0).all(1)
    if not valid.all():
        text = f"{(~valid).sum()} boxes without a finite place and size were left out"
        notes.append(HealthNote("warning", text, _WHERE))
    twice = _seen_twice(rows)
    if twice.any():
        count = rows.loc[twice, "uuid"].nunique()
        text = f"{count} tracks were labelled again from the forward lidar; those copies were left out"
        notes.append(HealthNote("info", text, _WHERE))
    rows = rows[valid & ~twice]
    rows = rows.assign(t_ns=_beam_times(rows, t_ns, source_from_lidar))
    return tuple(_track(str(uuid), group, world_from_source) for uuid, group in rows.groupby("uuid", sort=True))


def _read_rows(folder: Path, count: int, notes: list[HealthNote]) -> DataFrame | None:
    """All boxes with the number of their sweep; None where there are no files."""
    files = [_file(folder, number) for number in range(count)]
    missing = [str(number) for number, file in enumerate(files) if file is None]
    if len(missing) == count:
        notes.append(HealthNote("warning", "There are no labels, so there are no actors", _WHERE))
        return None
    if missing:
        text = f"{len(missing)} of {count} label files are missing: {listed(missing)}"
        notes.append(HealthNote("warning", text, _WHERE))
    import pandas as pd  # half a second that only this format needs

    tables = [
        read_pickled_table(file, numbers=_NUMBERS, others=_OTHERS).assign(number=number)
        for number, file in enumerate(files)
        if file is not None
    ]
    return pd.concat(tables, ignore_index=True)


def _file(folder: Path, number: int) -> Path | None:
    paths = (folder / f"{number:02d}{ending}" for ending in (".pkl.gz", ".pkl"))
    return next((path for path in paths if path.is_file()), None)


def _seen_twice(rows: DataFrame) -> NDArray[np.bool_]:
    forward = rows["cuboids.sensor_id"].to_numpy() == FORWARD_LIDAR
    others = set(rows.loc[~forward, "uuid"])
    return forward & rows["cuboids.sibling_id"].isin(others).to_numpy()


def _beam_times(rows: DataFrame, t_ns: NDArray[np.int64], source_from_lidar: Pose) -> NDArray[np.int64]:
    number = rows["number"].to_numpy()
    centres = rows[_POSITION].to_numpy(float)
    local = source_from_lidar[number].inverse().apply(centres[:, None, :])[:, 0]
    azimuth = np.arctan2(local[:, 1], local[:, 0])
    to_end_s = SPIN_S * ((azimuth - SPIN_END_RAD) % (2 * np.pi)) / (2 * np.pi)
    return t_ns[number] - np.round(to_end_s * 1e9).astype(np.int64)


def _track(uuid: str, rows: DataFrame, world_from_source: Pose) -> Track:
    # A box that crosses straight behind the lidar may be met twice within a blink.
    rows = rows.iloc[in_order(rows["t_ns"].to_numpy())]
    label = str(rows["label"].iloc[0])
    length, width, height = np.median(rows[_SIZE].to_numpy(float), axis=0).tolist()
    heading = rows["yaw"].to_numpy(float) + np.pi / 2
    poses = world_from_source @ Pose.from_heading(heading, rows[_POSITION].to_numpy(float))
    return Track(
        id=uuid,
        actor_class=_CLASSES.get(label, ActorClass.OTHER),
        source_label=label,
        poses=PoseTrack(rows["t_ns"].to_numpy(), poses),
        size_m=(length, width, height),
        margin_s=MARGIN_S,
        attributes=_attributes(rows),
    )


def _attributes(rows: DataFrame) -> dict[str, str]:
    names = [name for name in rows.columns if str(name).startswith(_ATTRIBUTES)]
    common = {name.removeprefix(_ATTRIBUTES): rows[name].dropna().mode() for name in names}
    return {name: str(values.iloc[0]) for name, values in common.items() if len(values)}
