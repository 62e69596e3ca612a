"""Muon and AdamW as one optimiser: it learns, and goes on from its saved state as if it had never stopped."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn

from core.training.checkpoints import load_training, save_training
from core.training.optimizers import MuonBesideAdamW

STEPS = 6


def made() -> tuple[nn.Sequential, MuonBesideAdamW]:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 6))
    matrices = [layer.weight for layer in network if isinstance(layer, nn.Linear)]
    groups = [{"params": list(network.parameters()), "lr": 1e-2}]
    return network, MuonBesideAdamW(groups, matrices, betas=(0.9, 0.99))


def step(network: nn.Module, optimizer: MuonBesideAdamW, number: int) -> float:
    x = torch.randn(32, 6, generator=torch.Generator().manual_seed(number))
    loss: Tensor = (network(x) - x.flip(-1).sin()).square().mean()
    loss.backward()
    for group in optimizer.param_groups:
        group["lr"] = 1e-2 / (1 + number)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def test_all_parameters_learn_by_the_optimiser_that_is_theirs() -> None:
    network, optimizer = made()
    before = [value.detach().clone() for value in network.parameters()]
    losses = [step(network, optimizer, 0) for _ in range(80)]
    assert losses[-1] < 0.5 * losses[0]
    assert all(not torch.equal(one, other) for one, other in zip(before, network.parameters(), strict=True))
    kept = [set(optimizer.state[value]) for value in network.parameters()]
    assert kept[0] == kept[2] == {"momentum_buffer"} and {"exp_avg", "exp_avg_sq"} <= kept[1] & kept[3]


def test_a_run_goes_on_from_its_file_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    network, optimizer = made()
    for number in range(STEPS):
        step(network, optimizer, number)
    save_training(tmp_path, network, deepcopy(network), optimizer, {"step": STEPS})
    again, resumed = made()
    assert load_training(tmp_path, again, deepcopy(again), resumed) == {"step": STEPS}
    for number in range(STEPS, 2 * STEPS):
        assert step(network, optimizer, number) == step(again, resumed, number)
    assert all(torch.equal(one, other) for one, other in zip(network.parameters(), again.parameters(), strict=True))
