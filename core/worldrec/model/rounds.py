"""A scene on its way through the rounds of a network: the same when it is made and when networks learn."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial as given
from typing import Any

from torch import Tensor

from core.networks.threads import side_by_side
from core.scene import Sky
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.evidence import Evidence, gather_evidence
from core.worldrec.model.network import trace_of
from core.worldrec.model.queries import queries_of
from core.worldrec.model.sights import Sight, in_turn
from core.worldrec.model.sky import better_sky, under
from core.worldrec.model.splitting import split
from core.worldrec.model.state import SplatState


class Rounds:
    """Splats and sky in some round, the views that it looks at, and what they say.

    `look`, ask the network by what it is `told`, `go_on` with the better state; and so on.
    """

    def __init__(
        self, state: SplatState, sky: Sky, sights: Sequence[Sight], config: WorldRecConfig, max_splats: int
    ) -> None:
        """
        Args:
            state: the splats of a lifted scene.
            sky: what is behind them.
            sights: all that may be looked at, over this sky.
            config: of the network.
            max_splats: at most so many splats, after coarse ones are split.
        """
        self.number = 0
        self.state, self.sky = state, sky
        self.seen: list[Sight] = []
        self.evidence: Evidence
        self.trace: Tensor | None = None
        self._every, self._config, self._max_splats = sights, config, max_splats
        self._join()

    def look(self) -> None:
        """Gather what this round's views say, and make the sky better by it."""
        self.seen = in_turn(self._every, self.number, self._config)
        if self.number:
            self.seen = side_by_side(given(under, self.sky), self.seen)
        self.evidence = gather_evidence(self.state, self.seen)
        self.sky = better_sky(self.sky, self.seen, self.evidence.drawn)

    @property
    def told(self) -> tuple[Any, ...]:
        """What a network is asked with."""
        return self.state, self.evidence, self.seen, self.queries, self.number, self.trace

    def go_on(self, better: SplatState, out: Tensor) -> Tensor | None:
        """Go to the next round.

        Args:
            better: the state after the network's changes.
            out: these changes [N, 15].

        Returns:
            Of which splat each is a piece [M], where coarse ones were split: after the first round.
        """
        self.state, self.trace, rows = better, trace_of(out, self.evidence), None
        if self.number == 0:
            self.state, rows = split(better, self.evidence, self._max_splats)
            self.trace = self.trace[rows]
            self._join()
        self.number += 1
        return rows

    def _join(self) -> None:
        # Splats move by less than what separates neighbours: those of the start go on sharing a query.
        state = self.state
        self.queries = queries_of(state.means, state.owners, self._config.splats_per_query).to(state.means.device)
