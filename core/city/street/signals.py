"""Traffic lights: posts, mast arms, heads with three lamps, pedestrian heads with two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, RoadNetwork, SignalHead
from core.city.signals import SignalState
from core.city.street.builder import MeshBuilder, moved, standing
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]

_POST = Surface(Material.METAL, Label.POLE, (0.22, 0.23, 0.24), parameters=(0.55,))
_HOUSING = Surface(Material.PLASTIC, Label.TRAFFIC_LIGHT, (0.015, 0.017, 0.016))
_COLOURS = {
    SignalState.RED: (1.0, 0.06, 0.04),
    SignalState.AMBER: (1.0, 0.45, 0.03),
    SignalState.GREEN: (0.05, 0.95, 0.45),
}
_LENS_M = 0.105
_ARM_HEIGHT_M = 5.4


def add_signals(builder: MeshBuilder, network: RoadNetwork) -> None:
    for head in network.signal_heads:
        add_head(builder, head)


def add_head(builder: MeshBuilder, head: SignalHead) -> None:
    """One post with its lamps, and those on its mast arm."""
    number = builder.instance(Label.TRAFFIC_LIGHT, "traffic light")
    foot = np.array([*head.base_m[:2], KERB_HEIGHT_M])
    frame = standing(foot, head.facing_rad)
    if head.for_pedestrians:
        _tube(builder, frame, [[0, 0, 0], [0, 0, 2.9]], 0.05, number)
        _add_housing(builder, frame, (0.14, 0.0, 2.25), (SignalState.GREEN, SignalState.RED), head, number)
        return
    _tube(builder, frame, [[0, 0, 0], [0, 0, 3.5]], 0.06, number)
    lamps = (SignalState.GREEN, SignalState.AMBER, SignalState.RED)
    _add_housing(builder, frame, (0.16, 0.0, 2.5), lamps, head, number)
    if head.reach_m > 0:
        # Drivers look against the way the lamps shine, so their left is this frame's right.
        arm = [
            [0, 0, 3.3],
            [0, 0, _ARM_HEIGHT_M],
            [0, -0.8, _ARM_HEIGHT_M + 0.35],
            [0, -head.reach_m, _ARM_HEIGHT_M + 0.5],
        ]
        _tube(builder, frame, arm, 0.055, number)
        for share in (1.0, 0.55) if head.reach_m > 6 else (1.0,):
            place = (0.18, -head.reach_m * share + 0.1, _ARM_HEIGHT_M - 0.55)
            _add_housing(builder, frame, place, lamps, head, number)


def _tube(builder: MeshBuilder, frame: Floats, path: list[list[float]], radius: float, number: int) -> None:
    builder.tube(moved(frame, np.array(path, dtype=float)), radius, _POST, number, sides=7)


def _add_housing(
    builder: MeshBuilder, frame: Floats, place: tuple[float, float, float], lamps: tuple[SignalState, ...],
    head: SignalHead, number: int,
) -> None:  # fmt: skip
    """A housing with its lamps, lowest first, each under a hood."""
    height = 0.30 * len(lamps)

    def at(x: float, y: float, z: float) -> Floats:
        local = frame.copy()
        local[:3, 3] = moved(frame, np.array([place[0] + x, place[1] + y, place[2] + z]))
        return local

    builder.box(at(0, 0, 0), (0.2, 0.30, height + 0.06), _HOUSING, number, bottom=True)
    if not head.for_pedestrians:
        builder.box(at(-0.06, 0, -0.12), (0.02, 0.56, height + 0.30), _HOUSING, number, bottom=True)
    angle = 2 * np.pi * np.arange(14) / 14
    lens = _LENS_M * np.stack([np.cos(angle), np.sin(angle)], -1)
    arc = np.linspace(np.radians(15), np.radians(165), 8)
    rim = np.stack([np.cos(arc), np.sin(arc)], -1) * (_LENS_M + 0.02)
    for k, lamp in enumerate(lamps):
        z = 0.18 + 0.30 * k
        surface = Surface(
            Material.TRAFFIC_LIGHT, Label.TRAFFIC_LIGHT, _COLOURS[lamp], parameters=(head.group, int(lamp))
        )
        builder.disc(at(0.106, 0, z), lens, surface, number)
        near = np.column_stack([np.full(len(rim), 0.1), rim])
        far = np.column_stack([np.full(len(rim), 0.28), rim * [1.0, 0.95]])
        hood = np.stack([near[:-1], far[:-1], far[1:], near[1:]], 1)
        builder.quads(moved(at(0, 0, z), hood), np.zeros((len(hood), 4, 2)), _HOUSING, number)
