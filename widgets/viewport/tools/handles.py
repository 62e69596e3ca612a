"""The handles by which actors are held."""

from __future__ import annotations

from enum import StrEnum


class Handle(StrEnum):
    GROUND = "ground"  # anywhere on level ground
    X = "x"  # forward
    Y = "y"  # to the left
    Z = "z"  # up
    RING = "ring"  # around the vertical


AXES = (Handle.X, Handle.Y, Handle.Z)
AXIS_NAMES = {Handle.X: "forward", Handle.Y: "to the left", Handle.Z: "up"}
