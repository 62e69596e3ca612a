"""Reconstruction and generation learn from one picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from lift_street import street
from torch import nn

from core.errors import UserError
from core.geometry import PinholeCamera, Pose
from core.jwm.coupling import coupled
from core.jwm.prior import prior_of
from core.logs import DrivingLog
from core.training.jwm.joint import JointLearning, JointSamples, SceneBatch
from core.training.jwm.samples import Levels, PriorSamples
from core.training.jwm.stages import Joint
from core.training.jwm.staging import run_joint_learning
from core.training.worldgen.loop import Running
from core.training.worldrec import Entry, Pool
from core.training.worldrec_samples import sample_of, save_sample
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.model.weights import Origin, origin_of, save_worldgen
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldrec.lift import lift
from core.worldrec.lift.views import views_of
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec
from core.worldrec.model.sights import sight_of
from core.worldrec.model.state import state_of
from core.worldrec.model.weights import FILE, load_network, save_network

HEIGHT = 32


@pytest.fixture(scope="module")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "street.lidar.safetensors"
    save_sample(sample_of(street(), hold_out=3, max_splats=800, times=8, seed=0), path)
    return path


def small_worldrec() -> WorldRec:
    sizes = {"image_width": 4, "image_blocks": 1, "splat_width": 8, "query_width": 8, "heads": 2}
    network = WorldRec(WorldRecConfig.model_validate({"rounds": 2, "max_splats": 800, **sizes}))
    nn.init.normal_(network.head[-1].weight, std=0.02)  # type: ignore[arg-type]
    return network


def small_tokenizer() -> FrameTokenizer:
    config = TokenizerConfig(channels=6, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
    made = FrameTokenizer(config).eval().requires_grad_(False)
    made.channels_std.fill_(0.1)
    return made


def small_generator(scene_tokens: bool = True) -> WorldGen:
    sizes = {"width": 24, "depth": 1, "heads": 2, "feedforward": 32, "latent_channels": 6, "image_height": HEIGHT}
    network = coupled(WorldGen(WorldGenConfig.model_validate(sizes | {"chunk": 2, "window": 4})))
    nn.init.normal_(network.head.weight, std=0.1)
    assert network.prior is not None
    nn.init.normal_(network.prior.linear.weight, std=0.1)
    for block in network.blocks:
        block.scene.gate.data.fill_(float(scene_tokens))  # type: ignore[union-attr, operator]
    return network


def batch_of(file: Path, lesson: JointLearning, level: float | None) -> SceneBatch:
    samples = JointSamples(
        lambda: [file],
        PriorSamples(list, [], file.parent, small_tokenizer(), Levels(), height=HEIGHT, chunk=2),
        Pool(lesson.reconstruction.config, torch.device("cpu")),
        HEIGHT,
    )
    return replace(samples.batch(np.random.default_rng(1), 1, 1), level=level)


def lesson_of(**options: object) -> JointLearning:
    torch.manual_seed(0)
    stage = Joint.model_validate({"steps": 1, "reconstruction_weight": 0.0, "photometric_weight": 0.0, **options})
    return JointLearning(small_generator(), stage, small_worldrec(), small_tokenizer())


def scored_lesson(*, repairs: bool, **options: object) -> JointLearning:
    torch.manual_seed(0)
    plain = {"steps": 1, "reconstruction_weight": 0.0, "photometric_weight": 0.0, "student_steps": 2}
    stage = Joint.model_validate({**plain, "critic_updates": 2, "guidance": 0.0, **options})
    how = {"repairs": repairs, "teacher": small_generator()}
    return JointLearning(small_generator(), stage, small_worldrec(), small_tokenizer(), **how)  # type: ignore[arg-type]


def gradient(network: nn.Module) -> float:
    return sum(float(each.grad.abs().sum()) for each in network.parameters() if each.grad is not None)


def test_what_the_generator_misses_reaches_the_reconstruction_unless_the_interface_is_closed(sample_file: Path) -> None:
    """The loss of reconstruction itself counts for nothing here."""
    for interface, level in (("open", 0.4), ("open", None), ("stopped", 0.4)):
        lesson = lesson_of(interface=interface)
        lesson.losses(batch_of(sample_file, lesson, level), 0, 1)["loss"].backward()
        assert gradient(lesson.network) > 0
        assert (gradient(lesson.reconstruction) > 0) == (interface == "open")


def test_it_reaches_it_through_the_tokens_alone(sample_file: Path) -> None:
    lesson = lesson_of()
    told = lesson.told

    def without_prior(*given: object) -> tuple[Conditions, object]:
        conditions, prior = told(*given)  # type: ignore[arg-type]
        parts = {name: getattr(conditions, name) for name in ("prior", "prior_mask", "start_level")}
        return replace(conditions, **{name: part.detach() for name, part in parts.items()}), prior

    lesson.told = without_prior  # type: ignore[method-assign, assignment]
    lesson.losses(batch_of(sample_file, lesson, 0.4), 0, 1)["loss"].backward()
    assert gradient(lesson.reconstruction) > 0


def test_its_own_loss_teaches_the_reconstruction_behind_a_closed_interface(sample_file: Path) -> None:
    lesson = lesson_of(interface="stopped", reconstruction_weight=1.0)
    lesson.losses(batch_of(sample_file, lesson, 0.4), 0, 1)["loss"].backward()
    assert gradient(lesson.reconstruction) > 0


@pytest.mark.parametrize("repairs", [True, False])
def test_scores_teach_both_networks_and_the_critic_learns_in_between(sample_file: Path, repairs: bool) -> None:
    lesson = scored_lesson(repairs=repairs)
    batch = batch_of(sample_file, lesson, None if repairs else 0.4)
    parts = [lesson.network, lesson.reconstruction, lesson.learners["critic"]]
    learned = []
    for step in range(4):
        losses = lesson.losses(batch, step, 1)
        losses["loss"].backward()
        learned.append(("student" in losses, *(gradient(each) > 0 for each in parts)))
        lesson.zero_grad()
    assert learned == [(True, True, True, False), *[(False, False, False, True)] * 2, (True, True, True, False)]
    assert gradient(lesson._teachers[0]) == 0


def test_scores_move_what_is_made_and_a_teacher_like_the_critic_moves_nothing(sample_file: Path) -> None:
    """What counts beside the truth is the difference of both scores alone."""
    found = {}
    for alike in (True, False):
        lesson = scored_lesson(repairs=True, matching=1.0)
        if not alike:
            with torch.no_grad():
                for each in lesson.learners["critic"].parameters():
                    each += 0.1
        losses = lesson.losses(batch_of(sample_file, lesson, None), 0, 0)
        found[alike] = float(losses["student"]), float(losses["loss"].detach() - losses["generation"])
    assert found[True] == pytest.approx((0.0, 0.0), abs=1e-6)
    assert found[False][1] == pytest.approx(found[False][0], rel=1e-4)
    assert found[False][0] > 1e-3


def test_what_is_scored_begins_with_noise_also_where_a_repairer_is_told_none(sample_file: Path) -> None:
    lesson = scored_lesson(repairs=True)
    batch = batch_of(sample_file, lesson, None)
    told, _ = lesson.told(batch.entry.rounds.state, batch.target.sight, None)
    assert told.start_level is not None and not told.start_level.any()
    scored = lesson._scored(batch.latents, told)
    assert scored.start_level is not None and scored.prior is not None
    assert float(scored.start_level.min()) > 0.89
    assert not scored.prior.requires_grad


def test_a_run_with_a_teacher_names_it_and_refuses_one_that_knows_no_scene(sample_file: Path, tmp_path: Path) -> None:
    start, reconstruction = tmp_path / "start.safetensors", tmp_path / "reconstruction.safetensors"
    teacher, other = tmp_path / "teacher.safetensors", tmp_path / "other.safetensors"
    for path in (start, teacher):
        save_worldgen(small_generator(), path, Origin(stage="bridge", steps=1, seed=0))
    plain = small_generator().config.model_copy(update={"prior_channels": 0, "scene_width": 0})
    save_worldgen(WorldGen(plain), other, Origin(stage="dmd", steps=1, seed=0))
    save_network(small_worldrec(), reconstruction)

    def train(by: Path) -> Path:
        drives = PriorSamples(list, [], tmp_path, small_tokenizer(), Levels(), height=HEIGHT, chunk=2)
        samples = JointSamples(
            lambda: [sample_file], drives, Pool(small_worldrec().config, torch.device("cpu")), HEIGHT
        )
        return run_joint_learning(
            Joint(steps=3, batch=1, frames=1, critic_updates=1),
            samples,
            tmp_path / "run",
            tmp_path / "worldgen.safetensors",
            running=Running(device="cpu"),
            start=start,
            reconstruction=reconstruction,
            teacher=by,
        )

    assert set(origin_of(train(teacher)).parents) == {"start", "reconstruction", "teacher"}
    with pytest.raises(UserError, match="network of another kind"):
        train(other)


def test_a_step_leaves_the_better_scene_for_the_next_and_moves_both_means(sample_file: Path) -> None:
    lesson = lesson_of()
    batch = batch_of(sample_file, lesson, 0.4)
    assert batch.latents.shape == (1, 1, 1, 6, HEIGHT // 8, 6)
    before = batch.entry.rounds.state
    lesson.losses(batch, 0, 1)
    assert batch.entry.rounds.number == 1
    assert not torch.equal(batch.entry.rounds.state.means, before.means)
    with torch.no_grad():
        for each in lesson.reconstruction.parameters():
            each += 1.0
    lesson.follow(0.5)
    ahead = zip(lesson.reconstruction.parameters(), lesson.mean_reconstruction.parameters(), strict=True)
    for one, mean in ahead:
        torch.testing.assert_close(one - mean, torch.full_like(one, 0.5))


def test_a_prior_that_learns_is_the_prior_that_is_used(sample_file: Path) -> None:
    """The differentiable prior of a view against that of the streaming loop."""
    log: DrivingLog = street()
    scene = lift(log, max_splats=800)
    tokenizer = small_tokenizer()
    stream = log.cameras[0]
    (view,) = views_of(stream, 2)
    window_s = 0.0, log.duration_s
    sight = sight_of(view, scene, np.full(view.valid.shape, np.inf, np.float32), window_s)
    state = state_of(scene, window_s)
    lesson = JointLearning(small_generator(), Joint(steps=1), small_worldrec(), tokenizer)
    _, learned = lesson.told(state, sight, None)
    pose = Pose.stack([stream.world_from_camera[2]])
    lens = stream.camera.resized(48, HEIGHT)
    assert isinstance(lens, PinholeCamera)
    times = stream.t_ns[2:3, None]
    viewpoints = Viewpoints((lens,), times, Pose(pose.matrix[:, None]), log.ego.at(stream.t_ns[2:3]))
    used = prior_of(replace(scene, observed=None, exposures={}), ("camera",), viewpoints, tokenizer)
    torch.testing.assert_close(learned.mask, used.mask, atol=0.05, rtol=0)
    torch.testing.assert_close(learned.channels[:, :, :, 6], used.channels[:, :, :, 6], atol=0.05, rtol=0)
    near = (learned.channels[:, :, :, :6] - used.channels[:, :, :, :6]).abs().mean()
    assert near < 0.1 * used.channels[:, :, :, :6].abs().mean()


def test_a_run_that_goes_on_keeps_both_means(sample_file: Path, tmp_path: Path) -> None:
    start, reconstruction = tmp_path / "start.safetensors", tmp_path / "reconstruction.safetensors"
    save_worldgen(small_generator(), start, Origin(stage="bridge", steps=1, seed=0))
    save_network(small_worldrec(), reconstruction)
    drives = PriorSamples(list, [], tmp_path, small_tokenizer(), Levels(), height=HEIGHT, chunk=2)
    stage = Joint(steps=1, batch=1, frames=1, rate=1e-2, reconstruction_rate=1e-2, warm_up=1)

    def train() -> dict[str, torch.Tensor]:
        pool = Pool(small_worldrec().config, torch.device("cpu"))
        samples = JointSamples(lambda: [sample_file], drives, pool, HEIGHT)
        running, out = Running(device="cpu"), tmp_path / "run" / "worldgen.safetensors"
        run_joint_learning(stage, samples, out.parent, out, running=running, start=start, reconstruction=reconstruction)
        return load_network(out.with_name(FILE)).state_dict()

    first, again, before = train(), train(), load_network(reconstruction).state_dict()
    assert all(torch.equal(again[name], value) for name, value in first.items())
    assert any(not torch.equal(before[name], value) for name, value in first.items())


def test_scenes_begin_anew_after_their_rounds(sample_file: Path) -> None:
    lesson = lesson_of()
    batch = batch_of(sample_file, lesson, None)
    for _ in range(lesson.reconstruction.config.rounds):
        lesson.losses(batch, 0, 0)
    assert isinstance(batch.entry, Entry)
    assert batch.entry.rounds.number == 0
