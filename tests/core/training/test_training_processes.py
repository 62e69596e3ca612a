"""Processes that train together, each with whole networks or with a shard of each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import training_processes
from pydantic import ValidationError
from safetensors.torch import load_file
from test_tokenizer_training import film
from torch import Tensor

from core.errors import UserError
from core.training import commands
from core.training.checkpoints import facts_of
from core.training.films import SUFFIX, save_film
from core.training.options import TrainingOptions
from core.training.worldgen.loop import Running
from core.training.worldgen.staging import run_stage
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.tokenizer import load_tokenizer


def saved(folder: Path, run: str) -> dict[str, Tensor]:
    """Of a run: whole tensors. A number without a dimension has one where it was sharded."""
    return {name: torch.atleast_1d(value) for name, value in load_file(folder / run / "training.safetensors").items()}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes made together."""
    folder = tmp_path_factory.mktemp("trained")
    begun = training_processes.stage("bidirectional", 1), training_processes.CONFIG, training_processes.UnlikeSamples()
    run_stage(*begun, folder / "0", folder / training_processes.TEACHER, running=Running(device="cpu"))
    (folder / "films").mkdir()
    for seed in range(2):
        save_film(film(seed), folder / "films" / f"{seed}{SUFFIX}")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, training_processes.__file__, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_sharded_networks_learn_what_whole_ones_do(trained: Path) -> None:
    """Also where a run goes on, where processes use different weights, and by one process in the end."""
    for name in ("dmd", "ode"):
        ddp, fsdp = saved(trained, f"{name}-ddp"), saved(trained, f"{name}-fsdp")
        assert ddp.keys() == fsdp.keys()
        for key, value in ddp.items():
            torch.testing.assert_close(fsdp[key], value, msg=f"{name}: {key}")
        ours, theirs = (facts_of(trained / run / "training.safetensors") for run in (f"{name}-fsdp", f"{name}-ddp"))
        assert ours["step"] == 3
        assert ours["held_out"] == pytest.approx(theirs["held_out"])
        before, after = (
            load_worldgen(path)
            for path in (trained / training_processes.TEACHER, trained / f"{name}-fsdp" / "weights.safetensors")
        )
        moved = [not torch.equal(*pair) for pair in zip(before.parameters(), after.parameters(), strict=True)]
        assert sum(moved) > 20
    assert all(float((trained / f"share-{rank}").read_text()) == pytest.approx(0.5, abs=0.05) for rank in (0, 1))

    before_step = saved(trained, "dmd-fsdp")
    assert origin_of(training_processes.train(trained, "dmd", "fsdp", 4)).steps == 4
    went_on = saved(trained, "dmd-fsdp")
    for learner, stays in (("network", True), ("critic", False)):  # whose turn it is
        name = f"model.{learner}.head.weight"
        assert torch.equal(went_on[name], before_step[name]) is stays
    assert {float(value) for name, value in went_on.items() if name.endswith(".step")} == {2.0}


def test_processes_learn_one_tokenizer(trained: Path) -> None:
    """Each from other crops, so that they would differ if they did not share gradients."""
    one, other = (load_tokenizer(trained / f"tokenizer-{rank}").state_dict() for rank in (0, 1))
    for name, value in one.items():
        torch.testing.assert_close(other[name], value, msg=name)
    assert facts_of(trained / "tokenizer" / "training.safetensors")["step"] == 3


def test_only_generators_are_sharded(tmp_path: Path) -> None:
    shared = {"run": tmp_path, "cache": tmp_path, "cities": 1, "strategy": "fsdp"}
    assert TrainingOptions.model_validate({"network": "worldgen", "stage": "ode", **shared}).strategy == "fsdp"
    for network, stage in (("worldrec", None), ("tokenizer", None), ("depth", None), ("joint", "finish")):
        with pytest.raises(ValidationError, match="only generators are sharded"):
            TrainingOptions.model_validate({"network": network, "stage": stage, **shared})


def test_small_work_is_not_started_several_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    options = TrainingOptions(network="depth", run=tmp_path, cache=tmp_path, cities=1)
    with pytest.raises(UserError, match="depth is small work"):
        commands.run(options, print)
