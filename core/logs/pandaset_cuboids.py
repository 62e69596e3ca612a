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

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose, PoseTrack
from core.logs.classes import ActorClass
from core.logs.log import HealthNote
from core.logs.opening import in_order, listed
from core.logs.pickled_table import Column, read_table
from core.logs.tracks import Track

Rows = dict[str, Column]

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
    valid = np.isfinite(_stack(rows, ["yaw", *_POSITION, *_SIZE])).all(1) & (_stack(rows, _SIZE) > 0).all(1)
    if not valid.all():
        text = f"{(~valid).sum()} boxes without a finite place and size were left out"
        notes.append(HealthNote("warning", text, _WHERE))
    twice = _seen_twice(rows)
    if twice.any():
        text = f"{len(set(rows['uuid'][twice]))} tracks were labelled again from the forward lidar and left out there"
        notes.append(HealthNote("info", text, _WHERE))
    rows = {name: column[valid & ~twice] for name, column in rows.items()}
    if not len(rows["uuid"]):
        return ()
    box_t_ns = _beam_times(rows, t_ns, source_from_lidar)
    poses = world_from_source @ Pose.from_heading(rows["yaw"] + np.pi / 2, _stack(rows, _POSITION))
    _, group, counts = np.unique(rows["uuid"].astype(str), return_inverse=True, return_counts=True)
    groups = np.split(np.argsort(group, kind="stable"), np.cumsum(counts)[:-1])
    return tuple(_track(rows, members, box_t_ns, poses) for members in groups)


def _read_rows(folder: Path, count: int, notes: list[HealthNote]) -> Rows | None:
    """All boxes as columns, with the `number` of their sweep; None where there are no files."""
    files = [_file(folder, number) for number in range(count)]
    missing = [str(number) for number, file in enumerate(files) if file is None]
    if len(missing) == count:
        notes.append(HealthNote("warning", "There are no labels, so there are no actors", _WHERE))
        return None
    if missing:
        text = f"{len(missing)} of {count} label files are missing: {listed(missing)}"
        notes.append(HealthNote("warning", text, _WHERE))
    tables = []
    for number, file in enumerate(files):
        if file is not None:
            table = read_table(file, numbers=_NUMBERS, others=_OTHERS)
            tables.append({**table, "number": np.full(len(table["uuid"]), number)})
    attributes = {name for table in tables for name in table if name.startswith(_ATTRIBUTES)}
    rows = {name: np.concatenate([table[name] for table in tables]) for name in (*_NUMBERS, *_OTHERS, "number")}
    for name in sorted(attributes):
        parts = [table.get(name, np.full(len(table["uuid"]), None)).astype(object) for table in tables]
        rows[name] = np.concatenate(parts)
    return rows


def _stack(rows: Rows, names: list[str]) -> NDArray[np.float64]:
    return np.stack([rows[name].astype(np.float64) for name in names], axis=-1)


def _file(folder: Path, number: int) -> Path | None:
    paths = (folder / f"{number:02d}{ending}" for ending in (".pkl.gz", ".pkl"))
    return next((path for path in paths if path.is_file()), None)


def _seen_twice(rows: Rows) -> NDArray[np.bool_]:
    forward = rows["cuboids.sensor_id"] == FORWARD_LIDAR
    others = set(rows["uuid"][~forward].tolist())
    return forward & np.array([sibling in others for sibling in rows["cuboids.sibling_id"].tolist()], dtype=bool)


def _beam_times(rows: Rows, t_ns: NDArray[np.int64], source_from_lidar: Pose) -> NDArray[np.int64]:
    number = rows["number"]
    local = source_from_lidar[number].inverse().apply(_stack(rows, _POSITION)[:, None, :])[:, 0]
    azimuth = np.arctan2(local[:, 1], local[:, 0])
    to_end_s = SPIN_S * ((azimuth - SPIN_END_RAD) % (2 * np.pi)) / (2 * np.pi)
    return np.asarray(t_ns[number] - np.round(to_end_s * 1e9).astype(np.int64))


def _track(rows: Rows, members: NDArray[np.int64], box_t_ns: NDArray[np.int64], world_from_box: Pose) -> Track:
    # A box that crosses straight behind the lidar may be met twice within a blink.
    members = members[in_order(box_t_ns[members])]
    label = str(rows["label"][members[0]])
    length, width, height = np.median(_stack(rows, _SIZE)[members], axis=0).tolist()
    return Track(
        id=str(rows["uuid"][members[0]]),
        actor_class=_CLASSES.get(label, ActorClass.OTHER),
        source_label=label,
        poses=PoseTrack(box_t_ns[members], world_from_box[members]),
        size_m=(length, width, height),
        margin_s=MARGIN_S,
        attributes=_attributes(rows, members),
    )


def _attributes(rows: Rows, members: NDArray[np.int64]) -> dict[str, str]:
    """What holds for most of the track, e.g. object_motion → Moving."""
    found = {}
    for name in rows:
        told = [value for value in rows[name][members].tolist() if isinstance(value, str)]
        if name.startswith(_ATTRIBUTES) and told:
            found[name.removeprefix(_ATTRIBUTES)] = Counter(told).most_common(1)[0][0]
    return found
