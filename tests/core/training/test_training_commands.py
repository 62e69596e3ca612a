"""Training runs as a user starts, interrupts and goes on with them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.logs import open_log
from core.training import commands
from core.training.checkpoints import facts_of
from core.training.options import TrainingOptions
from core.worldgen.tokenizer import load_tokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldrec.model.config import PRESETS, WorldRecConfig
from core.worldrec.model.weights import FILE, load_network
from core.worldrec.reconstructing import reconstruct


@pytest.fixture(autouse=True)
def small_preset(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The preset tiny is smaller still."""
    sizes = {"image_width": 4, "image_blocks": 1, "splat_width": 8, "query_width": 8, "heads": 2}
    monkeypatch.setitem(PRESETS, "tiny", WorldRecConfig(rounds=2, max_splats=600, **sizes))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def asked(log: Path, tmp_path: Path, **options: object) -> TrainingOptions:
    values = {"network": "worldrec", "logs": (log,), "run": tmp_path / "run", "cache": tmp_path / "cache", "steps": 3}
    return TrainingOptions.model_validate(values | options)


def steps_done(tmp_path: Path) -> int:
    return int(facts_of(tmp_path / "run" / "training.safetensors")["step"])


def test_a_run_ends_with_weights_that_reconstruct(small_pandaset: Path, tmp_path: Path) -> None:
    told: list[str] = []
    out = tmp_path / "models" / "worldrec.safetensors"
    weights = commands.run(asked(small_pandaset, tmp_path, out=out), told.append)
    assert weights == out
    assert steps_done(tmp_path) == 3
    assert "The weights are" in told[-1]
    assert len(reconstruct(open_log(small_pandaset), weights=weights).scene) > 0


def test_ctrl_c_saves_the_run_and_the_same_call_goes_on(
    small_pandaset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, handler = asked(small_pandaset, tmp_path, steps=6), signal.getsignal(signal.SIGINT)
    prepared = commands.prepare
    calls = 0

    def interrupted(*arguments: object, **options: object) -> list[Path]:
        nonlocal calls
        calls += 1
        if calls == 2:  # at the first step: the first call looks whether there is anything at all
            os.kill(os.getpid(), signal.SIGINT)
        return prepared(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(commands, "prepare", interrupted)
    told: list[str] = []
    commands.run(options, told.append)
    assert steps_done(tmp_path) == 1
    assert "the same command goes on" in told[-1]
    commands.run(options, told.append)
    assert steps_done(tmp_path) == 6
    assert signal.getsignal(signal.SIGINT) is handler


def test_tuning_begins_with_the_weights_that_are_named(small_pandaset: Path, tmp_path: Path) -> None:
    first = commands.run(asked(small_pandaset, tmp_path), lambda _: None)
    tuned = commands.run(asked(small_pandaset, tmp_path, run=tmp_path / "tuned", start=first, steps=1), lambda _: None)
    before, after = load_network(first).state_dict(), load_network(tuned).state_dict()
    far = max(float((before[name] - after[name]).abs().max()) for name in before)
    assert far < 0.01


def test_cities_come_one_by_one_and_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def write(spec: object, out: Path) -> Path:
        made.append(spec.seed)  # type: ignore[attr-defined]
        out.mkdir(parents=True)
        return out

    monkeypatch.setattr("core.training.city_logs.write_city", write)
    cities = commands.CityLogs(tmp_path, "tiny", 3)
    assert cities.there() == []
    assert cities.grow()
    assert len(cities.there()) == 1
    again = commands.CityLogs(tmp_path, "tiny", 3)
    assert again.there() == cities.there()
    assert again.grow()
    assert again.grow()
    assert not again.grow()
    assert made == [1001, 1002, 1003]


def test_a_folder_without_logs_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        commands.run(asked(tmp_path, tmp_path), lambda _: None)


def test_several_processes_train_one_network(small_models: Path, small_pandaset: Path, tmp_path: Path) -> None:
    """As torchrun starts them; the network is that of the weights to begin with."""
    run, weights = tmp_path / "run", small_models / "worldrec-tiny" / FILE
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "--"]
    command += ["app.cli", "train", "worldrec", "--logs", str(small_pandaset), "--from", str(weights), "--steps", "2"]
    done = subprocess.run([*command, "--device", "cpu", "--run", str(run)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The weights are") == 1
    assert steps_done(tmp_path) == 2
    trained, before = load_network(run / FILE).state_dict(), load_network(weights).state_dict()
    assert any(not torch.equal(value, before[name]) for name, value in trained.items())


def test_a_tokenizer_learns_from_a_log_and_goes_on(
    small_pandaset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(commands.TOKENIZERS, "tiny", TokenizerConfig(channels=4, widths=(4, 4, 8)))
    told: list[str] = []
    weights = commands.run(asked(small_pandaset, tmp_path, network="tokenizer", steps=2), told.append)
    assert steps_done(tmp_path) == 2
    commands.run(asked(small_pandaset, tmp_path, network="tokenizer"), told.append)
    assert steps_done(tmp_path) == 3
    assert load_tokenizer(weights).encode(torch.rand(1, 3, 64, 112)).shape == (1, 4, 8, 14)
    assert len(list((tmp_path / "cache").rglob("*.film.safetensors"))) == 1
