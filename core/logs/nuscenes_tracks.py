"""Tracks from nuScenes annotations: one per instance."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs.classes import ActorClass
from core.logs.nuscenes_tables import Annotation, SceneTables
from core.logs.opening import in_order, poses_from_rows
from core.logs.tracks import Track

MARGIN_S = 0.06  # cameras fire up to one spin of the lidar (50 ms) before the sweep that bears the labels

_CLASSES = (  # the first prefix that fits
    ("vehicle.car", ActorClass.CAR),
    ("vehicle.van", ActorClass.VAN),
    ("vehicle.truck", ActorClass.TRUCK),
    ("vehicle.construction", ActorClass.TRUCK),
    ("vehicle.bus", ActorClass.BUS),
    ("vehicle.trailer", ActorClass.TRAILER),
    ("vehicle.motorcycle", ActorClass.MOTORCYCLE),
    ("vehicle.bicycle", ActorClass.BICYCLE),
    ("vehicle.emergency.ambulance", ActorClass.VAN),
    ("vehicle.emergency", ActorClass.CAR),
    ("human.pedestrian", ActorClass.PEDESTRIAN),
    ("animal", ActorClass.ANIMAL),
    ("movable_object.trafficcone", ActorClass.CONE),
    ("movable_object.barrier", ActorClass.BARRIER),
    ("movable_object", ActorClass.DEBRIS),
)


def read_tracks(tables: SceneTables, world_from_global: Pose) -> tuple[Track, ...]:
    """Tracks in world coordinates; boxes bear the time of their sample.

    Raises:
        UserError: an annotation names a row that does not exist, or has no orientation or size.
    """
    of_instance: defaultdict[str, list[Annotation]] = defaultdict(list)
    for row in tables.annotations:
        of_instance[row.instance_token].append(row)
    if not tables.instances:
        return ()
    return tuple(_track(tables, token, rows, world_from_global) for token, rows in of_instance.items())


def actor_class(category: str) -> ActorClass:
    """The class of a nuScenes category, e.g. `vehicle.bus.rigid`."""
    return next((kind for prefix, kind in _CLASSES if category.startswith(prefix)), ActorClass.OTHER)


def _track(tables: SceneTables, token: str, rows: list[Annotation], world_from_global: Pose) -> Track:
    path = tables.folder / "sample_annotation.json"
    for row in rows:
        if min(row.size) <= 0:
            raise UserError("A box has no size", path=path, field=f"{row.token}.size", remedy="Repair the file.")
    t_ns = np.array([tables.samples[row.sample_token].timestamp * 1000 for row in rows], dtype=np.int64)
    order = in_order(t_ns)
    global_from_box = poses_from_rows(
        [row.rotation for row in rows],
        [row.translation for row in rows],
        path,
        lambda index: f"{rows[index].token}.rotation",
    )
    width, length, height = np.median([row.size for row in rows], axis=0).tolist()
    instance = tables.look_up(tables.instances, token, "instance", "sample_annotation.instance_token")
    category = tables.categories.get(instance.category_token)
    label = "unknown" if category is None else category.name
    attributes = _attributes(tables, rows)
    return Track(
        id=token,
        actor_class=ActorClass.VAN if attributes.get("body") == "van" else actor_class(label),
        source_label=label,
        poses=PoseTrack(t_ns[order], world_from_global @ global_from_box[order]),
        size_m=(length, width, height),
        margin_s=MARGIN_S,
        attributes=attributes,
    )


def _attributes(tables: SceneTables, rows: list[Annotation]) -> dict[str, str]:
    """What holds for most of the track, e.g. `vehicle.parked` as vehicle → parked."""
    tokens = Counter(token for row in rows for token in row.attribute_tokens if token in tables.attributes)
    found: dict[str, str] = {}
    for token, _ in tokens.most_common():
        kind, _, state = tables.attributes[token].name.partition(".")
        found.setdefault(kind, state)
    return found
