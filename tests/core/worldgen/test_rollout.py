"""Streaming chunk after chunk."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from small_network import CONFIG, conditions_of, latents_of, small_network
from torch import Tensor

from core.errors import UserError
from core.worldgen.conditions import Conditions
from core.worldgen.model import KeyValueCache
from core.worldgen.rollout import Rollout, seeded_noise, stream
from core.worldgen.schedule import at_level, clean_of, step_list
from core.worldgen.steadying import MOST_SCALED, Steadying

CHUNKS = 5


@pytest.fixture
def drive() -> tuple[Tensor, Conditions, list[Conditions]]:
    torch.manual_seed(1)
    return latents_of(3), conditions_of(3), [conditions_of(CONFIG.chunk) for _ in range(CHUNKS)]


def test_streaming_is_the_recipe_written_out(drive: tuple[Tensor, Conditions, list[Conditions]]) -> None:
    first, first_conditions, conditions = drive
    network, steps, noise = small_network(), (1.0, 0.9, 0.4), seeded_noise(7)
    made = list(stream(network, first, first_conditions, conditions, seed=7, steps=steps))
    cache = KeyValueCache(CONFIG.window)
    nothing = torch.zeros(1, 2)
    network(first[:, :2], nothing, first_conditions.frames(0, 2), cache=cache, write=True)
    network(first[:, 2:], nothing[:, :1], first_conditions.frames(2, 3), cache=cache, write=True)
    for number, told in enumerate(conditions):
        latents = noise(number, 0, made[0].shape)
        for step, sigma in enumerate(steps):
            levels = torch.full((1, 2), sigma)
            clean = clean_of(latents, network(latents, levels, told, cache=cache), levels)
            if step + 1 < len(steps):
                latents = at_level(clean, noise(number, step + 1, clean.shape), torch.full((1, 2), steps[step + 1]))
        network(clean, nothing, told, cache=cache, write=True)
        torch.testing.assert_close(made[number], clean)


def test_the_same_seed_makes_the_same_drive_and_another_another(
    drive: tuple[Tensor, Conditions, list[Conditions]],
) -> None:
    one, same, other = (torch.cat(list(stream(small_network(), *drive, seed=seed)), 1) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.allclose(one, other)


def test_a_network_in_half_precision_makes_nearly_the_same(
    drive: tuple[Tensor, Conditions, list[Conditions]],
) -> None:
    full, half = (next(stream(network, *drive)) for network in (small_network(), small_network().bfloat16()))
    assert half.dtype == torch.float32
    assert float((half - full).abs().mean()) < 0.05 * float(full.abs().mean())


def test_steadied_drives_keep_the_contrast_that_they_begin_with_in_any_number_of_steps(
    drive: tuple[Tensor, Conditions, list[Conditions]],
) -> None:
    first = drive[0]
    spread = [float(first[:, 2:].std((1, 4, 5), correction=0).mean())]  # of the last chunk that was given
    for steps in (None, step_list(50, CONFIG.shift)):
        for steadying in (None, Steadying()):
            last = list(stream(small_network(), *drive, steps=steps, steadying=steadying))[-1]
            spread.append(float(last.std((1, 4, 5), correction=0).mean()))
    given, few, few_held, many, many_held = spread
    for held in (few_held, many_held):
        assert abs(math.log(held / given)) < MOST_SCALED + 1e-3
    for free in (few, many):  # the second grows beyond all numbers
        assert not abs(math.log(free / given)) < MOST_SCALED


def test_conditions_are_asked_for_when_the_chunk_before_is_there(
    drive: tuple[Tensor, Conditions, list[Conditions]],
) -> None:
    order: list[str] = []

    def asked() -> Iterator[Conditions]:
        for number, each in enumerate(drive[2]):
            order.append(f"asked {number}")
            yield each

    for number, _ in enumerate(stream(small_network(), *drive[:2], asked(), steps=(1.0,))):
        order.append(f"made {number}")
    assert order[:4] == ["asked 0", "made 0", "asked 1", "made 1"]


def test_a_drive_may_begin_without_frames_and_memory_does_not_grow() -> None:
    rollout = Rollout(small_network(), noise=seeded_noise(0), steps=(1.0, 0.5))
    held = []
    for _ in range(12):
        rollout.go_on(conditions_of(2), (1, 2, 2, 3, 4, 6))
        held.append(rollout.cache.bytes)
    assert held[-1] == held[4]


def test_whoever_follows_may_end_between_two_passes(drive: tuple[Tensor, Conditions, list[Conditions]]) -> None:
    passes = 0

    class EndedError(Exception):
        pass

    def between() -> None:
        nonlocal passes
        passes += 1
        if passes == 5:
            raise EndedError

    with pytest.raises(EndedError):
        list(stream(small_network(), *drive, between=between))
    assert passes == 5


def test_only_the_step_that_is_left_early_has_a_gradient() -> None:
    network = small_network().requires_grad_(True)
    rollout = Rollout(network, noise=seeded_noise(0), steps=(1.0, 0.8, 0.5))
    calls: list[bool] = []
    network.register_forward_hook(lambda *_: calls.append(torch.is_grad_enabled()))
    made = rollout.go_on(conditions_of(2), (1, 2, 2, 3, 4, 6), exit_step=1)
    assert calls == [False, True, False]
    made.square().mean().backward()  # type: ignore[no-untyped-call]
    assert network.head.weight.grad is not None
    assert rollout.cache.frames == 2


def test_early_exits_give_what_fewer_of_the_same_steps_give() -> None:
    told, shape = conditions_of(2), (1, 2, 2, 3, 4, 6)
    with torch.no_grad():
        early = Rollout(small_network(), noise=seeded_noise(0), steps=(1.0, 0.8, 0.5)).go_on(told, shape, exit_step=1)
        short = Rollout(small_network(), noise=seeded_noise(0), steps=(1.0, 0.8)).go_on(told, shape)
    torch.testing.assert_close(early, short)


def test_numbers_that_are_not_finite_are_named(drive: tuple[Tensor, Conditions, list[Conditions]]) -> None:
    first, first_conditions, conditions = drive
    broken = conditions_of(2)
    assert broken.rays is not None
    broken.rays[0, 0, 0, 0] = torch.nan
    with pytest.raises(UserError, match="rays"):
        list(stream(small_network(), first, first_conditions, [broken]))
    with pytest.raises(UserError, match="first frames"):
        list(stream(small_network(), first * torch.inf, first_conditions, conditions))
