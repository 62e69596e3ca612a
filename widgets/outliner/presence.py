"""Which actors exist at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.logs import Track


class Presence:
    """The spans in which tracks exist; one comparison of arrays answers for all of them."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        spans = [(index, *span) for index, track in enumerate(tracks) for span in track.spans_ns]
        table = np.array(spans, dtype=np.int64).reshape(-1, 3)
        self._count = len(tracks)
        self._track, self._from_ns, self._to_ns = table.T

    def at(self, t_ns: int) -> NDArray[np.bool_]:
        """Whether each track (n,) exists at a time."""
        exists = np.zeros(self._count, dtype=bool)
        exists[self._track[(self._from_ns <= t_ns) & (t_ns <= self._to_ns)]] = True
        return exists
