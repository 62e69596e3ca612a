"""From kind, seed and phase to a mesh in the frame of its box."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from core.city.actors.animals import build_cat, build_deer, build_dog
from core.city.actors.cars import build_car
from core.city.actors.heavy import build_bus, build_truck
from core.city.actors.kinds import STANDING, ActorKind, actor_label
from core.city.actors.objects import build_barrier, build_cone, build_debris
from core.city.actors.palette import Palette
from core.city.actors.people import build_pedestrian
from core.city.actors.shapes import Floats, Sculpture
from core.city.actors.two_wheelers import build_cyclist, build_motorcycle
from core.city.actors.vans import build_van
from core.city.mesh import Mesh
from core.city.surfaces import SurfaceTable

Builder = Callable[[Sculpture, Palette, np.random.Generator, float], None]

_BUILDERS: dict[ActorKind, Builder] = {
    ActorKind.CAR: build_car,
    ActorKind.VAN: build_van,
    ActorKind.TRUCK: build_truck,
    ActorKind.BUS: build_bus,
    ActorKind.MOTORCYCLE: build_motorcycle,
    ActorKind.CYCLIST: build_cyclist,
    ActorKind.PEDESTRIAN: build_pedestrian,
    ActorKind.DOG: build_dog,
    ActorKind.CAT: build_cat,
    ActorKind.DEER: build_deer,
    ActorKind.CONE: build_cone,
    ActorKind.BARRIER: build_barrier,
    ActorKind.DEBRIS: build_debris,
}
_GAITS = frozenset({ActorKind.CYCLIST, ActorKind.PEDESTRIAN, ActorKind.DOG, ActorKind.CAT, ActorKind.DEER})
_GAIT_SAMPLES = (STANDING, 0.0, 0.125, 0.25, 0.375)  # of half a cycle: the other half is its mirror image


def _sculpt(kind: ActorKind, seed: int, phase: float, surfaces: SurfaceTable) -> Sculpture:
    """The actor standing on z = 0."""
    sculpture = Sculpture(surfaces)
    rng = np.random.default_rng([list(ActorKind).index(kind), seed])
    _BUILDERS[kind](sculpture, Palette(actor_label(kind)), rng, STANDING if phase == STANDING else phase % 1.0)
    return sculpture


@lru_cache(maxsize=4096)
def _bounds(kind: ActorKind, seed: int) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Lowest and highest corner over all phases."""
    phases = _GAIT_SAMPLES if kind in _GAITS else (0.0,)
    boxes = [_sculpt(kind, seed, phase, SurfaceTable()).bounds() for phase in phases]
    low, high = np.min([b[0] for b in boxes], axis=0), np.max([b[1] for b in boxes], axis=0)
    return (float(low[0]), float(low[1]), float(low[2])), (float(high[0]), float(high[1]), float(high[2]))


def actor_size(kind: ActorKind, seed: int) -> tuple[float, float, float]:
    """Length, width and height in metres of the box that holds the actor at every phase."""
    low, high = _bounds(kind, seed)
    return high[0] - low[0], high[1] - low[1], high[2] - low[2]


def build_actor(kind: ActorKind, seed: int, surfaces: SurfaceTable, instance: int, phase: float = 0.0) -> Mesh:
    """The actor's mesh in the frame of its box; equal arguments give equal meshes.

    `phase` in [0, 1) is the place in the gait (or the turn of the wheels), `STANDING` a rest; the actor's
    surfaces are added to `surfaces`.
    """
    low, high = _bounds(kind, seed)
    centre: Floats = (np.array(low) + np.array(high)) / 2
    return _sculpt(kind, seed, phase, surfaces).mesh(centre, instance)
