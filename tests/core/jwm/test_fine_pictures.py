"""Takes of a scene are shown finer than they are generated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from jwm_street import CHUNK, HEIGHT, log_and_scene, plan_of, small_generator, small_tokenizer

from core.jwm.coupling import Coupling
from core.jwm.detail import Finisher, with_detail
from core.jwm.drawing import drawn_of, finer_for, smaller_by
from core.jwm.loop import coupled_chunks
from core.jwm.recordings import PICTURES, Fetched, Recordings

FINER = 2


@pytest.fixture(scope="module")
def coupling() -> Coupling:
    """That has told of one chunk."""
    log, scene = log_and_scene()
    plan, tokenizer = plan_of(log, CHUNK), small_tokenizer()
    made = Coupling(scene, plan, tokenizer, level=None, threads=1)
    made.told(0, CHUNK, plan.conditions(0, CHUNK, tokenizer.stride))
    return made


def test_small_pictures_are_shown_twice_as_fine_and_large_ones_as_they_are() -> None:
    assert [finer_for(height) for height in (32, 64, 72, 256)] == [2, 2, 1, 1]


def test_what_the_generator_is_told_is_the_mean_of_what_is_shown(coupling: Coupling) -> None:
    log, scene = log_and_scene()
    views = plan_of(log, CHUNK).viewpoints.frames(0, CHUNK)
    direct, coarse = drawn_of(scene, ("camera",), views, threads=1), coupling.seen.drawn
    assert coupling.fine.rgb.shape[2] == FINER * coarse.rgb.shape[2] == FINER * HEIGHT
    assert np.abs(direct.rgb.astype(int) - coarse.rgb).max() <= 3
    np.testing.assert_allclose(direct.alpha, coarse.alpha, atol=1e-5)
    np.testing.assert_allclose(direct.depth_m, coarse.depth_m, atol=1e-3)


def test_what_is_known_and_was_not_changed_is_shown_as_the_fine_render(coupling: Coupling) -> None:
    seen, fine, tokenizer = coupling.seen, coupling.fine, small_tokenizer()
    left = seen.prior.channels[0, :, :, : tokenizer.channels].flatten(0, 1)
    with torch.inference_mode():
        decoded = tokenizer.decode(left).movedim(1, -1) * 255 + 0.5
    images = decoded.to(torch.uint8).numpy().reshape(seen.drawn.rgb.shape)
    sure, unsure = (
        seen._replace(prior=replace(seen.prior, known=torch.full_like(seen.prior.known, share))) for share in (1.0, 0.0)
    )
    shown = [with_detail(images, each, fine, tokenizer).astype(int) for each in (sure, unsure)]
    assert np.abs(shown[0] - fine.rgb).max() <= 2
    assert np.abs(shown[1] - fine.rgb).mean() > 3
    assert np.abs(smaller_by(FINER, shown[1].astype(np.uint8)).astype(int) - images).mean() < 3


def test_a_finisher_sees_recorded_pictures_as_fine_as_it_shows_them(coupling: Coupling) -> None:
    seen, fine, finisher = coupling.seen, coupling.fine, Finisher(8).eval().requires_grad_(False)
    sure = seen._replace(prior=replace(seen.prior, known=torch.ones_like(seen.prior.known)))
    stripes = np.zeros_like(fine.rgb)
    stripes[:, :, :, ::2] = 40
    plain = replace(fine, rgb=np.full_like(fine.rgb, 120))
    shape = *fine.rgb.shape[:2], PICTURES, *fine.rgb.shape[2:]
    corrected, there = np.zeros(shape, np.uint8), np.zeros(shape[:-1], bool)
    corrected[:, :, 0], there[:, :, 0] = 100 + stripes, True
    there[..., fine.rgb.shape[3] // 2 :] = False
    grey = np.full_like(seen.drawn.rgb, 120)
    found = with_detail(grey, sure, plain, small_tokenizer(), finisher, Fetched(corrected, corrected, there)).astype(
        int
    )
    middle = fine.rgb.shape[3] // 2
    left, right = found[:, :, :, : middle - 2], found[:, :, :, middle + 2 :]
    assert left[:, :, :, ::2].mean() - left[:, :, :, 1::2].mean() > 5
    assert np.abs(right[:, :, :, ::2] - right[:, :, :, 1::2]).mean() < 1


def test_the_loop_yields_both_sizes() -> None:
    log, scene = log_and_scene()
    options = {"level": None, "recordings": Recordings(log, scene, threads=1), "threads": 1}
    for chunk in coupled_chunks(small_generator(), scene, plan_of(log, 2 * CHUNK), seed=0, steps=1, **options):  # type: ignore[arg-type]
        size = chunk.images.shape[2:4]
        assert chunk.shown.shape == (CHUNK, 1, *(FINER * side for side in size), 3)
        mean = chunk.shown.reshape(CHUNK, 1, size[0], FINER, size[1], FINER, 3).mean((3, 5))
        assert np.abs(mean - chunk.images).mean() < 3
