"""Conditions of what a log or a scenario shows at some viewpoints."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Box
from core.logs import ActorClass
from core.logs.box_table import BoxTable
from core.worldgen.conditions.conditions import Conditions
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.layout import CHANNELS, layout_of
from core.worldgen.conditions.motion import ego_motion_of, rays_of
from core.worldgen.conditions.viewpoints import Along, Viewpoints
from core.worldgen.conditions.warping import warp_of

LAYOUT_STRIDE = 2
"""Pixels of an image to one of its layout."""


def layouts_of(viewpoints: Viewpoints, ground: GroundMap | None) -> NDArray[np.uint8]:
    """Layouts (T, V, L, H/2, W/2) of all frames; None stands for lanes that no one knows."""
    height, width = (size // LAYOUT_STRIDE for size in viewpoints.size)
    lenses = [camera.resized(width, height) for camera in viewpoints.cameras]
    layouts = np.empty((len(viewpoints), len(lenses), len(CHANNELS), height, width), np.uint8)
    for frame, times in enumerate(viewpoints.t_ns.tolist()):
        boxes = {t_ns: _boxes_at(viewpoints.boxes, t_ns) for t_ns in set(times)} if viewpoints.boxes is not None else {}
        for view, (lens, t_ns) in enumerate(zip(lenses, times, strict=True)):
            pose = viewpoints.world_from_camera[frame, view]
            layouts[frame, view] = layout_of(lens, pose, boxes.get(t_ns), ground)
    return layouts


def _boxes_at(table: BoxTable, t_ns: int) -> list[tuple[ActorClass, Box]]:
    found = table.at(t_ns)
    return list(zip((track.actor_class for track in found.tracks), found.boxes(), strict=True))


def conditions_of(
    viewpoints: Viewpoints,
    layouts: NDArray[np.uint8],
    weather: Tensor | None,
    *,
    chunk: int,
    stride: int,
    moved: tuple[Tensor, Tensor] | None = None,
) -> Conditions:
    """Conditions of one film, B = 1.

    Args:
        viewpoints: of the frames, which begin with a chunk.
        layouts: of the same frames, see `layouts_of`.
        weather: see `weather_vector`; None if no one knows.
        chunk: frames that are made at once.
        stride: pixels of the image to one latent.
        moved: where pictures before show what these frames see, [T, V, n, m, 2] and [T, V, n, m, 3], see
            `moved_along`; as if the world were a plain street by default.
    """
    warp, beside = (warp_of(viewpoints, chunk=chunk), None) if moved is None else moved
    return Conditions(
        layout=torch.from_numpy(layouts).float()[None] / 255,
        rays=rays_of(viewpoints, chunk=chunk, stride=stride)[None],
        ego_motion=ego_motion_of(viewpoints)[None],
        warp=warp[None],
        beside=None if beside is None else beside[None],
        weather=None if weather is None else weather[None],
        path=Along(viewpoints, 0),
    )
