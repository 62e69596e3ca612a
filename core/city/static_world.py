"""The part of a city that does not move."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.city.kernels.material import MARK_SIZE
from core.city.mesh import Mesh
from core.city.signals import Phase, SignalPlan
from core.city.surfaces import Label, SurfaceTable

FIRST_STATIC_INSTANCE = 20_000
"""Static things are numbered from here on, above all actors; they must fit 16 bits."""


@dataclass(frozen=True)
class Lamp:
    """A street lamp: where it hangs and what colour it burns."""

    position_m: tuple[float, float, float]
    colour: tuple[float, float, float]
    axis: tuple[float, float, float] = (0.0, 0.0, -1.0)
    reach_m: float = 26.0


@dataclass(frozen=True)
class StaticInstance:
    """One thing of the static world: its number in instance images, and what it is."""

    number: int
    label: Label
    name: str


@dataclass(frozen=True, eq=False)
class StaticWorld:
    """Meshes, surfaces, lamps and signals of the static city."""

    mesh: Mesh
    surfaces: SurfaceTable  # shared with the actors, which add their rows
    lamps: tuple[Lamp, ...] = ()
    marks: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, MARK_SIZE)))
    ambient: NDArray[np.float32] | None = None  # (m, 3) share of the open sky at the faces' corners; None: all
    instances: tuple[StaticInstance, ...] = ()
    signal_plans: tuple[SignalPlan, ...] = ()

    def signal_states(self, t_s: float) -> NDArray[np.int32]:
        """What each signal group shows: 0 red, 1 amber, 2 green."""
        states = [plan.state(phase, t_s) for plan in self.signal_plans for phase in Phase]
        return np.array(states, dtype=np.int32)
