"""Training of the depth network: samples, losses, a run that goes on where it was."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.city import CitySpec, write_city
from core.errors import UserError
from core.training.depth import DepthTraining, depth_losses, train_depth
from core.training.depth_samples import batch_of, samples_of
from core.worldrec.depth.config import PRESETS
from core.worldrec.depth.network import DepthNetwork, DepthOutput
from core.worldrec.depth.weights import load_weights


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    spec = CitySpec(seed=31, seconds=0.6, hz=5.0, rig="front3", width=112, height=64, samples=1)
    write_city(spec, folder / "31", workers=1)
    return folder


def test_samples_are_worked_out_once_and_then_read(logs: Path, tmp_path: Path) -> None:
    first = samples_of(logs / "31", tmp_path, PRESETS["tiny"])
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = samples_of(logs / "31", tmp_path, PRESETS["tiny"])
    assert first is not None
    assert again is not None
    assert np.array_equal(first.hints, again.hints)
    assert kept == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_batches_are_crops_of_equal_size_that_depend_on_the_seed_only(logs: Path, tmp_path: Path) -> None:
    samples = samples_of(logs / "31", tmp_path, PRESETS["tiny"])
    assert samples is not None
    one, two = (batch_of([samples], 3, (8, 12), np.random.default_rng(5)) for _ in range(2))
    assert one.images.shape == (3, 3, 32, 48)
    assert one.depth_m.shape == (3, 32, 48)
    assert np.array_equal(one.images, two.images)


def test_losses_are_least_for_the_truth_and_ignore_the_depth_of_sky() -> None:
    depth = torch.full((1, 8, 8), 10.0)
    depth[:, :2] = torch.inf
    sky = torch.where(torch.isfinite(depth), -9.0, 9.0)
    truth = torch.where(torch.isfinite(depth), depth, 77.0).log()
    scale = torch.full_like(depth, -3.0)
    right = depth_losses(DepthOutput(truth, scale, sky), depth)
    wrong = depth_losses(DepthOutput(truth + 0.3, scale, -sky), depth)
    assert float(right["error"]) < 1e-6
    assert all(float(right[name]) < float(wrong[name]) for name in ("depth", "sky", "error"))


def test_every_weight_learns() -> None:
    network = DepthNetwork(PRESETS["tiny"])
    bins = 2 * network.config.bins
    output = network(torch.rand(1, 3, 64, 96), torch.rand(1, bins, 16, 24) * 200, torch.rand(1, 12, 16, 24) + 1.0)
    losses = depth_losses(output, torch.rand(1, 64, 96) * 30 + 2)
    sum(losses.values()).backward()  # type: ignore[union-attr]
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in network.parameters())


def test_the_tiny_network_is_tiny() -> None:
    assert sum(weight.numel() for weight in DepthNetwork(PRESETS["tiny"]).parameters()) <= 400_000


def test_a_run_goes_on_where_it_was(logs: Path, tmp_path: Path) -> None:
    told: list[int] = []
    training = DepthTraining(steps=2, batch=1, crop=(8, 8))
    file = train_depth(
        lambda: sorted(logs.iterdir()), tmp_path, training=training, tell=lambda step, _: told.append(step)
    )
    before = load_weights(file).state_dict()
    train_depth(lambda: sorted(logs.iterdir()), tmp_path, training=DepthTraining(steps=2, batch=1, crop=(8, 8)))
    assert all(torch.equal(value, before[name]) for name, value in load_weights(file).state_dict().items())
    train_depth(lambda: sorted(logs.iterdir()), tmp_path, training=DepthTraining(steps=4, batch=1, crop=(8, 8)))
    assert any(not torch.equal(value, before[name]) for name, value in load_weights(file).state_dict().items())


def test_a_folder_without_city_logs_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        train_depth(lambda: [tmp_path], tmp_path / "out", training=DepthTraining(steps=1))
