"""What the stages learn, on problems whose answers are known."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor
from worldgen_toys import GRID, TOY, Gaussian, Linear, Toy, ToySamples

from core.training.worldgen.batches import partly, some_cameras
from core.training.worldgen.discriminator import Discriminator, told_apart
from core.training.worldgen.dmd import MatchedDistribution, covered_by_actors, unlikeness
from core.training.worldgen.flow import TeacherForced, WholeClips, after_clean
from core.training.worldgen.guidance import guided
from core.training.worldgen.lesson import Lesson
from core.training.worldgen.ode import FewSteps
from core.training.worldgen.scores import direction
from core.training.worldgen.stages import Bidirectional, Dmd, Ode, TeacherForcing
from core.worldgen.conditions import CONDITIONS, Conditions
from core.worldgen.model import WorldGen
from core.worldgen.schedule import at_level, checked_steps, step_list

SAMPLES = ToySamples(views=1, checks=0)


def learn(lesson: Lesson, steps: int, *, batch: int = 8, frames: int = 4) -> None:
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    optimizer = torch.optim.Adam(lesson.groups(), betas=(0.0, 0.9))
    for step in range(steps):
        losses = lesson(SAMPLES.batch(random, batch, frames), step, int(random.integers(2**31)))
        losses["loss"].backward()
        optimizer.step()
        optimizer.zero_grad()


def as_network(toy: Any) -> WorldGen:
    return cast(WorldGen, toy)


def test_distribution_matching_moves_the_student_to_the_target() -> None:
    """From N(0, 0.5²) to N(1, 0.8²): offset and slope of a one-step student are the mean and deviation."""
    student = Linear((1.0,))
    stage = Dmd(steps=1, rate=0.04, critic_rate=0.1, student_steps=1, guidance=0.0, given=0.0, critic_updates=2)
    learn(MatchedDistribution(as_network(student), stage, as_network(Gaussian(1.0, 0.8))), 200, batch=16, frames=2)
    assert student.offset.item() == pytest.approx(1.0, abs=0.08)
    assert student.slope.item() == pytest.approx(0.8, abs=0.08)


def test_the_direction_is_that_of_the_scores_whatever_its_size() -> None:
    made, real = torch.zeros(2, 1, 3), torch.ones(2, 1, 3)
    real[1] *= 100
    found = direction(made, made.clone(), real)
    torch.testing.assert_close(found, -torch.ones(2, 1, 3, dtype=torch.float64))
    assert float(direction(made, made, made).abs().max()) == 0.0


def test_frames_that_were_given_have_no_gradient() -> None:
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, given=1.0)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    made, given = lesson._rolled_out(batch, 0)
    assert given == TOY.chunk
    assert torch.equal(made[:, :given], batch.latents[:, :given])
    _, sigma, _ = lesson._scores.noised(made, batch.conditions, given)
    assert bool((sigma[:, :given] == 0).all())
    assert bool((sigma[:, given:] > 0).all())


def test_the_critic_alone_learns_between_updates_of_the_student() -> None:
    stage = Dmd(steps=1, student_steps=2, guidance=0.0, critic_updates=5)
    lesson = MatchedDistribution(as_network(Linear((1.0, 0.8))), stage, as_network(Gaussian(0.0, 1.0)))
    kinds = []
    for step in range(12):
        losses = lesson(SAMPLES.batch(np.random.default_rng(step), 2, 4), step, step)
        kinds.append("student" in losses)
        losses["loss"].backward()
        moved = [p.grad is not None for net in (lesson.network, lesson.critic) for p in net.parameters()]
        assert moved == ([True, True, False, False] if kinds[-1] else [False, False, True, True])
        lesson.zero_grad()
    assert kinds == [True, *[False] * 5] * 2


def test_ode_distillation_finds_the_flow_of_the_teacher() -> None:
    """For normal data it is linear: two points tell where the teacher's steps lead from each level of the student."""
    student, teacher = Linear(step_list(2, TOY.shift)), Gaussian(1.0, 0.5)
    stage = Ode(steps=1, rate=0.03, student_steps=2, teacher_steps=8, draws=2)
    lesson = FewSteps(as_network(student), stage, as_network(teacher))
    learn(lesson, 150)
    for number, begin in enumerate((0, 4)):
        points = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1, 1, 1)
        for sigma, less in pairwise(lesson.fine[begin:]):
            points = points + (less - sigma) * teacher(points, torch.full((2, 1), sigma), Conditions())
        at_zero, at_one = points.flatten().tolist()
        assert student.offset[number].item() == pytest.approx(at_zero, abs=0.05)
        assert student.slope[number].item() == pytest.approx(at_one - at_zero, abs=0.05)


