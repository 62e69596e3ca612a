"""What is made keeps the contrast and the colours that a drive begins with."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.worldgen.model.config import WorldGenConfig
from core.worldgen.steadying import MOST_MOVED, MOST_SCALED, WAITS, Steadying, steadying_for


def drawn(mean: float, deviation: float, seed: int = 0, frames: int = 4) -> Tensor:
    """Latents of two cameras, of exactly these moments."""
    latents = torch.randn(1, frames, 2, 3, 4, 6, generator=torch.Generator().manual_seed(seed))
    variance, own = torch.var_mean(latents, (1, 4, 5), keepdim=True, correction=0)
    return (latents - own) / variance.sqrt() * deviation + mean


def moments(latents: Tensor) -> tuple[Tensor, Tensor]:
    variance, mean = torch.var_mean(latents, (1, 4, 5), correction=0)
    return mean, variance.sqrt()


def test_what_is_within_the_band_stays_as_it_is() -> None:
    steadying = Steadying()
    steadying.begin(drawn(0.5, 2.0))
    for mean, deviation in ((0.5, 2.0), (0.65, 1.85), (0.35, 2.15)):
        latents = drawn(mean, deviation, seed=1)
        torch.testing.assert_close(steadying.held(latents), latents, atol=1e-5, rtol=0)


@pytest.mark.parametrize("frames", [4, 1])
def test_what_leaves_it_is_brought_to_its_edge_each_camera_by_itself(frames: int) -> None:
    steadying = Steadying()
    steadying.begin(torch.cat([drawn(0.0, 1.0)[:, :, :1], drawn(5.0, 2.0)[:, :, 1:]], 2))
    mean, deviation = moments(steadying.held(drawn(9.0, 0.5, seed=1, frames=frames)))
    lowest = float(torch.tensor(-MOST_SCALED).exp())
    for camera, (known, spread) in enumerate(((0.0, 1.0), (5.0, 2.0))):
        torch.testing.assert_close(mean[0, camera], torch.full((3,), known + MOST_MOVED * spread))
        torch.testing.assert_close(deviation[0, camera], torch.full((3,), lowest * spread))


def test_a_generator_that_fades_does_not_fade_away() -> None:
    for steadying in (None, Steadying()):
        latents = drawn(0.0, 1.0)
        if steadying is not None:
            steadying.begin(latents)
        for _ in range(60):
            latents = 0.9 * latents + 0.02
            if steadying is not None:
                latents = steadying.held(latents)
                steadying.note(latents)
        mean, deviation = moments(latents)
        faded = steadying is None
        assert (float(deviation.max()) < 0.01) == faded
        assert (float(mean.abs().max()) > 0.15) == faded


def test_before_the_last_step_contrast_may_be_weaker_but_not_stronger() -> None:
    steadying = Steadying()
    steadying.begin(drawn(0.0, 1.0))
    soft, strong = drawn(0.0, 0.3, seed=1), drawn(0.0, 3.0, seed=1)
    torch.testing.assert_close(steadying.on_the_way(soft), soft)
    highest = float(torch.tensor(MOST_SCALED).exp())
    torch.testing.assert_close(moments(steadying.on_the_way(strong))[1], torch.full((1, 2, 3), highest))


def test_under_another_weather_it_is_held_to_what_it_came_to() -> None:
    steadying = Steadying(waits=2)
    steadying.begin(drawn(0.0, 1.0))
    for number, mean in enumerate((2.0, 3.0)):
        latents = drawn(mean, 1.0, seed=number)
        torch.testing.assert_close(steadying.held(latents), latents)
        steadying.note(latents)
    later = steadying.held(drawn(8.0, 1.0, seed=5))
    torch.testing.assert_close(moments(later)[0], torch.full((1, 2, 3), 3.0 + MOST_MOVED))
    steadying.note(later)
    torch.testing.assert_close(steadying.held(later), later)


def test_what_begins_with_nothing_is_held_to_its_first_chunk() -> None:
    steadying, first = Steadying(), drawn(1.0, 1.0)
    assert steadying.held(first) is first
    steadying.note(first)
    assert float(moments(steadying.held(drawn(4.0, 1.0)))[0].max()) == pytest.approx(1.0 + MOST_MOVED, abs=1e-4)


def test_a_picture_of_one_colour_gets_no_contrast_out_of_nothing() -> None:
    steadying = Steadying()
    steadying.begin(drawn(0.0, 1.0))
    assert bool(steadying.held(torch.full((1, 4, 2, 3, 4, 6), 3.0)).isfinite().all())


def test_what_heeds_a_scene_or_was_not_distilled_keeps_its_own() -> None:
    plain = WorldGenConfig()
    assert steadying_for(plain, anew=True) is not None
    assert steadying_for(plain, anew=False) is None
    assert steadying_for(plain.model_copy(update={"prior_channels": 19}), anew=True) is None
    changing = steadying_for(plain, anew=True, changes=True)
    assert changing is not None
    changing.begin(drawn(0.0, 1.0))
    other = drawn(7.0, 1.0)
    assert changing.held(other) is other


def test_a_drive_that_goes_on_waits_for_the_chunks_that_are_left() -> None:
    first, second = drawn(2.0, 1.0), drawn(7.0, 1.0)
    for made, waits in ((WAITS - 1, True), (WAITS, False)):
        steadying = steadying_for(WorldGenConfig(), anew=True, changes=True, made=made)
        assert steadying is not None
        steadying.begin(first)
        assert torch.equal(steadying.held(second), second) == waits
