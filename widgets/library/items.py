"""What the library offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.logs import ActorClass
from core.scene import Coverage


class Shelf(StrEnum):
    SCENE = "This scene"
    CITY = "City"
    DISK = "On disk"


@dataclass(frozen=True, eq=False)
class LibraryItem:
    """One asset."""

    id: str
    title: str
    shelf: Shelf
    actor_class: ActorClass
    size_m: tuple[float, float, float]
    coverage: Coverage | None  # None: not known
    licence: str = ""