def test_consistency_holds_for_the_flow_of_the_teacher() -> None:
    """A student that already ends where the flow does has next to nothing to learn, another has."""
    mean, deviation, levels = 1.0, 0.5, step_list(32, TOY.shift)
    stage = Ode(steps=1, method="consistency", teacher_steps=32)
    losses = []
    for right in (True, False):
        student = Linear((*levels, 0.0))
        for number, sigma in enumerate((*levels, 0.0)):
            slope = deviation / math.sqrt((1 - sigma) ** 2 * deviation**2 + sigma**2)
            with torch.no_grad():
                student.slope[number] = slope if right else 0.5
                student.offset[number] = mean - slope * (1 - sigma) * mean if right else 0.0
        lesson = FewSteps(as_network(student), stage, as_network(Gaussian(mean, deviation)))
        torch.manual_seed(0)
        losses.append(float(lesson(SAMPLES.batch(np.random.default_rng(0), 8, 4), 0, 0)["loss"].detach()))
    assert losses[0] < 0.02 * losses[1]


def test_steps_of_the_teacher_meet_those_of_the_student() -> None:
    lesson = FewSteps(as_network(Linear((1.0,))), Ode(steps=1), as_network(Gaussian(0.0, 1.0)))
    assert lesson.fine[:-1:12] == pytest.approx(lesson.levels)
    with pytest.raises(ValueError, match="multiple"):
        FewSteps(as_network(Linear((1.0,))), Ode(steps=1, teacher_steps=10), as_network(Gaussian(0.0, 1.0)))


@pytest.mark.parametrize("kind", [WholeClips, TeacherForced])
def test_flow_matching_is_content_with_the_true_velocities_alone(kind: type[Lesson]) -> None:
    stage = (Bidirectional if kind is WholeClips else TeacherForcing)(steps=1)
    losses = []
    for mean, deviation in ((0.0, 1.0), (0.5, 1.0), (0.0, 0.5)):
        lesson = kind(as_network(Gaussian(mean, deviation)), stage)
        torch.manual_seed(0)
        losses.append(float(lesson(SAMPLES.batch(np.random.default_rng(0), 64, 4), 0, 0)["loss"].detach()))
    assert losses[0] == min(losses)


def test_chunks_are_learned_without_a_glance_at_what_they_shall_be() -> None:
    torch.manual_seed(0)
    network = WorldGen(TOY)
    torch.nn.init.normal_(network.head.weight)
    batch = SAMPLES.batch(np.random.default_rng(0), 1, 6)
    noisy, sigma = torch.randn_like(batch.latents), torch.full((1, 6), 0.5)
    changed = batch.latents.clone()
    changed[:, 2:4] += 1.0
    one, other = (after_clean(network, clean, noisy, sigma, batch.conditions) for clean in (batch.latents, changed))
    torch.testing.assert_close(one[:, :4], other[:, :4])
    assert not torch.allclose(one[:, 4:], other[:, 4:])


def test_guidance_moves_away_from_what_is_told_nothing() -> None:
    def ask(told: Conditions) -> torch.Tensor:
        return torch.tensor(1.0 if told.weather is None else 2.0)

    told = Conditions(weather=torch.ones(1, 3))
    assert float(guided(ask, told, 0.0)) == 2.0
    assert float(guided(ask, told, 3.0)) == 5.0


