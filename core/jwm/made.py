"""Chunks that a scene had a part in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.jwm.misfit import Sighting
from core.worldgen.generating import MadeChunk


@dataclass(frozen=True, eq=False, kw_only=True)
class CoupledChunk(MadeChunk):
    """Frames that were made at once, and where they show the scene's actors."""

    sightings: tuple[Sighting, ...]
    fine: NDArray[np.uint8]  # (T, V, F · H, F · W, 3) the same pictures with the detail that render and recording have
    feedback_s: float = 0.0  # of taking the chunk before into the scene, until this one could begin

    @property
    def shown(self) -> NDArray[np.uint8]:
        return self.fine
