"""Which looks the actors of one city have."""

from __future__ import annotations

import numpy as np

from core.city.actors import ActorKind

_POOLS = {
    ActorKind.CAR: 48,
    ActorKind.VAN: 24,
    ActorKind.TRUCK: 16,
    ActorKind.BUS: 8,
    ActorKind.MOTORCYCLE: 8,
    ActorKind.CYCLIST: 6,
    ActorKind.PEDESTRIAN: 30,
    ActorKind.DOG: 4,
    ActorKind.CAT: 2,
    ActorKind.DEER: 2,
    ActorKind.CONE: 2,
    ActorKind.BARRIER: 2,
    ActorKind.DEBRIS: 6,
}
_MOST = max(_POOLS.values())


def draw_look(rng: np.random.Generator, kind: ActorKind, city_seed: int) -> int:
    """The seed of an actor's looks: few enough in one city to share work, others in the next city."""
    return city_seed * _MOST + int(rng.integers(_POOLS[kind]))
