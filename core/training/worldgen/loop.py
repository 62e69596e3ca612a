"""The loop that runs any stage."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.networks.devices import in_half
from core.training.checkpoints import load_training, save_training
from core.training.optimizers import MuonBesideAdamW
from core.training.options import StrategyName
from core.training.processes import anyone, processes
from core.training.sharded import full
from core.training.worldgen.batches import Samples, some_cameras
from core.training.worldgen.checking import check
from core.training.worldgen.lesson import Lesson

logger = logging.getLogger(__name__)

_TELL_EVERY = 20
_CHECK_STEPS = {True: 4, False: 8}  # of samplers that draw new noise, and of those that follow the flow


@dataclass(frozen=True)
class Running:
    """How any stage is run."""

    seed: int = 0  # another one is another run
    device: str = "auto"  # or cpu, cuda
    strategy: StrategyName = "ddp"  # of several processes
    stopped: Callable[[], bool] = lambda: False  # asked after each step whether to end early
    tell: Callable[[str], None] = logger.info  # gets a line now and then
    half: bool = True  # networks multiply in half precision, where the device is fast at that


@dataclass(frozen=True)
class Trained:
    """How a stage went."""

    steps: int
    seconds: float
    device: str
    collapse: str | None  # why a guard ended it
    held_out: dict[str, float]  # figures of the last check


def train_stage(lesson: Lesson, samples: Samples, run: Path, running: Running) -> Trained:
    """Run a stage to its end, going on where the run's folder stopped.

    Args:
        lesson: what is learned; its running mean is what comes of it.
        samples: to learn from.
        run: folder of the run: its state, TensorBoard's events, sheets and films of what is made.
        running: how.

    Returns:
        How it went. Fewer steps than the stage has were made where it was stopped, or where a guard told that the
        network is about to collapse: its running mean is then that of the last good check.

    Raises:
        UserError: the run's folder holds another network.
    """
    going = _Run(lesson, samples, run, running)
    while not going.ended:
        going.step()
        if going.anyone(running.stopped()):
            break
    return going.close()


class _Run:
    """A run of a stage on one of its devices."""

    def __init__(self, lesson: Lesson, samples: Samples, run: Path, running: Running) -> None:
        from lightning_fabric import Fabric
        from torch.utils.tensorboard import SummaryWriter

        self._lesson, self._stage, self._samples = lesson, lesson.stage, samples
        self._run, self._seed, self._tell = run, running.seed, running.tell
        self._half = running.half
        self._fabric = Fabric(accelerator=running.device, **_together(running))
        self._fabric.launch()
        self._model = self._fabric.setup_module(lesson)
        lesson.bring_to(self._fabric.device)
        optimizer = _optimizer_of(lesson)
        self._rates = [group["lr"] for group in optimizer.param_groups]
        facts = load_training(run, lesson.learners, lesson.means, optimizer) or {"step": 0, "seconds": 0.0}
        self._optimizer: Any = self._fabric.setup_optimizers(optimizer)
        self.done, self._collapse = facts["step"], facts.get("collapse")
        self._held_out: dict[str, float] = facts.get("held_out", {})
        self._began_s = time.perf_counter() - facts["seconds"]
        self._good = deepcopy(lesson.means.state_dict())
        self._writer = SummaryWriter(str(run))
        self._told: list[dict[str, float]] = []

    @property
    def ended(self) -> bool:
        return self.done >= self._stage.steps or self._collapse is not None

    def step(self) -> None:
        shared, own = (np.random.default_rng((self._seed, self.done, *rank)) for rank in ((), (self._rank,)))
        torch.manual_seed(int(own.integers(2**62)))
        batch = self._samples.batch(own, self._stage.batch, self._stage.frames)
        choice = int(shared.integers(2**31))  # first: how much is drawn for cameras depends on how many there are
        batch = some_cameras(batch, self._stage.alone, shared).to(self._fabric.device)
        with self._precision():
            losses = self._model(batch, self.done, choice)
        self._learn(losses["loss"])
        self._told.append({name: float(value.detach()) for name, value in losses.items()})
        self.done += 1
        if self.done % _TELL_EVERY == 0:
            self._say("", _means(self._told))
            self._told = []
        if self.done % self._stage.check_every == 0 and self._samples.checks:
            self._check()
        if self.done % self._stage.save_every == 0 or self.ended:
            self._save()

    def anyone(self, stopped: bool) -> bool:
        """All end together, whoever of them was asked to: each step needs them all."""
        return anyone(self._fabric, stopped)

    def close(self) -> Trained:
        self._save()
        self._writer.close()
        seconds, device = time.perf_counter() - self._began_s, str(self._fabric.device)
        return Trained(self.done, seconds, device, self._collapse, self._held_out)

    @property
    def _rank(self) -> int:
        return self._fabric.global_rank

    def _precision(self) -> AbstractContextManager[object]:
        return in_half(self._fabric.device) if self._half else nullcontext()

    def _learn(self, loss: Any) -> None:
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * self._stage.pace(self.done)
        self._fabric.backward(loss)
        norm: Any = self._fabric.clip_gradients(
            self._model, self._optimizer, max_norm=self._stage.clip, error_if_nonfinite=False
        )
        if bool(full(norm).isfinite()):  # the same in all processes
            self._optimizer.step()
        self._optimizer.zero_grad()
        self._lesson.follow(min(self._stage.averaging, self.done / (self.done + 10)))

    def _check(self) -> None:
        """Look at what the network makes; end where a guard says so. Of a sharded network each process has a part."""
        steps = _CHECK_STEPS[self._lesson.anew]
        out = self._run / f"made_{self.done:06d}" if self._fabric.is_global_zero else None
        with self._precision():
            found = check(self._lesson, self._samples.checks, self._samples.pictures, self._fabric.device, steps, out)
        self._say("held_out/", found.as_figures())
        self._held_out = found.as_figures()
        self._collapse = self._fabric.broadcast(found.collapse(self._stage))
        if self._collapse is None:
            self._good = deepcopy(self._lesson.means.state_dict())
        else:
            self._tell(f"Ended after {self.done} steps, before the network collapses: {self._collapse}")
            self._lesson.means.load_state_dict(self._good)

    def _save(self) -> None:
        facts = {
            "step": self.done,
            "seconds": time.perf_counter() - self._began_s,
            "collapse": self._collapse,
            "held_out": self._held_out,
            "stage": self._stage.model_dump(),
            "config": self._lesson.network.config.model_dump(),
        }
        save_training(self._run, self._lesson.learners, self._lesson.means, self._optimizer, facts)

    def _say(self, kind: str, figures: dict[str, float]) -> None:
        if not self._fabric.is_global_zero:
            return
        for name, value in figures.items():
            self._writer.add_scalar(f"{kind}{name}", value, self.done)
        listed = ", ".join(f"{kind}{name} {value:.4g}" for name, value in figures.items())
        self._tell(f"step {self.done}: {listed}, {time.perf_counter() - self._began_s:.0f} s")


def _optimizer_of(lesson: Lesson) -> torch.optim.Optimizer:
    betas = lesson.stage.first_beta, 0.99
    if lesson.stage.optimizer == "muon":
        return MuonBesideAdamW(lesson.groups(), lesson.matrices(), betas=betas)
    return torch.optim.AdamW(lesson.groups(), lesson.stage.rate, betas, weight_decay=1e-4)


def _together(running: Running) -> dict[str, Any]:
    """How processes train together, for Fabric."""
    together = processes(running.device)
    count = together["devices"] * together["num_nodes"]
    if running.strategy == "fsdp" and count > 1:
        from core.training.worldgen.sharding import Sharding

        together["strategy"] = Sharding(count)
    return together


def _means(told: list[dict[str, float]]) -> dict[str, float]:
    """Of each figure, over the steps that had it."""
    names = dict.fromkeys(name for each in told for name in each)
    return {name: float(np.mean([each[name] for each in told if name in each])) for name in names}