def test_conditions_are_left_out_one_by_one_and_all_at_once() -> None:
    torch.manual_seed(0)
    left = partly(Conditions(), 4000, each=0.1, every=0.1)
    without = torch.stack([~left.kept[name] for name in CONDITIONS]).float()
    assert float(without.mean()) == pytest.approx(0.19, abs=0.02)
    assert float(without.all(0).float().mean()) == pytest.approx(0.1, abs=0.02)


def test_some_batches_are_of_one_camera() -> None:
    batch = ToySamples(views=3, checks=0).batch(np.random.default_rng(0), 1, 2)
    random = np.random.default_rng(0)
    views = [some_cameras(batch, 0.5, random).latents.shape[2] for _ in range(200)]
    assert set(views) == {1, 3}
    assert 70 < views.count(1) < 130


def test_levels_lie_between_the_clean_and_the_source() -> None:
    clean, source = torch.zeros(1, 1, 1, 1, 1, 1), torch.ones(1, 1, 1, 1, 1, 1)
    assert float(at_level(clean, source, torch.tensor([[0.25]]))) == 0.25


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_earlier_chunks_may_be_what_the_network_makes_itself(share: float) -> None:
    class Stubborn(Toy):
        """Takes everything for the same."""

        def clean(self, latents: Tensor, sigma: Tensor) -> Tensor:
            self.asked = latents
            return torch.full_like(latents, 7.0)

    network, stage = Stubborn(), TeacherForcing(steps=1, drop=0.0, drop_all=0.0, own_past=share)
    batch = SAMPLES.batch(np.random.default_rng(0), 3, 4)
    losses = TeacherForced(as_network(network), stage)(batch, 0, 42)
    past = network.asked[:, :4]
    torch.testing.assert_close(past, torch.full_like(past, 7.0) if share else batch.latents)
    assert float(losses["loss"]) > 1  # it is the truth that is to be found


def test_likeness_is_of_means_and_deviations_side_by_side() -> None:
    rows, columns = torch.meshgrid(torch.arange(6), torch.arange(8), indexing="ij")
    checks = ((rows + columns) % 2 * 2.0 - 1).expand(1, 2, 1, 3, -1, -1)
    assert float(unlikeness(checks, -checks, 2)) == pytest.approx(0.0, abs=1e-6)  # where exactly is nobody's business
    assert float(unlikeness(checks, -checks, 1)) == pytest.approx(4.0)
    assert float(unlikeness(checks + 0.5, checks, 4)) == pytest.approx(0.25, rel=1e-3)  # lighter
    assert float(unlikeness(1.5 * checks, checks, 4)) == pytest.approx(0.25, rel=1e-2)  # of more contrast
    assert float(unlikeness(0.0 * checks, checks, 99)) == pytest.approx(1.0, rel=0.05)  # blurred


def test_a_discriminator_moves_what_is_made_towards_what_was_recorded() -> None:
    """Latents without teacher or score: from noise about 0 to that about 1."""
    torch.manual_seed(0)
    judge, told = Discriminator(TOY), Conditions()
    offset = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.Adam([{"params": judge.parameters(), "lr": 2e-3}, {"params": [offset], "lr": 0.02}])
    shape = 4, 3, 1, TOY.latent_channels, *GRID
    for step in range(120):
        learned, wanted = told_apart(judge, 0.5 * torch.randn(shape) + offset, 0.5 * torch.randn(shape) + 1.0, told)
        (learned + (step >= 20) * wanted).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert offset.item() == pytest.approx(1.0, abs=0.3)


