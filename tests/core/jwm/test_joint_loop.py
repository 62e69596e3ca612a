"""Scene and generator make a drive together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from jwm_street import CHUNK, log_and_scene, plan_of, small_generator, small_tokenizer

from core.jwm import feedback as feedback_module
from core.jwm.coupling import Coupling, coupled
from core.jwm.detail import Finisher, with_detail
from core.jwm.feedback import Feedback, Gate, disagreement
from core.jwm.loop import coupled_chunks
from core.jwm.made import CoupledChunk
from core.jwm.prior import Prior
from core.jwm.reconstruction import reconstructed
from core.jwm.recordings import Recordings
from core.scene import Scene
from core.splats import Provenance
from core.worldgen.generating import Generator, Inventor, MadeChunk
from core.worldgen.model import WorldGen
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec

FRAMES = 3 * CHUNK


def small_worldrec() -> WorldRec:
    sizes = {"image_width": 4, "image_blocks": 1, "splat_width": 8, "query_width": 8, "heads": 2}
    return WorldRec(WorldRecConfig.model_validate({"rounds": 1, "max_splats": 4000, **sizes}))


def made_by(
    generator: Generator, scene: Scene, feedback: Feedback | None = None, **options: Any
) -> Sequence[CoupledChunk]:
    plan = plan_of(log_and_scene()[0], FRAMES)
    return list(coupled_chunks(generator, scene, plan, seed=1, steps=2, feedback=feedback, threads=1, **options))


def test_the_same_seed_makes_the_same_frames() -> None:
    scene, generator = log_and_scene()[1], small_generator()
    one, again = (np.concatenate([chunk.images for chunk in made_by(generator, scene)]) for _ in range(2))
    assert len(one) == FRAMES
    np.testing.assert_array_equal(one, again)


def test_a_network_that_learned_nothing_shows_the_render_where_it_is_known() -> None:
    """It answers what the tokenizer leaves of the render, and is given back the rest."""
    log, scene = log_and_scene()
    plan = plan_of(log, FRAMES)
    repaired = made_by(small_generator(), scene, level=None)
    shown = list(reconstructed(scene, plan, chunk=CHUNK))
    assert [chunk.begin for chunk in repaired] == [chunk.begin for chunk in shown]
    coupling = Coupling(scene, plan, small_tokenizer(), level=None)
    first = repaired[0].begin
    coupling.told(first, first + CHUNK, plan.conditions(first, first + CHUNK, small_tokenizer().stride))
    known = coupling.seen.prior.known[0, :, :, 0].repeat_interleave(8, 2).repeat_interleave(8, 3).numpy() > 0.97
    assert known.mean() > 0.3
    off = np.abs(repaired[0].images.astype(int) - shown[0].images).max(-1)
    assert np.median(off[known]) <= 2


def test_detail_is_kept_of_what_is_known_and_was_not_changed() -> None:
    log, scene = log_and_scene()
    plan, tokenizer = plan_of(log, CHUNK), small_tokenizer()
    coupling = Coupling(scene, plan, tokenizer, level=None)
    coupling.told(0, CHUNK, plan.conditions(0, CHUNK, tokenizer.stride))
    seen = coupling.seen
    latents = seen.prior.channels[0, :, :, : tokenizer.channels]
    with torch.inference_mode():
        decoded = tokenizer.decode(latents.flatten(0, 1)).movedim(1, -1) * 255 + 0.5
    images = decoded.to(torch.uint8).numpy().reshape(seen.drawn.rgb.shape)
    sure = seen._replace(prior=replace(seen.prior, known=torch.ones_like(seen.prior.known)))
    assert np.abs(with_detail(images, sure, seen.drawn, tokenizer).astype(int) - seen.drawn.rgb).max() <= 2
    unsure = seen._replace(prior=replace(seen.prior, known=torch.zeros_like(seen.prior.known)))
    np.testing.assert_array_equal(with_detail(images, unsure, seen.drawn, tokenizer), images)
    changed = (images.astype(int) + 100).astype(np.uint8)
    np.testing.assert_array_equal(with_detail(changed, sure, seen.drawn, tokenizer), changed)


def test_a_finisher_begins_with_what_is_known_and_has_the_last_word_in_pixels() -> None:
    log, scene = log_and_scene()
    generator, finisher = small_generator(), Finisher(8).eval().requires_grad_(False)
    options = {"finisher": finisher, "level": None}
    plain = made_by(generator, scene, **options)[0].images
    drawn = next(iter(reconstructed(scene, plan_of(log, FRAMES), chunk=CHUNK))).images
    assert np.median(np.abs(plain.astype(int) - drawn)) <= 1
    torch.nn.init.constant_(finisher.last.bias[-3:], 0.1)  # type: ignore[index]
    brighter = made_by(generator, scene, **options)[0].images.astype(int)
    off = (brighter - plain)[plain < 200]
    assert off.min() >= 25
    assert off.max() <= 26


def test_a_finisher_sees_what_recorded_pictures_know() -> None:
    log, scene = log_and_scene()
    generator, finisher = small_generator(), Finisher(8).eval().requires_grad_(False)
    options = {"finisher": finisher, "level": None}
    looked_at = None, Recordings(log, scene, threads=1)
    plain, told = (made_by(generator, scene, **options, recordings=each)[0].images for each in looked_at)
    assert (plain != told).any()
    torch.nn.init.constant_(finisher.last.bias[0], 30.0)  # type: ignore[index]
    alone, still = (made_by(generator, scene, **options, recordings=each)[0].images for each in looked_at)
    np.testing.assert_array_equal(alone, still)


def test_large_areas_that_nobody_looked_at_are_unknown_and_holes_are_not() -> None:
    known = torch.ones(1, 1, 1, 1, 8, 14)

    def unknown_of(known: torch.Tensor) -> torch.Tensor:
        return Prior(known, known, known).unknown

    assert not unknown_of(known).any()
    hole = known.clone()
    hole[..., 3:5, 3:5] = 0.0
    assert not unknown_of(hole).any()
    half = known.clone()
    half[..., 7:] = 0.0
    unknown = unknown_of(half)
    assert bool((unknown[..., 8:] == 1).all())
    assert not unknown[..., :7].any()


def test_what_a_scene_does_not_know_is_made_up_by_who_knows_none() -> None:
    """A scene without splats: but for the sky, nothing is known."""
    log, scene = log_and_scene()
    nothing, generator = replace(scene, static=scene.static[:0]), small_generator()
    config = generator.network.config.model_copy(update={"prior_channels": 0, "scene_width": 0})
    torch.manual_seed(0)
    network = WorldGen(config).eval().requires_grad_(False)
    torch.nn.init.normal_(network.head.weight, std=0.3)
    inventor = Inventor(replace(generator, network=network), 2)
    plan = plan_of(log, CHUNK)
    coupling = Coupling(nothing, plan, small_tokenizer(), level=None)
    plain = plan.conditions(CHUNK, 2 * CHUNK, small_tokenizer().stride)
    told = coupling.told(CHUNK, 2 * CHUNK, plain)
    assert told.unknown is not None and told.warp is not None and plain.warp is not None
    whole = told.unknown[0, :, :, 0].repeat_interleave(2, 2).repeat_interleave(2, 3) == 1
    assert 0.2 < whole.float().mean() < 1
    assert torch.equal(told.warp[0][whole], plain.warp[0][whole])
    assert not torch.equal(told.warp[0][~whole], plain.warp[0][~whole])
    repaired, completed = (made_by(generator, nothing, level=None, inventor=each) for each in (None, inventor))
    pixels = told.unknown[0, :, :, 0].repeat_interleave(8, 2).repeat_interleave(8, 3).numpy()
    off = np.abs(completed[0].images.astype(int) - repaired[0].images).mean(-1)
    assert off[pixels == 1].mean() > 5 * off[pixels == 0].mean()
    whole_scene = (made_by(generator, scene, level=0.4, inventor=each)[0].images for each in (None, inventor))
    np.testing.assert_array_equal(*whole_scene)  # who denoises makes it up itself


def test_weights_without_slots_answer_as_before() -> None:
    generator = small_generator()
    config = generator.network.config.model_copy(update={"prior_channels": 0, "scene_width": 0})
    plain = WorldGen(config).eval().requires_grad_(False)
    torch.nn.init.normal_(plain.head.weight, std=0.2)
    grown = coupled(plain).eval().requires_grad_(False)
    told: list[Any] = []

    def keep(begin: int, end: int, conditions: Any) -> Any:
        told.append(coupling.told(begin, end, conditions))
        return conditions

    log, scene = log_and_scene()
    plan = plan_of(log, CHUNK)
    coupling = Coupling(scene, plan, generator.tokenizer)
    list(replace(generator, network=plain).make(plan, seed=0, steps=1, further=keep))
    noise = torch.randn(1, CHUNK, 1, 6, *told[0].prior.shape[-2:])
    sigma = torch.ones(1, CHUNK)
    without_level = replace(told[-1], start_level=None)
    torch.testing.assert_close(grown(noise, sigma, without_level), plain(noise, sigma, without_level))


def test_what_nobody_saw_flows_back_as_generated_and_what_was_observed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "lets", lambda *_: True)  # this tokenizer learned nothing, its pictures are mud
    scene, generator = log_and_scene()[1], small_generator()
    known: list[Scene] = []

    class Noting(Feedback):
        def after(self, scene: Scene, *others: Any) -> Scene:
            known.append(super().after(scene, *others))
            return known[-1]

    feedback = Noting(small_worldrec())
    half = scene.static.means_m[:, 1] < -1.0
    partly = replace(scene, static=scene.static[half], observed=None)
    serial = made_by(generator, partly, level=None)
    joint = made_by(generator, partly, feedback, level=None)
    np.testing.assert_array_equal(serial[0].images, joint[0].images)
    assert not any(chunk.feedback_s for chunk in serial)
    assert [chunk.feedback_s > 0 for chunk in joint] == [False, True, True], "each tells of what came before it"
    grown = known[-1].static
    assert len(grown) > len(partly.static)
    assert grown.provenance is not None
    generated = grown.provenance == Provenance.GENERATED
    assert generated.any()
    observed = {tuple(place) for place in partly.static.means_m.tolist()}
    kept = {tuple(place) for place in grown.means_m[~generated].tolist()}
    assert kept <= observed
    assert len(kept) > 0.95 * len(observed)
    assert len(known) == FRAMES // CHUNK - 1, "the last chunk need not be taken in"


def test_a_picture_that_contradicts_the_scene_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    log, scene = log_and_scene()
    plan = plan_of(log, FRAMES)
    coupling = Coupling(scene, plan, small_tokenizer())
    coupling.told(0, CHUNK, plan.conditions(0, CHUNK, 8))
    gate = Gate.of_given(plan.given, coupling.seen)
    assert gate.lets(plan.given, coupling.seen)
    assert disagreement(plan.given, coupling.seen) < 0.1
    assert not gate.lets(255 - plan.given, coupling.seen)
    feedback = Feedback(small_worldrec())
    feedback.begin(scene, plan.given, coupling.seen)
    monkeypatch.setattr(feedback_module, "update", None)  # is not asked
    made = MadeChunk(CHUNK, 255 - plan.given, 0.0, 0.0, 0.0)
    assert feedback.after(scene, plan, made, coupling.seen) is scene
    assert feedback.refused == 1
