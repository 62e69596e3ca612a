"""The layout of a camera's picture: boxes and lanes through its true lens, traced ray by ray."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Boxes, Camera, Pose
from core.logs import ActorClass
from core.worldgen.conditions.ground import FARTHEST_M, GroundMap
from core.worldgen.conditions.kernels.tracing import trace_boxes, trace_ground

Floats = NDArray[np.float64]

CHANNELS = (
    "cars",
    "large vehicles",
    "two-wheelers",
    "walkers",
    "things",
    "front",
    "rear",
    "left",
    "right",
    "nearness",
    "edges",
    "drivable",
    "borders",
    "crossings",
    "lanes away",
    "lanes towards",
    "boxes known",
    "map known",
)
"""Of a layout, each in [0, 1]: shares of a pixel, except for nearness (1 at the camera, ½ at 10 m)."""

_GROUPS = {
    ActorClass.CAR: "cars",
    ActorClass.VAN: "cars",
    ActorClass.TRUCK: "large vehicles",
    ActorClass.BUS: "large vehicles",
    ActorClass.TRAILER: "large vehicles",
    ActorClass.MOTORCYCLE: "two-wheelers",
    ActorClass.BICYCLE: "two-wheelers",
    ActorClass.PEDESTRIAN: "walkers",
    ActorClass.ANIMAL: "walkers",
}
_EDGE_M = 0.06
_FARTHEST_BOX_M = 120.0
_SAMPLES = 2  # rays across and down each pixel


def layout_of(
    camera: Camera,
    world_from_camera: Pose,
    boxes: Sequence[tuple[ActorClass, Box]] | None,
    ground: GroundMap | None,
) -> NDArray[np.uint8]:
    """What should be where in a picture: the same for logs, scenarios and cities.

    Args:
        camera: the lens, for the size of the layout.
        world_from_camera: where it is.
        boxes: of all actors at that instant, in the world; None where no one knows.
        ground: the lanes; None where no one knows.

    Returns:
        (channels, height, width), 255 is 1; what is unknown is 0, and so are "boxes known" and "map known".
    """
    rays, spread_rad = _sampled_rays(camera)
    out = np.zeros((len(CHANNELS), camera.height, camera.width))
    if boxes is not None:
        out[_at("boxes known")] = 1.0
        stacked = Boxes.stack([box for _, box in boxes])
        away_m = np.linalg.norm(stacked.world_from_box.translation - world_from_camera.translation, axis=1)
        near = np.flatnonzero(away_m < _FARTHEST_BOX_M)
        if len(near):
            stacked = stacked[near]
            trace_boxes(
                rays,
                np.ascontiguousarray((world_from_camera.inverse() @ stacked.world_from_box).matrix),
                stacked.size_m / 2,
                np.array([_at(_GROUPS.get(boxes[row][0], "things")) for row in near.tolist()]),
                spread_rad,
                _EDGE_M,
                _at("front"),
                _at("nearness"),
                _at("edges"),
                out,
            )
    if ground is not None:
        out[_at("map known")] = 1.0
        ahead = world_from_camera.rotation[:2, 2]
        trace_ground(
            rays,
            np.ascontiguousarray(world_from_camera.matrix),
            ground.corner_m,
            ground.cell_m,
            ground.marks,
            ground.directions,
            ground.heights_m,
            FARTHEST_M,
            ahead / max(float(np.hypot(*ahead)), 1e-9),
            _at("drivable"),
            out,
        )
    return (out.clip(0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def _at(name: str) -> int:
    return CHANNELS.index(name)


@lru_cache(maxsize=16)
def _sampled_rays(camera: Camera) -> tuple[Floats, float]:
    """Rays (height, width, samples, 3) within each pixel, NaN where the lens sees nothing, and the angle of a pixel."""
    offsets = (np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5
    x = (np.arange(camera.width)[:, None] + offsets).reshape(-1)
    y = (np.arange(camera.height)[:, None] + offsets).reshape(-1)
    rays, valid = camera.unproject(np.stack(np.meshgrid(x, y), -1))
    rays[~valid] = np.nan
    split = rays.reshape(camera.height, _SAMPLES, camera.width, _SAMPLES, 3).swapaxes(1, 2)
    middle = camera.unproject(
        np.array([[camera.width / 2 - 0.5, camera.height / 2], [camera.width / 2 + 0.5, camera.height / 2]])
    )[0]
    spread = float(np.arccos(np.clip(middle[0] @ middle[1], -1.0, 1.0)))
    return np.ascontiguousarray(split.reshape(camera.height, camera.width, _SAMPLES**2, 3)), spread