def test_a_discriminator_hears_what_both_were_told_and_who_made_it_does_not_teach_it() -> None:
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    judge = Discriminator(TOY)
    squares = judge.told_squares(batch.conditions, batch.latents)
    nothing = judge.told_squares(Conditions(), batch.latents)
    assert squares.shape == nothing.shape == (2 * 3, squares.shape[1], *GRID)
    assert float(squares.abs().max()) > 0 and not nothing.any()
    made = batch.latents.clone().requires_grad_(True)
    learned, wanted = told_apart(judge, made, batch.latents + 1.0, batch.conditions)
    assert torch.autograd.grad(learned, made, retain_graph=True, allow_unused=True)[0] is None
    assert all(each is None for each in torch.autograd.grad(wanted, list(judge.parameters()), allow_unused=True))


def test_an_adversarial_student_needs_no_scores() -> None:
    stage = Dmd(
        steps=1,
        student_steps=1,
        guidance=0.0,
        given=1.0,
        matching=0.0,
        adversarial=0.5,
        constancy=1.0,
        own_past=1.0,
        recalls=1,
    )
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    batch = replace(batch, conditions=batch.conditions.with_warp(torch.zeros(2, 4, 1, 2, 2, 2)))
    lesson.referring = cast(Any, Moved(batch.latents))
    for step in (100, 101):
        losses = lesson(batch, step, 0)
        assert "discriminator" in losses and "critic" not in losses and "student" not in losses
        losses["loss"].backward()
        for name, learns in (("network", True), ("critic", False), ("discriminator", True)):
            found = [each.grad is not None for each in lesson.learners[name].parameters()]
            assert all(found) if learns else not any(found), name
        lesson.zero_grad(set_to_none=True)
    assert len(lesson.groups()) == 3


def test_a_long_rollout_is_judged_at_its_end_and_held_to_the_truth() -> None:
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, given=1.0, critic_updates=1, likeness=2.0)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(1.0, 0.8)))
    judged: list[int] = []
    lesson.critic.register_forward_pre_hook(lambda _, given: judged.append(given[0].shape[1]))
    batch = SAMPLES.batch(np.random.default_rng(0), 3, TOY.window + 2)
    losses = {name: value.detach() for name, value in lesson(batch, 0, 0).items()}
    assert judged == [TOY.window]
    assert float(losses["error"]) > 0
    assert float(losses["loss"]) == pytest.approx(float(losses["student"] + 2 * losses["error"]))
    assert "critic" in lesson(batch, 1, 0)


class Moved:
    """Refers whoever asks to latents that are right for a truth in the left half of a picture alone."""

    def __init__(self, truth: Tensor) -> None:
        self.shown = truth.clone()
        self.shown[..., truth.shape[-1] // 2 :] += 3.0

    def seen(self, before: Tensor, conditions: Conditions) -> None:
        return None

    def after(self, before: Tensor | None, conditions: Conditions, first: object = None) -> Conditions:
        return conditions

    def along(self, latents: Tensor, conditions: Conditions, chunk: int) -> Conditions:
        mask = torch.ones_like(latents[:, :, :, :1])
        mask[:, :chunk] = 0.0
        return conditions.with_reference(self.shown[:, : latents.shape[1]], mask=mask)


def test_what_the_last_picture_shows_is_kept_where_that_is_right() -> None:
    """Of rollouts and of true chunks: only the half of which the picture is right has a part in it."""
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, given=1.0, critic_updates=1, constancy=2.0, recalls=2)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    nobody = replace(batch.conditions, layout=torch.zeros(2, 4, 1, 2, *GRID))
    batch = replace(batch, conditions=nobody.with_warp(torch.zeros(2, 4, 1, 2, 2, 2)))
    lesson.referring = cast(Any, Moved(batch.latents))
    half = batch.latents.shape[-1] // 2
    left, right = batch.latents.clone(), batch.latents.clone()
    left[..., :half] += 1.0
    right[..., half:] += 1.0
    apart = [float(lesson._inconstancy(batch, each, TOY.chunk)) for each in (batch.latents, left, right)]
    assert apart == pytest.approx([0.0, 0.475, 0.0], abs=0.01)
    found = [lesson(batch, step, 0) for step in range(5)]
    assert ["recalled" in each for each in found] == [False, False, True, True, False]
    assert float(found[0]["moved"]) > 0
    torch.autograd.backward(found[2]["loss"])
    assert all(each.grad is None for each in lesson.critic.parameters())
    assert all(each.grad is not None for each in lesson.network.parameters())


