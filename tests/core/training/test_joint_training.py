"""Priors on disk, and a generator that learns from them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from lift_street import street

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.jwm.coupling import LEVEL, coupled, level_of
from core.jwm.detail import Finisher, load_finisher, save_finisher
from core.jwm.recordings import Recordings
from core.jwm.tokens import COUNT, WIDTH
from core.logs import DrivingLog
from core.scene import Scene
from core.training.checkpoints import facts_of
from core.training.films import FilmFile, save_film
from core.training.jwm.finishing import FinishingSamples, described, train_finisher
from core.training.jwm.joint import JointSamples, SceneBatch
from core.training.jwm.priors import PriorFile, save_priors
from core.training.jwm.renditions import Rendition, damaged, staged
from core.training.jwm.samples import REPAIR, Levels, PriorSamples
from core.training.jwm.stages import Finish, Joint, Repair
from core.training.jwm.staging import run_joint_learning, run_joint_stage
from core.training.worldgen.loop import Running
from core.training.worldgen.stages import Ode
from core.training.worldrec import Pool
from core.training.worldrec_samples import sample_of, save_sample
from core.worldgen.conditions.film import film_of
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.model.weights import Origin, load_worldgen, origin_of, save_worldgen
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldrec.lift import lift
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec
from core.worldrec.model.weights import save_network

HEIGHT, CHUNK = 32, 2
NAMES = ("reconstructed", "damaged")


@pytest.fixture(scope="module")
def drive() -> tuple[DrivingLog, Scene]:
    log = street()
    return log, lift(log, max_splats=2000)


@pytest.fixture(scope="module")
def tokenizer() -> FrameTokenizer:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = TokenizerConfig(channels=6, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
        made = FrameTokenizer(config).eval().requires_grad_(False)
        made.channels_std.fill_(0.1)  # about unit latents
        return made


@pytest.fixture(scope="module")
def files(
    drive: tuple[DrivingLog, Scene], tokenizer: FrameTokenizer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A film and its priors, by a scene and by a damaged one; the film's coordinates are not the scene's."""
    log, scene = drive
    folder = tmp_path_factory.mktemp("priors")
    film, priors = folder / "a.film.safetensors", folder / "a.priors.safetensors"
    world_from_film = Pose.from_heading(0.5, [3.0, -2.0, 0.0])
    recorded = film_of(log, (HEIGHT, 48))
    back, views = world_from_film.inverse(), recorded.viewpoints
    moved = replace(
        views,
        t_ns=views.t_ns - log.start_ns,
        world_from_camera=back @ views.world_from_camera,
        world_from_ego=back @ views.world_from_ego,
    )
    save_film(replace(recorded, viewpoints=moved), film)
    scenes = scene, damaged(scene, np.random.default_rng(0))
    told = {"names": ("camera",), "world_from_film": world_from_film, "start_ns": log.start_ns, "height": HEIGHT}
    told["recordings"] = partial(Recordings, log, least_apart_s=0.35, threads=1)
    shown = [Rendition(name, each) for name, each in zip(NAMES, scenes, strict=True)]
    save_priors(FilmFile(film), shown, priors, tokenizer, **told)  # type: ignore[arg-type]
    return film, priors


def samples_of(files: tuple[Path, Path], tokenizer: FrameTokenizer, folder: Path, levels: Levels) -> PriorSamples:
    checks = [(files[0].with_name("b.film.safetensors"), files[1])]
    checks[0][0].write_bytes(files[0].read_bytes())
    return PriorSamples(lambda: [files], checks, folder, tokenizer, levels, height=HEIGHT, chunk=CHUNK)


def config() -> WorldGenConfig:
    sizes = {"width": 24, "depth": 1, "heads": 2, "feedforward": 32, "latent_channels": 6, "image_height": HEIGHT}
    known = {"layout_channels": len(CHANNELS), "weather_kinds": WEATHER_SIZE, "chunk": CHUNK, "window": 2 * CHUNK}
    return WorldGenConfig.model_validate(sizes | known | {"reference": True})


