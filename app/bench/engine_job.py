"""The job of the engine's benchmark: hand over pictures of a size."""

from __future__ import annotations

import numpy as np

from core.engine import JobContext, Outcome, Request
from core.engine.requests import Nothing


class HandOver(Request):
    kind = "hand_over"

    pictures: int
    width: int
    height: int


REQUEST = HandOver


def run(request: HandOver, context: JobContext) -> Outcome:
    picture = np.full((request.height, request.width, 3), 128, np.uint8)
    return Outcome(Nothing(), {f"camera {number}": picture for number in range(request.pictures)})