def test_actors_are_held_to_the_truth_wherever_a_picture_is_right() -> None:
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, given=1.0, constancy=1.0, actors=4.0, recalls=1)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    layout = torch.zeros(2, 4, 1, 2, *GRID)
    layout[..., 1, 1, 2] = 1.0
    told = replace(batch.conditions, layout=layout).with_warp(torch.zeros(2, 4, 1, 2, 2, 2))
    batch = replace(batch, conditions=told)
    torch.testing.assert_close(covered_by_actors(told, batch.latents)[:, :, :, 0], layout[:, :, :, 1])
    lesson.referring = cast(Any, Moved(torch.full_like(batch.latents, 9.0)))  # right for nothing
    inside, outside = batch.latents.clone(), batch.latents.clone()
    inside[..., 1, 2] += 1.0
    outside[..., 0, 0] += 1.0
    apart = [float(lesson._inconstancy(batch, each, TOY.chunk)) for each in (batch.latents, inside, outside)]
    assert apart == pytest.approx([0.0, 4 * 0.951 / GRID[0] / GRID[1], 0.0], abs=1e-3)


def test_what_began_under_another_weather_is_to_become_what_it_is_told() -> None:
    """The student sees the chunk as it was given; what it makes after it is held to the truth."""
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, given=1.0, critic_updates=1, constancy=2.0, recalls=1)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    batch = SAMPLES.batch(np.random.default_rng(0), 2, 4)
    batch = replace(batch, conditions=batch.conditions.with_warp(torch.zeros(2, 4, 1, 2, 2, 2)))
    under_another = replace(batch, begun=batch.latents[:, : TOY.chunk] + 5.0)
    made, given = lesson._rolled_out(under_another, 0)
    torch.testing.assert_close(made[:, :given], under_another.begun)
    asked: list[Tensor] = []
    refers = Moved(batch.latents)
    along = refers.along

    def noted(latents: Tensor, conditions: Conditions, chunk: int) -> Conditions:
        asked.append(latents)
        return along(latents, conditions, chunk)

    refers.along = noted  # type: ignore[method-assign]
    lesson.referring = cast(Any, refers)
    losses = lesson(under_another, 2, 0)
    assert torch.equal(asked[0], batch.latents) and torch.equal(asked[1], under_another.given)
    assert float(losses["recalled"].detach()) > 0
    later = under_another.frames(2, 4)
    assert later.begun is None and torch.equal(later.given, batch.latents[:, 2:4])
    assert under_another.cameras([0]).begun is not None and under_another.to("cpu").begun is not None


def test_some_rollouts_have_other_levels_of_noise() -> None:
    stages = [Dmd(steps=1, guidance=0.0, astray=share) for share in (0.0, 1.0)]
    sampler, others = (
        MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0))) for stage in stages
    )
    assert sampler._steps() == sampler.levels
    torch.manual_seed(0)
    drawn = [others._steps() for _ in range(50)]
    assert all(checked_steps(each) and len(each) == len(sampler.levels) for each in drawn)
    assert min(each[-1] for each in drawn) < 0.1 < 0.9 < max(each[-1] for each in drawn)


def test_there_is_nothing_to_recall_without_a_reference() -> None:
    stage = Dmd(steps=1, student_steps=1, guidance=0.0, recalls=1, critic_updates=1, constancy=1.0)
    lesson = MatchedDistribution(as_network(Linear((1.0,))), stage, as_network(Gaussian(0.0, 1.0)))
    with pytest.raises(ValueError, match="nothing to recall"):
        lesson(SAMPLES.batch(np.random.default_rng(0), 1, 4), 2, 0)
