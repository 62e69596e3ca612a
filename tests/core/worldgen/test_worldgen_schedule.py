"""Levels of noise, and what lies between clean latents and what denoising starts from."""

from __future__ import annotations

import pytest
import torch

from core.worldgen.conditions import Conditions
from core.worldgen.schedule import at_level, checked_steps, clean_of, shifted, source_of, step_list, velocity

SHAPE = 2, 3, 1, 4, 2, 5


def test_four_steps_are_those_of_the_published_recipe() -> None:
    assert step_list(4) == pytest.approx((1.0, 0.9375, 0.8333, 0.625), abs=1e-4)


@pytest.mark.parametrize("count", [1, 2, 4, 8, 50])
def test_step_lists_fall_from_one_and_stay_above_zero(count: int) -> None:
    steps = step_list(count, 3.0)
    assert len(steps) == count
    assert checked_steps(steps) == steps


@pytest.mark.parametrize("steps", [(), (0.9, 0.5), (1.0, 0.5, 0.5), (1.0, 0.0)])
def test_lists_that_are_no_steps_are_refused(steps: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="fall from 1"):
        checked_steps(steps)
    with pytest.raises(ValueError, match="at least one"):
        step_list(0)


def test_shifting_keeps_both_ends_and_moves_towards_noise() -> None:
    sigma = torch.tensor([0.0, 0.25, 0.5, 1.0])
    moved = shifted(sigma, 5.0)
    assert moved[0] == 0
    assert moved[3] == 1
    assert bool((moved[1:3] > sigma[1:3]).all())


@pytest.mark.parametrize("sigma", [0.0, 1e-6, 0.3, 1.0])
def test_the_true_velocity_leads_back_to_the_clean_latents(sigma: float) -> None:
    clean, noise = torch.randn(SHAPE), torch.randn(SHAPE)
    levels = torch.full(SHAPE[:2], sigma)
    noised = at_level(clean, noise, levels)
    torch.testing.assert_close(clean_of(noised, velocity(clean, noise), levels), clean)
    if sigma == 1.0:
        torch.testing.assert_close(noised, noise)
    if sigma < 1e-5:
        torch.testing.assert_close(noised, clean, atol=1e-4, rtol=0)


def test_every_frame_may_have_a_level_of_its_own_and_so_may_every_latent() -> None:
    clean, noise = torch.zeros(SHAPE), torch.ones(SHAPE)
    by_frame = torch.rand(SHAPE[:2])
    torch.testing.assert_close(at_level(clean, noise, by_frame)[:, :, 0, 0, 0, 0], by_frame)
    by_latent = torch.rand(2, 3, 1, 1, 2, 5)
    torch.testing.assert_close(at_level(clean, noise, by_latent)[:, :, :, :1], by_latent)


def test_denoising_starts_from_the_prior_where_it_is_trusted() -> None:
    noise, render = torch.randn(SHAPE), torch.randn(SHAPE)
    level = torch.ones(2, 3, 1, 1, 2, 5)
    level[..., 0] = 0.0
    level[..., 1] = 0.5
    conditions = Conditions().with_prior(torch.cat([render, noise], 3), mask=torch.ones_like(level), start_level=level)
    source = source_of(noise, conditions)
    torch.testing.assert_close(source[..., 0], render[..., 0])
    torch.testing.assert_close(source[..., 1], 0.5 * render[..., 1] + 0.5 * noise[..., 1])
    torch.testing.assert_close(source[..., 2:], noise[..., 2:])


def test_without_its_prior_a_sample_starts_from_noise() -> None:
    noise = torch.randn(SHAPE)
    none = torch.zeros(2, 3, 1, 1, 2, 5)
    conditions = Conditions(kept={"prior": torch.tensor([True, False])})
    conditions = conditions.with_prior(torch.randn(SHAPE), mask=none + 1, start_level=none)
    source = source_of(noise, conditions)
    torch.testing.assert_close(source[1], noise[1])
    assert not torch.allclose(source[0], noise[0])