def test_priors_are_kept_as_they_were_drawn(files: tuple[Path, Path], tokenizer: FrameTokenizer) -> None:
    film, priors = FilmFile(files[0]), PriorFile(files[1])
    assert priors.renditions == list(NAMES)
    assert priors.psnr["reconstructed"] > priors.psnr["damaged"] + 1
    prior, surfaces = priors.window(0, 2, 6)
    assert prior.channels.shape == (1, 4, 1, 6 + 3, HEIGHT // 8, 6)
    assert len(surfaces) == 4
    truth = torch.from_numpy(film.window(2, 6).images[:, 0]).movedim(-1, 1).float() / 255
    near = (prior.channels[0, :, 0, :6] - tokenizer.encode(truth)).abs().mean()
    far = (prior.channels[0, :, 0, :6] - tokenizer.encode(1 - truth)).abs().mean()
    assert near < 0.5 * far
    assert priors.window(1, 2, 6)[0].mask.mean() < prior.mask.mean()
    mirror = priors.window(0, 2, 6, mirror=True)[0]
    turned = (mirror.channels[0, :, 0, :6] - tokenizer.encode(truth.flip(-1))).abs().mean()
    assert turned == pytest.approx(float(near), rel=0.2)
    for one, other in ((prior.channels[:, :, :, 6:], mirror.channels[:, :, :, 6:]), (prior.mask, mirror.mask)):
        torch.testing.assert_close(other, one.flip(-1))
    # The car's pose is told in the film's coordinates, in which its own film drives, too.
    ahead = film.viewpoints(2, 3).world_from_ego.inverse().matrix[0] @ surfaces.world_from_actor[0, 1]
    assert abs(ahead[1, 3]) < 0.1
    assert ahead[0, 3] > 5


def test_what_stands_still_is_there_between_the_two_poses_that_a_city_notes_of_it(
    drive: tuple[DrivingLog, Scene],
) -> None:
    log, scene = drive
    actor = scene.actors[0]
    place = (log.source_from_world @ actor.track.poses.at(log.start_ns)).matrix
    parked = replace(actor.track, poses=PoseTrack([0, log.end_ns - log.start_ns], Pose(np.stack([place, place]))))
    shown = staged(scene, log, SimpleNamespace(tracks=(parked,)))  # type: ignore[arg-type]
    middle_s = log.duration_s / 2
    assert log.duration_s > parked.max_gap_s
    assert len(shown.boxes_at(middle_s)) == 1
    assert (shown.at(middle_s).owners == actor.number).sum() == len(actor.cloud)


def test_damage_takes_splats_and_moves_actors_a_little(drive: tuple[DrivingLog, Scene]) -> None:
    scene = drive[1]
    worse = damaged(scene, np.random.default_rng(1))
    assert 0.1 < len(worse.static) / len(scene.static) < 0.7
    for one, other in zip(scene.actors, worse.actors, strict=True):
        shift = (other.cloud.means_m - one.cloud.means_m).mean(0)
        assert 0.01 < np.linalg.norm(shift) < 2.0
        assert other.track is one.track


def test_samples_tell_priors_tokens_and_levels(
    files: tuple[Path, Path], tokenizer: FrameTokenizer, tmp_path: Path
) -> None:
    repair, bridge = (samples_of(files, tokenizer, tmp_path, each) for each in (REPAIR, Levels(repaired=0.0)))
    batch = repair.batch(np.random.default_rng(0), 2, 4)
    told = batch.conditions
    assert told.prior is not None
    assert told.prior.shape[:3] == batch.latents.shape[:3]
    assert told.scene is not None
    assert told.scene.shape == (2, COUNT, WIDTH)
    assert told.start_level is not None
    assert not told.start_level.any()
    level = bridge.batch(np.random.default_rng(0), 2, 4).conditions.start_level
    assert level is not None
    assert level.min() >= 0.1
    assert level.max() <= 1.0
    same = [repair.batch(np.random.default_rng(3), 2, 4).conditions.prior for _ in range(2)]
    torch.testing.assert_close(*same)
    assert f"{PriorFile(files[1]).psnr['reconstructed']:.1f} dB" in repair.described


def test_a_repairer_gets_nearer_to_the_truth_than_the_render_and_goes_on(
    files: tuple[Path, Path], tokenizer: FrameTokenizer, tmp_path: Path
) -> None:
    samples = samples_of(files, tokenizer, tmp_path, REPAIR)
    heard: list[str] = []
    running = Running(device="cpu", tell=heard.append)

    def trained(steps: int) -> Path:
        stage = Repair(steps=steps, batch=2, frames=4, rate=3e-3, warm_up=2, averaging=0.9, check_every=1000)
        return run_joint_stage(stage, config(), samples, tmp_path / "run", tmp_path / "w.safetensors", running=running)

    trained(10)
    weights = trained(40)
    assert origin_of(weights).steps == 40
    assert origin_of(weights).stage == "repair"
    network = load_worldgen(weights)
    batch = samples.batch(np.random.default_rng(5), 4, 4)
    told = batch.conditions
    assert told.prior is not None
    sigma = torch.ones(batch.latents.shape[:2])
    source = told.prior[:, :, :, :6]
    with torch.inference_mode():
        repaired = source - network(source, sigma, told)
        untouched = source - coupled(WorldGen(config())).eval()(source, sigma, told)
    torch.testing.assert_close(untouched, source)
    worth = [(each - batch.latents).square().mean() for each in (repaired, source)]
    assert worth[0] < 0.8 * worth[1]


def test_what_learns_jointly_after_repairing_goes_on_repairing_from_drives_too(
    files: tuple[Path, Path], tokenizer: FrameTokenizer, tmp_path: Path
) -> None:
    drives, start = samples_of(files, tokenizer, tmp_path, REPAIR), tmp_path / "start.safetensors"
    save_worldgen(coupled(WorldGen(config())), start, Origin(stage="repair", steps=1, seed=0, repairs=True))
    reconstruction = tmp_path / "reconstruction.safetensors"
    small = WorldRecConfig(
        rounds=1, max_splats=800, image_width=4, image_blocks=1, splat_width=8, query_width=8, heads=2
    )
    save_network(WorldRec(small), reconstruction)
    scene = tmp_path / "street.lidar.safetensors"
    save_sample(sample_of(street(), hold_out=3, max_splats=800, times=4, seed=0), scene)
    samples = JointSamples(lambda: [scene], drives, Pool(small, torch.device("cpu")), HEIGHT, of_drives=0.5)
    kinds = [isinstance(samples.batch(np.random.default_rng(seed), 2, 4), SceneBatch) for seed in range(8)]
    assert len(set(kinds)) == 2
    of_drive = samples.batch(np.random.default_rng(kinds.index(False)), 2, 4)
    assert of_drive.latents.shape[:2] == (2, 4)
    heard: list[str] = []
    out = run_joint_learning(
        Joint(steps=60, batch=2, frames=4, rate=1e-2, warm_up=2, averaging=0.9, check_every=60),
        samples,
        tmp_path / "run",
        tmp_path / "w.safetensors",
        running=Running(device="cpu", tell=heard.append),
        start=start,
        reconstruction=reconstruction,
    )
    assert origin_of(out).stage == "joint"
    assert level_of(origin_of(out)) is None
    assert level_of(Origin(stage="joint", steps=1, seed=0)) == LEVEL
    assert "generation" in heard[0] and "reconstruction" in heard[0]
    network, told = load_worldgen(out), of_drive.conditions
    assert told.prior is not None
    source, sigma = told.prior[:, :, :, :6], torch.ones(of_drive.latents.shape[:2])
    with torch.inference_mode():
        repaired = source - network(source, sigma, told)
    worth = [(each - of_drive.latents).square().mean() for each in (repaired, source)]
    assert worth[0] < 0.9 * worth[1]


def test_few_steps_need_a_teacher_that_heeds_scenes(
    files: tuple[Path, Path], tokenizer: FrameTokenizer, tmp_path: Path
) -> None:
    samples = samples_of(files, tokenizer, tmp_path, Levels())
    options = {"running": Running(device="cpu"), "teacher": None}
    with pytest.raises(UserError, match="weights of the stage bridge"):
        run_joint_stage(Ode(steps=1), config(), samples, tmp_path, tmp_path / "w", **options)  # type: ignore[arg-type]


def test_a_finisher_gets_nearer_to_the_truth_than_render_and_generator_and_goes_on(
    files: tuple[Path, Path], tokenizer: FrameTokenizer, tmp_path: Path
) -> None:
    drives = samples_of(files, tokenizer, tmp_path, REPAIR)
    weights = tmp_path / "w.safetensors"
    network = coupled(WorldGen(config())).eval().requires_grad_(False)
    save_worldgen(network, weights, Origin(stage="repair", steps=0, seed=0))
    made = FinishingSamples(weights, drives, tmp_path / "finishing", tokenizer).of(*files)
    assert [len(each.truth) for each in made] == [len(FilmFile(files[0])) // CHUNK * CHUNK - CHUNK] * len(NAMES)
    untrained = figures_of(described(Finisher(), made))
    assert untrained[3] > untrained[2] - 0.5
    heard: list[str] = []
    running = Running(device="cpu", tell=heard.append)

    def trained(steps: int) -> Finisher:
        stage = Finish(steps=steps, width=8, batch=4, crop=32, warm_up=5, averaging=0.9)
        return train_finisher(made, made, tmp_path / "run", stage, running)

    trained(20)
    finisher = trained(120)
    assert facts_of(tmp_path / "run" / "training.safetensors")["step"] == 120
    told = described(finisher, made)
    render, generated, composed, finished, *of_unknown = figures_of(told)
    assert finished > max(render, generated, composed) + 0.15
    assert "where nobody looked" in told and of_unknown[3] > of_unknown[2] + 3
    path = tmp_path / "finisher.safetensors"
    save_finisher(finisher, path)
    assert figures_of(described(load_finisher(path), made))[3] == pytest.approx(finished, abs=0.1)
    path.write_bytes(b"no")
    with pytest.raises(UserError, match="finisher cannot be read"):
        load_finisher(path)


def figures_of(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[0-9]+[.][0-9]+", text)]
