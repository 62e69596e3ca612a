"""Processes that train together, each with whole networks or with a shard of each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import worldgen_processes
from pydantic import ValidationError
from safetensors.torch import load_file
from torch import Tensor

from core.training.checkpoints import facts_of
from core.training.options import TrainingOptions
from core.training.worldgen.loop import Running
from core.training.worldgen.staging import run_stage
from core.worldgen.model.weights import load_worldgen, origin_of


def saved(folder: Path, run: str) -> dict[str, Tensor]:
    """Of a run: whole tensors. A number without a dimension has one where it was sharded."""
    return {name: torch.atleast_1d(value) for name, value in load_file(folder / run / "training.safetensors").items()}


def test_sharded_networks_learn_what_whole_ones_do(tmp_path: Path) -> None:
    """Also where a run goes on, and where processes use different weights; the last step is one process's."""
    teacher, running = tmp_path / worldgen_processes.TEACHER, Running(device="cpu")
    begun = worldgen_processes.stage("bidirectional", 1), worldgen_processes.CONFIG, worldgen_processes.UnlikeSamples()
    run_stage(*begun, tmp_path / "teacher", teacher, running=running)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, worldgen_processes.__file__, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    for name in ("dmd", "ode"):
        ddp, fsdp = saved(tmp_path, f"{name}-ddp"), saved(tmp_path, f"{name}-fsdp")
        assert ddp.keys() == fsdp.keys()
        for key, value in ddp.items():
            torch.testing.assert_close(fsdp[key], value, msg=f"{name}: {key}")
        ours, theirs = (facts_of(tmp_path / run / "training.safetensors") for run in (f"{name}-fsdp", f"{name}-ddp"))
        assert ours["step"] == 3
        assert ours["held_out"] == pytest.approx(theirs["held_out"])
        before, after = (load_worldgen(path) for path in (teacher, tmp_path / f"{name}-fsdp" / "weights.safetensors"))
        moved = [not torch.equal(*pair) for pair in zip(before.parameters(), after.parameters(), strict=True)]
        assert sum(moved) > 20
    assert all(float((tmp_path / f"share-{rank}").read_text()) == pytest.approx(0.5, abs=0.05) for rank in (0, 1))

    before_step = saved(tmp_path, "dmd-fsdp")
    assert origin_of(worldgen_processes.train(tmp_path, "dmd", "fsdp", 4)).steps == 4
    went_on = saved(tmp_path, "dmd-fsdp")
    for learner, stays in (("network", True), ("critic", False)):  # whose turn it is
        name = f"model.{learner}.head.weight"
        assert torch.equal(went_on[name], before_step[name]) is stays
    assert {float(value) for name, value in went_on.items() if name.endswith(".step")} == {2.0}


def test_only_generators_are_sharded(tmp_path: Path) -> None:
    shared = {"run": tmp_path, "cache": tmp_path, "cities": 1, "strategy": "fsdp"}
    assert TrainingOptions.model_validate({"network": "worldgen", "stage": "ode", **shared}).strategy == "fsdp"
    for network, stage in (("worldrec", None), ("tokenizer", None), ("depth", None), ("joint", "finish")):
        with pytest.raises(ValidationError, match="only generators are sharded"):
            TrainingOptions.model_validate({"network": network, "stage": stage, **shared})
