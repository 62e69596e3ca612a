"""Drives as a mirror shows them: twice as many to learn from, at no cost but that traffic keeps to the other side."""

from __future__ import annotations

from dataclasses import replace

import torch

from core.worldgen.conditions import Conditions
from core.worldgen.conditions.layout import CHANNELS

_SIDES = {"left": "right", "right": "left"}
_CHANNELS = [CHANNELS.index(_SIDES.get(name, name)) for name in CHANNELS]
_RAYS = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0)  # directions, and moments, which turn the other way
_MOTION = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0)  # metres, and rotation vectors


def mirrored(conditions: Conditions) -> Conditions:
    """What tells of the same frames in a world whose left and right have changed places, camera by camera.

    Args:
        conditions: layout, rays, motion and warp of any shape that `Conditions` names, without reference and prior,
            which are latents of pictures.
    """
    layout, rays, motion = conditions.layout, conditions.rays, conditions.ego_motion
    warp, beside = conditions.warp, conditions.beside
    return replace(
        conditions,
        layout=None if layout is None else layout[:, :, :, _CHANNELS].flip(-1),
        rays=None if rays is None else rays.flip(-1) * torch.tensor(_RAYS).view(6, 1, 1),
        ego_motion=None if motion is None else motion * torch.tensor(_MOTION),
        path=None,
        warp=None if warp is None else warp.flip(-2) * torch.tensor((-1.0, 1.0)),
        beside=None if beside is None else beside.flip(-2) * torch.tensor((-1.0, 1.0, 1.0)),
    )
