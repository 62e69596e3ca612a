"""The transformer: what sees what, what conditions do, and that a cache is the same as a mask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from small_network import CONFIG, conditions_of, latents_of, small_network
from torch.nn.functional import scaled_dot_product_attention
from torch.testing import assert_close

from core.worldgen.model import PRESETS, FrameMask, KeyValueCache, WorldGen, block_causal, teacher_forcing
from core.worldgen.model.attention import Reach, attend
from core.worldgen.model.masks import blocks_of
from core.worldgen.model.norms import RootMeanSquareNorm
from core.worldgen.model.transformer import REFERENCE_VARIANCE
from core.worldgen.model.weights import with_slots
from core.worldgen.schedule import at_level, clean_of

FRAMES = 6


def levels(frames: int, sigma: float = 0.5, batch: int = 1) -> torch.Tensor:
    return torch.full((batch, frames), sigma)


def test_presets_have_the_sizes_of_the_design() -> None:
    with torch.device("meta"):
        sizes = {name: sum(p.numel() for p in WorldGen(config).parameters()) for name, config in PRESETS.items()}
    assert 2e6 < sizes["tiny"] < 8e6
    assert 65e6 < sizes["base"] < 200e6


def test_pure_noise_tells_nothing_of_what_is_clean() -> None:
    network, told, at = small_network(), conditions_of(2), levels(2, 1.0)
    one, other = (clean_of(each, network(each, at, told), at) for each in (latents_of(2), latents_of(2)))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0])
def test_a_new_network_takes_what_is_no_noise_for_clean(sigma: float) -> None:
    torch.manual_seed(0)
    network = WorldGen(CONFIG.model_copy(update={"prior_channels": 3}))
    latents, at = latents_of(2), levels(2, sigma)
    plain = clean_of(latents, network(latents, at, conditions_of(2)), at)
    torch.testing.assert_close(plain, _linear(latents, torch.tensor(sigma)))
    known = conditions_of(2, prior=3)
    assert known.start_level is not None
    repaired = clean_of(latents, network(latents, at, known), at)
    torch.testing.assert_close(repaired, _linear(latents, sigma * known.start_level))


def _linear(latents: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    return (1 - noise) / ((1 - noise) ** 2 + noise**2) * latents


@pytest.mark.parametrize("sigma", [0.1, 0.6, 0.9])
def test_no_linear_guess_is_nearer_than_that_of_a_new_network(sigma: float) -> None:
    network = WorldGen(CONFIG.model_copy(update={"reference": True}))
    torch.manual_seed(0)
    at, shape = levels(40, sigma, 64), latents_of(40, batch=64).shape
    reference, noise = torch.randn(shape), torch.randn(shape)
    clean = reference + REFERENCE_VARIANCE**0.5 * torch.randn(shape)
    told = conditions_of(40, batch=64).with_reference(reference, mask=torch.ones_like(reference[:, :, :, :1]))
    noisy = at_level(clean, noise, at)
    with torch.no_grad():
        found = clean_of(noisy, network(noisy, at, told), at)
    error = (found - clean).square().mean()
    expected = REFERENCE_VARIANCE * sigma**2 / ((1 - sigma) ** 2 * REFERENCE_VARIANCE + sigma**2)
    assert float(error) == pytest.approx(expected, rel=0.05)
    for other in (reference, noisy, noisy / (1 - sigma), 1.1 * found - 0.1 * reference, 0.9 * found + 0.1 * reference):
        assert (other - clean).square().mean() > error


def test_slots_for_further_conditions_change_nothing_at_first() -> None:
    network = small_network(local_channels=0, innovation=False)
    grown = with_slots(network, prior_channels=4, scene_width=5, local_channels=8, innovation=True).eval()
    latents, sigma = latents_of(2), levels(2)
    told = conditions_of(2, prior=4)
    assert told.prior is not None
    told = replace(told, scene=torch.randn(1, 7, 5), start_level=torch.ones_like(told.prior[:, :, :, :1]))
    with torch.no_grad():
        torch.testing.assert_close(grown(latents, sigma, told), network(latents, sigma, told))
    with pytest.raises(ValueError, match="already"):
        with_slots(grown, prior_channels=6)


@pytest.mark.parametrize("name", ["layout", "rays", "ego_motion", "weather", "text", "prior"])
def test_every_condition_is_heard_and_can_be_left_out_of_a_sample(name: str) -> None:
    network = small_network(prior_channels=4, text_width=7)
    latents, sigma = latents_of(2, batch=2), levels(2, batch=2)
    told = conditions_of(2, batch=2, prior=4, text=7)
    heard = network(latents, sigma, told)
    without = network(latents, sigma, told.without(name))
    assert not torch.allclose(heard, without)
    partly = network(latents, sigma, told.leaving_out({name: torch.tensor([False, True])}))
    torch.testing.assert_close(partly[0], heard[0])
    torch.testing.assert_close(partly[1], without[1])


def test_cameras_meet_and_their_order_does_not_matter() -> None:
    network = small_network()
    latents, told = latents_of(2, views=3), conditions_of(2, views=3)
    seen = network(latents, levels(2), told)
    turned = network(latents[:, :, [2, 0, 1]], levels(2), told.cameras([2, 0, 1]))
    torch.testing.assert_close(turned, seen[:, :, [2, 0, 1]])
    alone = network(latents[:, :, :1], levels(2), told.cameras([0]))
    assert not torch.allclose(alone, seen[:, :, :1])


def test_a_level_for_every_latent_is_as_one_for_the_frame_where_they_agree() -> None:
    network = small_network()
    latents, told = latents_of(3), conditions_of(3)
    sigma = torch.tensor([[0.2, 0.5, 1.0]])
    by_latent = sigma[:, :, None, None, None, None].expand(1, 3, 2, 1, *latents.shape[-2:])
    torch.testing.assert_close(network(latents, by_latent, told), network(latents, sigma, told))


def test_noise_of_later_frames_reaches_earlier_ones_only_without_a_mask() -> None:
    network = small_network()
    latents, told = latents_of(FRAMES), conditions_of(FRAMES)
    changed = latents.clone()
    changed[:, 4:] += 1
    mask = block_causal([2, 2, 2], window=6)
    for given, reaches in ((None, True), (mask, False)):
        one, other = (network(each, levels(FRAMES), told, mask=given)[:, :4] for each in (latents, changed))
        assert torch.allclose(one, other) is not reaches


def test_masks_are_those_that_are_drawn() -> None:
    drawn = ["11....", "11....", "1111..", "1111..", "1.1111", "1.1111"]
    expected = torch.tensor([[sign == "1" for sign in row] for row in drawn])
    assert torch.equal(block_causal([2, 2, 2], window=4, sink=1).frames, expected)
    both = teacher_forcing([1, 2], window=3).frames.int().tolist()
    assert both == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [1, 0, 0, 0, 1, 1],
        [1, 0, 0, 0, 1, 1],
    ]
    assert blocks_of(10, 4, first=1) == [1, 4, 4, 1]
    assert blocks_of(8, 4) == [4, 4]


@pytest.mark.parametrize("window, sink", [(20, 0), (5, 0), (5, 2)])
@pytest.mark.parametrize("kind", [block_causal, teacher_forcing])
def test_attention_in_parts_is_that_under_the_whole_mask(
    kind: Callable[[list[int], int, int], FrameMask], window: int, sink: int
) -> None:
    mask, per_frame = kind([2, 3, 3, 1], window, sink), 3
    queries, keys, values = torch.randn(3, 2, len(mask.frames) * per_frame, 2, 6, generator=torch.manual_seed(0))
    over_tokens = mask.frames.repeat_interleave(per_frame, 0).repeat_interleave(per_frame, 1)
    whole = scaled_dot_product_attention(
        queries.transpose(1, 2), keys.transpose(1, 2), values.transpose(1, 2), attn_mask=over_tokens
    )
    reach = Reach(torch.ones(0), mask, per_frame)
    assert_close(attend(queries, keys, values, reach), whole.transpose(1, 2).flatten(2), atol=1e-6, rtol=1e-5)


def test_teacher_forcing_answers_for_a_chunk_what_streaming_does_after_a_clean_past() -> None:
    network, blocks = small_network(), [2, 2, 2]
    clean, told = latents_of(FRAMES), conditions_of(FRAMES)
    noisy = torch.randn_like(clean)
    sigma = torch.cat([torch.zeros(1, FRAMES), levels(FRAMES, 0.7)], 1)
    both = network(
        torch.cat([clean, noisy], 1),
        sigma,
        told.followed_by(told),
        positions=[*range(FRAMES), *range(FRAMES)],
        mask=teacher_forcing(blocks, window=6),
    )[:, FRAMES:]
    cache = KeyValueCache(window=6)
    for begin in (0, 2, 4):
        now = told.frames(begin, begin + 2)
        found = network(noisy[:, begin : begin + 2], levels(2, 0.7), now, cache=cache)
        torch.testing.assert_close(found, both[:, begin : begin + 2], atol=1e-4, rtol=1e-4)
        network(clean[:, begin : begin + 2], levels(2, 0.0), now, cache=cache, write=True)


def test_a_cache_is_the_same_as_the_full_mask_far_beyond_its_window() -> None:
    network = small_network()
    blocks = [1, *[2] * 20]
    frames = sum(blocks)
    latents, told = latents_of(frames), conditions_of(frames)
    sigma = torch.rand(1, frames)
    whole = network(latents, sigma, told, mask=block_causal(blocks, window=6))
    cache, begin = KeyValueCache(window=6), 0
    for size in blocks:
        end = begin + size
        now = latents[:, begin:end], sigma[:, begin:end], told.frames(begin, end)
        found = network(*now, cache=cache, write=True)
        torch.testing.assert_close(found, whole[:, begin:end], atol=1e-4, rtol=1e-4)
        begin = end


def test_with_a_sink_the_network_sees_its_frames_right_before_the_window() -> None:
    """A sink that is always there, of a network of one block, is a clip of the sink and the window."""
    network = small_network(depth=1)
    frames = 20
    latents, told = latents_of(frames), conditions_of(frames)
    cache = KeyValueCache(window=6, sink=2)
    for begin in range(0, frames, 2):
        now = latents[:, begin : begin + 2], levels(2), told.frames(begin, begin + 2)
        found = network(*now, cache=cache, write=True)
    chosen = [0, 1, *range(14, 20)]
    short = told.frames(0, 2).followed_by(told.frames(14, 20))
    clip = network(latents[:, chosen], levels(8), short, mask=block_causal([2, 2, 2, 2], window=8))
    torch.testing.assert_close(found, clip[:, -2:], atol=1e-4, rtol=1e-4)


def test_a_cache_lets_go_of_what_no_one_will_see() -> None:
    network = small_network()
    cache = KeyValueCache(window=6, sink=1)
    held = []
    for _ in range(12):
        network(latents_of(2), levels(2), conditions_of(2), cache=cache, write=True)
        held.append(cache.bytes)
    assert cache.frames == 24
    assert cache.visible(2) == [0, 20, 21, 22, 23]
    assert held[-1] == held[4]


def test_looking_without_writing_leaves_the_cache_as_it_was() -> None:
    network = small_network()
    cache = KeyValueCache(window=6)
    network(latents_of(2), levels(2), conditions_of(2), cache=cache, write=True)
    now = latents_of(2), levels(2), conditions_of(2)
    first = network(*now, cache=cache)
    torch.testing.assert_close(network(*now, cache=cache), first)
    assert cache.frames == 2


def test_the_norm_has_the_gradient_of_torchs() -> None:
    torch.manual_seed(0)
    ours, torchs = RootMeanSquareNorm(24, eps=1e-6), torch.nn.RMSNorm(24, eps=1e-6)
    torchs.load_state_dict({"weight": torch.nn.init.uniform_(ours.weight).detach()})
    given, gradient = torch.randn(2, 5, 48)[..., :24], torch.randn(2, 5, 24)
    found = []
    for norm in (ours, torchs):
        x = given.clone().requires_grad_()
        y = norm(x)
        y.backward(gradient)
        assert x.grad is not None and norm.weight.grad is not None
        found.append((y.detach(), x.grad, norm.weight.grad))
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
