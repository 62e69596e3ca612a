"""WorldRec's network: it looks at all pictures and makes a scene better, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from core.networks.threads import by_rows, side_by_side
from core.worldrec.model.aggregation import Aggregation, LocalMixing, samples_of, views_that_see
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.encoder import ImageEncoder, encoder_input
from core.worldrec.model.evidence import Evidence, width_of
from core.worldrec.model.queries import Queries
from core.worldrec.model.sights import Sight
from core.worldrec.model.state import SplatState, rotation_matrices, turned_by

_OUTPUTS = 15
_KNOWN = 46
TRACE = _OUTPUTS + 10 + 3
SPLAT_INPUTS = _KNOWN + TRACE
_MOST_OFFSET = 2.0  # of a splat's size
_MOST_GROWTH = 1.2  # in logarithm
_MOST_TURN_RAD = 0.8
_MOST_LOGIT = 4.0
_MOST_COLOUR = 0.6
_FIRST_FADING = 4.0
_LATE = 4  # all rounds from here on are alike
_QUERIES_AT_ONCE = 6144  # more than a short stretch has; samples of all by all views would grow as its square


class WorldRec(nn.Module):
    """One round: evidence and images → queries → changes of their splats. Before it learned anything it changes none.

    The same network serves all rounds; each has evidence of its own, and knows its number.
    """

    def __init__(self, config: WorldRecConfig) -> None:
        super().__init__()
        self.config = config
        splat, query = config.splat_width, config.query_width
        self.encoder = ImageEncoder(config.image_width, config.image_blocks)
        self.embed = nn.Sequential(nn.Linear(SPLAT_INPUTS, splat), nn.SiLU(), nn.Linear(splat, splat))
        self.pool = nn.Linear(2 * splat, query)
        self.aggregate = Aggregation(self.encoder.channels, query, config.heads, use_weights=config.use_weights)
        self.mix = nn.ModuleList(LocalMixing(query, config.heads, config.window) for _ in range(config.mixing_blocks))
        self.share = nn.Linear(query, 2 * splat)
        self.own = nn.Linear(splat + SPLAT_INPUTS, 2 * splat)
        last = nn.Linear(2 * splat, _OUTPUTS)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.head = nn.Sequential(nn.SiLU(), nn.Linear(2 * splat, 2 * splat), nn.SiLU(), last)

    def matrices(self) -> list[nn.Parameter]:
        """Those between one inner layer and another, which Muon trains."""
        ends = self.embed[0], self.head[-1]
        outer = {id(each) for end in ends for each in end.parameters()}
        return [each for each in self.parameters() if each.ndim == 2 and id(each) not in outer]

    def forward(
        self,
        state: SplatState,
        evidence: Evidence,
        sights: Sequence[Sight],
        queries: Queries,
        number: int,
        trace: Tensor | None = None,
    ) -> Tensor:
        """Changes [N, 15] of the splats, for `changed`; the trace [N, 28] is what the round before left."""
        trace = state.means.new_zeros(len(state), TRACE) if trace is None else trace
        inputs = torch.cat([splat_inputs(state, evidence, len(sights), number), trace], 1)
        if not self.config.use_evidence:
            inputs = inputs * _without_evidence(inputs)
        splats = by_rows(self.embed, inputs)
        members = splats[queries.slots]
        filled = queries.filled[..., None]
        mean = (members * filled).sum(1) / filled.sum(1)
        most = members.masked_fill(~filled, -1e4).amax(1)
        query = self.pool(torch.cat([mean, most], 1))
        places = (state.means[queries.slots] * filled).sum(1) / filled.sum(1)
        features = self.encode(sights, evidence)
        query = query + self._gathered(query, places.detach(), queries.owners, features, sights, evidence)
        for number, block in enumerate(self.mix):
            query = block(query, number % 2 * (self.config.window // 2))
        shared = self.share(query)
        return by_rows(
            lambda own, known, of: self.head(self.own(torch.cat([own, known], 1)) + shared[of]),
            splats,
            inputs,
            queries.of_splat,
        )

    def _gathered(
        self,
        query: Tensor,
        places: Tensor,
        owners: Tensor,
        features: Sequence[Tensor],
        sights: Sequence[Sight],
        evidence: Evidence,
    ) -> Tensor:
        """What to add to queries [Q, D], some at a time: neighbours, so that each time few of many views see any."""
        found = []
        for begin in range(0, len(query), _QUERIES_AT_ONCE):
            rows = slice(begin, begin + _QUERIES_AT_ONCE)
            few = len(query) <= _QUERIES_AT_ONCE
            near = range(len(sights)) if few else views_that_see(sights, places[rows], owners[rows])
            samples = samples_of(
                [features[view] for view in near],
                [sights[view] for view in near],
                [evidence.drawn[view] for view in near],
                places[rows],
                owners[rows],
            )
            found.append(by_rows(self.aggregate, query[rows], *samples))
        return torch.cat(found) if found else query

    def encode(self, sights: Sequence[Sight], evidence: Evidence) -> Sequence[Tensor]:
        """Features of each view."""
        views = list(zip(sights, evidence.drawn, strict=True))
        return side_by_side(lambda view: self.encoder(encoder_input(*view)[None])[0], views)

    def changed(self, state: SplatState, out: Tensor) -> SplatState:
        """A state after changes [N, 15]."""
        move, grow, turn, opacity, colour, life = torch.split(out, [3, 3, 3, 1, 3, 2], 1)
        size = width_of(state.log_scales)[:, None]
        offset = _MOST_OFFSET * size * torch.tanh(move / _MOST_OFFSET)
        axes = rotation_matrices(state.quaternions)
        changed = replace(
            state,
            means=state.means + torch.einsum("nij,nj->ni", axes, offset),
            log_scales=state.log_scales + _MOST_GROWTH * torch.tanh(grow / _MOST_GROWTH),
            quaternions=turned_by(state.quaternions, _MOST_TURN_RAD * torch.tanh(turn / _MOST_TURN_RAD)),
            logits=state.logits + _MOST_LOGIT * torch.tanh(opacity[:, 0] / _MOST_LOGIT),
            colours=state.colours + _MOST_COLOUR * torch.tanh(colour / _MOST_COLOUR),
        )
        if not self.config.use_lifespans:
            return changed
        static = (state.owners == 0).to(out)
        fading = torch.nn.functional.softplus(life[:, 1] - _FIRST_FADING) * static
        return replace(
            changed,
            middles=state.middles + torch.tanh(life[:, 0]) * static,
            fadings=state.fadings + fading,
        )


def splat_inputs(state: SplatState, evidence: Evidence, views: int, number: int) -> Tensor:
    """What is known of each splat [N, 46] in a round, from 0, of about unit size, without the trace."""
    seen = evidence.covered > 0
    nearest = torch.where(evidence.nearest < 1e3, evidence.nearest, 50.0)
    pixel = torch.where(evidence.pixel < 1e2, evidence.pixel, 0.2)
    size = width_of(state.log_scales)
    axes = rotation_matrices(state.quaternions)
    thinnest = torch.nn.functional.one_hot(state.log_scales.argmin(1), 3).to(axes)
    normal = torch.einsum("nij,nj->ni", axes, thinnest)
    maps = evidence.maps
    parts = [
        torch.log1p(evidence.covered)[:, None],
        4 * maps[:, :6],
        10 * maps[:, 6:8],
        maps[:, 8:9],
        10 * maps[:, 9:10],
        maps[:, 10:11],
        _compressed(20 * evidence.pull),
        evidence.agreement,
        (evidence.seen / views)[:, None],
        seen.to(maps)[:, None],
        state.colours - 0.5,
        0.3 * state.logits[:, None],
        state.log_scales - size.log()[:, None],
        (size / pixel).log()[:, None],
        (nearest / 20).log()[:, None],
        normal[:, 2:3].abs(),
        (state.owners > 0).to(maps)[:, None],
        torch.full_like(maps[:, :1], min(number, _LATE) / _LATE),
    ]
    return torch.cat(parts, 1).detach()


def trace_of(out: Tensor, evidence: Evidence) -> Tensor:
    """What a round leaves to the next [N, 28], which looks at other pictures: its changes, where the pictures that it
    saw pulled, and what they lacked. Without it each round would overfit its own pictures anew."""
    return torch.cat([out, _compressed(20 * evidence.pull), 4 * evidence.maps[:, :3]], 1).detach()


def _without_evidence(inputs: Tensor) -> Tensor:
    mask = torch.ones_like(inputs[:1])
    mask[:, : 1 + 6 + 2 + 1 + 1 + 1 + 20] = 0.0
    mask[:, _KNOWN + _OUTPUTS :] = 0.0
    return mask


def _compressed(values: Tensor) -> Tensor:
    """Large values made small, small ones kept, the sign with both."""
    return torch.sign(values) * torch.log1p(values.abs())
