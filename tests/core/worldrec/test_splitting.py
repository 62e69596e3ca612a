"""Splats are split where pictures lack most, within a budget."""

from __future__ import annotations

from dataclasses import replace

import torch

from core.worldrec.model.evidence import Evidence
from core.worldrec.model.splitting import split
from core.worldrec.model.state import SplatState, rotation_matrices


def state(count: int) -> SplatState:
    torch.manual_seed(3)
    return SplatState(
        means=torch.randn(count, 3),
        quaternions=torch.nn.functional.normalize(torch.randn(count, 4), dim=1),
        log_scales=torch.tensor([[0.3, 0.02, 0.2]]).log().expand(count, 3).clone(),
        logits=torch.zeros(count),
        colours=torch.rand(count, 3),
        middles=torch.zeros(count),
        fadings=torch.zeros(count),
        owners=torch.tensor([0] * (count - 2) + [1, 2]),
    )


def evidence(wrong: list[float], pixel_m: float = 0.01) -> Evidence:
    n = len(wrong)
    maps = torch.zeros(n, 11)
    maps[:, 3] = torch.tensor(wrong)
    each = torch.full((n,), 1.0)
    return Evidence(
        covered=each,
        maps=maps,
        pull=torch.zeros(n, 10),
        agreement=torch.zeros(n, 10),
        seen=each,
        nearest=each,
        pixel=pixel_m * each,
        drawn=(),
    )


def test_the_worst_become_four_each_within_the_budget() -> None:
    before = state(6)
    after, rows = split(before, evidence([0.1, 0.5, 0.0, 0.2, 0.4, 0.3]), most=13)
    assert rows.tolist() == [0, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 5]
    assert after.owners.tolist() == before.owners[rows].tolist()
    assert torch.equal(after.of(torch.tensor([0, 5])).means, before.of(torch.tensor([0, 2])).means)


def test_pieces_lie_side_by_side_on_their_surface() -> None:
    before = state(3)
    after, rows = split(before, evidence([1.0, 0.0, 0.0]), most=6)
    pieces = after.of(torch.nonzero(rows == 0)[:, 0])
    assert torch.allclose(pieces.means.mean(0), before.means[0], atol=1e-6)
    along = torch.einsum("nj,jk->nk", pieces.means - before.means[0], rotation_matrices(before.quaternions[:1])[0])
    assert torch.allclose(along[:, 1], torch.zeros(4), atol=1e-6)  # the thin axis
    assert len({(x > 0, z > 0) for x, _, z in along.tolist()}) == 4
    assert torch.allclose(pieces.log_scales[:, 1], before.log_scales[0, 1])
    assert bool((pieces.log_scales[:, [0, 2]] < before.log_scales[0, [0, 2]]).all())


def test_nothing_is_split_without_room_or_need_or_pixels() -> None:
    before = state(4)
    needed = evidence([1.0, 1.0, 1.0, 1.0])
    for told, most in ((needed, 4), (needed, 6), (evidence([0.0] * 4), 99), (evidence([1.0] * 4, pixel_m=1.0), 99)):
        after, rows = split(before, told, most)
        assert rows.tolist() == [0, 1, 2, 3]
        assert torch.equal(after.means, before.means)


def test_ties_are_settled_in_order() -> None:
    told = replace(evidence([1.0, 1.0, 1.0, 1.0]))
    assert split(state(4), told, most=7)[1].tolist() == [0, 0, 0, 0, 1, 2, 3]
