"""Training as one of several processes does it: `python training_processes.py FOLDER`, started by torchrun."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from test_tokenizer_training import SMALL, TRAINING
from torch import nn
from worldgen_toys import TOY, ToySamples

from core.training.options import StrategyName
from core.training.processes import is_first
from core.training.tokenizer import train_tokenizer
from core.training.worldgen.batches import Batch
from core.training.worldgen.loop import Running
from core.training.worldgen.sharding import Sharding
from core.training.worldgen.stages import AnyStage, Bidirectional, Dmd, Ode
from core.training.worldgen.staging import lesson_of, run_stage
from core.worldgen.model.weights import load_worldgen
from core.worldgen.tokenizer import FrameTokenizer, save_tokenizer

CONFIG = TOY.model_copy(update={"text_width": 5})
SIZES = {"batch": 2, "frames": 4, "warm_up": 1, "averaging": 0.5, "alone": 0.0, "check_every": 2}
TEACHER = "teacher.safetensors"


class UnlikeSamples(ToySamples):
    """Drives with text; those of the first process have two cameras and known weather, those of others neither."""

    def __init__(self) -> None:
        super().__init__(frames=4)
        self.views = 2 if is_first() else 1  # to learn from: all are checked by the same

    def batch(self, random: np.random.Generator, count: int, frames: int) -> Batch:
        made = super().batch(random, count, frames)
        text = torch.from_numpy(random.standard_normal((count, 3, CONFIG.text_width), np.float32))
        told = made.conditions.with_text(text)
        return replace(made, conditions=told if is_first() else told.without("weather"))


def stage(name: str, steps: int) -> AnyStage:
    """The first step of `dmd` is the student's, the next the critic's."""
    match name:
        case "dmd":
            return Dmd(steps=steps, critic_updates=1, guidance=1.0, **SIZES)
        case "ode":
            return Ode(steps=steps, method="consistency", teacher_steps=4, **SIZES)
        case _:
            return Bidirectional(steps=steps, **SIZES)


def train(folder: Path, name: str, strategy: StrategyName, steps: int) -> Path:
    """Train a stage, or go on with it, and answer the file of its weights."""
    teacher, run = folder / TEACHER, folder / f"{name}-{strategy}"
    running = Running(device="cpu", strategy=strategy, half=False)  # roundings would hide what strategies do
    out = run / "weights.safetensors"
    return run_stage(
        stage(name, steps), CONFIG, UnlikeSamples(), run, out, running=running, start=teacher, teacher=teacher
    )


def share_held(folder: Path) -> float:
    """Of the numbers of all networks of a lesson, how many lie in this process."""
    start, teacher = (load_worldgen(folder / TEACHER) for _ in range(2))
    lesson = lesson_of(stage("dmd", 1), CONFIG, start, teacher)
    networks: list[nn.Module] = [lesson, *lesson.bystanders]
    in_all = sum(parameter.numel() for each in networks for parameter in each.parameters())
    fabric = Fabric(accelerator="cpu", strategy=Sharding(2), devices=2)
    fabric.launch()
    fabric.setup_module(lesson)
    return sum(parameter.to_local().numel() for each in networks for parameter in each.parameters()) / in_all  # type: ignore[operator]


def train_encoding(folder: Path) -> FrameTokenizer:
    """A tokenizer whose encoder is frozen on the way."""
    how = replace(TRAINING, steps=3, encoder_share=0.6)
    films = sorted((folder / "films").iterdir())
    return train_tokenizer(SMALL, lambda: films, films[:1], folder / "tokenizer", how, device="cpu")


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, rank = Path(sys.argv[1]), os.environ["RANK"]
    save_tokenizer(train_encoding(folder), folder / f"tokenizer-{rank}")
    for each in ("dmd", "ode"):
        train(folder, each, "ddp", 3)
        for steps in (2, 3):  # the second goes on from the file of the first
            train(folder, each, "fsdp", steps)
    (folder / f"share-{rank}").write_text(str(share_held(folder)))
