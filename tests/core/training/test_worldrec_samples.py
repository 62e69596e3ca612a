"""What WorldRec learns from: scenes, their skies, and pictures from along and from beside the drive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.city import CitySpec, write_city
from core.logs import open_log
from core.training.worldrec import Entry
from core.training.worldrec_samples import Sample, load_sample, sample_of, save_sample
from core.worldrec.model.config import WorldRecConfig

SMALL = {"width": 48, "height": 32, "samples": 1}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("city") / "31"
    spec = CitySpec.model_validate({"seed": 31, "seconds": 0.9, "hz": 10.0, "rig": "front1", **SMALL})
    write_city(spec, folder, workers=1)
    return sample_of(open_log(folder), hold_out=3, max_splats=600, times=6, seed=0)


@pytest.fixture
def entry(sample: Sample) -> Entry:
    return Entry(sample, WorldRecConfig(rounds=2, times=6, max_splats=700), torch.device("cpu"))


def test_a_sample_comes_back_from_its_file(sample: Sample, tmp_path: Path) -> None:
    save_sample(sample, tmp_path / "sample.safetensors")
    again = load_sample(tmp_path / "sample.safetensors")
    np.testing.assert_array_equal(again.sky.dome, sample.sky.dome)
    assert [target.beside for target in again.targets] == [target.beside for target in sample.targets]
    assert len(again.sights) == len(sample.sights) == 6
    torch.testing.assert_close(again.state.means, sample.state.means)


def test_most_pictures_are_from_beside_the_drive(sample: Sample, entry: Entry) -> None:
    assert sum(not target.beside for target in sample.targets) == 3
    chosen = entry.chosen(5, 4, np.random.default_rng(0))
    assert [sample.targets[number].beside for number in chosen] == [True] * 4 + [False]
    alike = [entry.chosen(5, 4, np.random.default_rng(seed)) for seed in (0, 1)]
    assert alike[0] == chosen != alike[1]
    recorded = entry.chosen(5, 0, np.random.default_rng(0))
    assert sorted(recorded) == [0, 1, 2]


def test_a_scene_goes_through_its_rounds_and_begins_anew_with_fewer_views(entry: Entry) -> None:
    first, start = entry.rounds, entry.rounds.state
    assert len(first.seen) == 6
    entry.go_on(start, torch.zeros(len(start), 15))
    assert entry.rounds is first
    assert first.number == 1
    assert len(start) < len(first.state) <= 700
    entry.go_on(first.state, torch.zeros(len(first.state), 15))
    assert entry.rounds.number == 0
    assert torch.equal(entry.rounds.state.means, start.means)
    assert len(entry.rounds.seen) == 3


def test_a_scene_that_ran_away_begins_anew(entry: Entry) -> None:
    state = entry.rounds.state
    entry.go_on(type(state)(**{**vars(state), "means": state.means * torch.nan}), torch.zeros(len(state), 15))
    assert entry.rounds.number == 0
    assert entry.rounds.state.means.isfinite().all()
