"""How far the boxes of a document lie from where pictures show their actors.

Torch-free: the window asks it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

ALIKE = 0.5
"""How much a picture must be like the render of an actor for the actor to be in it."""


class Sighting(NamedTuple):
    """Where a picture shows an actor."""

    frame: int  # of the chunk, from 0
    camera: str
    actor: str  # id of the track
    x: float  # of the middle of its box, as a share of the picture's width from the left
    y: float  # the same of its height from above
    likeness: float  # -1 to 1, with the render of the actor at this place

    @property
    def is_found(self) -> bool:
        return self.likeness >= ALIKE


@dataclass(frozen=True)
class Misfit:
    """How well the boxes of a picture agree with what it shows."""

    by_actor: Mapping[str, float | None]  # pixels of the picture; None of one that is not to be found in it

    @property
    def mean_px(self) -> float | None:
        """Of those that were found; one moved actor among many counts, unlike in a median."""
        found = [px for px in self.by_actor.values() if px is not None]
        return sum(found) / len(found) if found else None

    @property
    def lost(self) -> int:
        """How many actors were not found."""
        return sum(px is None for px in self.by_actor.values())


def misfit_of(
    sightings: Iterable[Sighting], middles: Mapping[str, tuple[float, float]], size_px: tuple[int, int]
) -> Misfit:
    """The misfit of one picture.

    Args:
        sightings: in the picture.
        middles: by id, where the middles of the document's boxes are, as shares of width and height; actors that
            were sighted and have none now are not judged.
        size_px: width and height of the picture.
    """
    width, height = size_px
    apart: dict[str, float | None] = {}
    for one in sightings:
        if one.actor in middles:
            x, y = middles[one.actor]
            apart[one.actor] = hypot((one.x - x) * width, (one.y - y) * height) if one.is_found else None
    return Misfit(apart)
