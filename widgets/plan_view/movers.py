"""What moves on a plan: footprints of actors, the ego, and the wedges that cameras see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera, Pose
from core.logs import CameraStream
from core.logs.box_table import BoxesAt

Floats = NDArray[np.float64]

# Front left, front right, rear right, rear left; then the middle of the front and the centre.
_FOOTPRINT = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1], [1, 0], [0, 0]], dtype=float) / 2
_EGO_OUTLINE_M = np.array(
    [[3.8, 0.55], [3.8, -0.55], [3.2, -0.95], [-1.0, -0.95], [-1.0, 0.95], [3.2, 0.95]], dtype=float
)
WEDGE_M = 5.0
_WEDGE_RAYS = 9


@dataclass(frozen=True, eq=False)
class Wedge:
    """What one camera sees, in ego coordinates: an apex and unit directions (n, 2) from left to right."""

    name: str
    apex_m: Floats  # (2,)
    directions: Floats  # (n, 2)


def footprints(boxes: BoxesAt) -> Floats:
    """World points (n, 6, 2) of boxes seen from above: four corners from front left, front middle, centre."""
    local = np.zeros((len(boxes), len(_FOOTPRINT), 3))
    local[..., :2] = _FOOTPRINT * boxes.sizes_m[:, None, :2]
    return boxes.world_from_box.apply(local)[..., :2]


def ego_outline(world_from_ego: Pose) -> Floats:
    """World points (6, 2) of a car around the ego's origin, which is near its rear axle."""
    local = np.column_stack([_EGO_OUTLINE_M, np.zeros(len(_EGO_OUTLINE_M))])
    return world_from_ego.apply(local)[:, :2]


def wedge_of(stream: CameraStream) -> Wedge:
    """The horizontal field of view of a camera; of a lens that sees no such row, its forward direction."""
    camera: Camera = stream.camera
    columns = np.linspace(0, camera.width - 1, _WEDGE_RAYS)
    rays, valid = camera.unproject(np.column_stack([columns, np.full(_WEDGE_RAYS, (camera.height - 1) / 2)]))
    seen = rays[valid] if valid.any() else np.array([[0.0, 0.0, 1.0]])
    across = stream.ego_from_camera.rotate(seen)[:, :2]
    lengths = np.linalg.norm(across, axis=1, keepdims=True)
    return Wedge(stream.name, stream.ego_from_camera.translation[:2], across / np.maximum(lengths, 1e-9))


def wedge_outline(wedge: Wedge, world_from_ego: Pose, length_m: float) -> Floats:
    """World points (n, 2) around a wedge, its apex first."""
    flat = np.concatenate([wedge.apex_m[None], wedge.apex_m + wedge.directions * length_m])
    return world_from_ego.apply(np.column_stack([flat, np.zeros(len(flat))]))[:, :2]


def actor_under(boxes: BoxesAt, x_m: float, y_m: float, margin_m: float) -> int | None:
    """Row of the actor whose footprint, grown by a margin, holds a place; the smallest of several."""
    if not len(boxes):
        return None
    centres = boxes.world_from_box.translation
    places = np.column_stack([np.full(len(boxes), x_m), np.full(len(boxes), y_m), centres[:, 2]])
    local = boxes.world_from_box.inverse().apply(places[:, None])[:, 0, :2]
    hits = np.flatnonzero((np.abs(local) <= boxes.sizes_m[:, :2] / 2 + margin_m).all(-1))
    areas = boxes.sizes_m[hits, :2].prod(-1)
    return int(hits[areas.argmin()]) if len(hits) else None


def holds(outline: Floats, x: float, y: float) -> bool:
    """Whether an outline (n, 2) holds a place, by the number of edges that a ray from there crosses."""
    one, other = outline, np.roll(outline, -1, axis=0)
    crosses = (one[:, 1] > y) != (other[:, 1] > y)
    rise = np.where(crosses, other[:, 1] - one[:, 1], 1.0)
    at_x = one[:, 0] + (y - one[:, 1]) / rise * (other[:, 0] - one[:, 0])
    return bool((crosses & (x < at_x)).sum() % 2)
