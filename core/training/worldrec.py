"""Training WorldRec.

Every sample keeps a scene of its own in memory, in some round. A step makes it better, learns from how that looks, and
leaves the better scene behind for the next visit, until it has gone through all rounds and begins anew: the network
meets scenes as it makes them, and no step has to unroll more than one round (as G3R trains, 2024). Coarse splats are
split, and the sky becomes better, as when a scene is made.

Four pictures of five are from beside the drive: along it scenes are good already, elsewhere they lack most. The squared
error counts by its logarithm, as PSNR does. See the card of `tiny` for what each part of its training brought.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.splats.torch_rasteriser import splat
from core.training.checkpoints import load_training, save_training
from core.training.optimizers import MuonBesideAdamW
from core.training.processes import anyone, processes
from core.training.sheets import save_sheet
from core.training.worldrec_samples import Sample, Target, load_sample
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.losses import dissimilarity
from core.worldrec.model.network import WorldRec
from core.worldrec.model.rounds import Rounds
from core.worldrec.model.sights import Sight, thinned
from core.worldrec.model.sky import under
from core.worldrec.model.state import SplatState, placed

logger = logging.getLogger(__name__)

_CHECKED = 3  # every so many of the targets
_OFTEN = 4  # of so many beginnings one has all views
_NO_ERROR = 1e-5  # squared


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    steps: int = 2000
    rate: float = 1e-3
    warm_up: int = 50
    pictures: int = 5  # per step, none that the network saw
    beside: int = 4  # of them, where there are some: how things look from where no camera was is harder to learn
    averaging: float = 0.995  # of the weights that are kept
    save_every: int = 100
    check_every: int = 200
    absolute: float = 0.4
    dissimilarity: float = 0.15
    fidelity: float = 0.1  # of the squared error's logarithm, so that dim and foggy scenes count like any other
    depth: float = 0.1
    fading: float = 2e-3
    seed: int = 0


def train_worldrec(
    config: WorldRecConfig,
    samples: Callable[[], Sequence[Path]],
    checks: Sequence[Path],
    run: Path,
    schedule: Schedule,
    *,
    device: str = "auto",
    start: WorldRec | None = None,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = logger.info,
) -> WorldRec:
    """Train the network, going on where the run's folder stopped.

    Args:
        config: of the network.
        samples: answers the files of the samples; asked again now and then, more may have come.
        checks: files of samples that are never learned from.
        run: folder of the run: its state, TensorBoard's events, sheets of pictures.
        schedule: how long and how fast.
        device: `auto`, `cpu` or `cuda`.
        start: a network of the same configuration, whose weights a new run begins with.
        stopped: asked after each step whether to end early; what was learned is saved.
        tell: gets a line now and then.

    Returns:
        The network with averaged weights.
    """
    from lightning_fabric import Fabric
    from torch.utils.tensorboard import SummaryWriter

    fabric = Fabric(accelerator=device, **processes(device))
    fabric.launch()
    fabric.seed_everything(schedule.seed, verbose=False)
    net = WorldRec(config)
    if start is not None:
        net.load_state_dict(start.state_dict())
    average = deepcopy(net)
    average.requires_grad_(False)
    optimizer: Any = MuonBesideAdamW(
        [{"params": list(net.parameters()), "lr": schedule.rate}], net.matrices(), betas=(0.9, 0.99)
    )
    facts = load_training(run, net, average, optimizer) or {"step": 0, "seconds": 0.0}
    model, optimizer = fabric.setup(net, optimizer)
    average.to(fabric.device)
    writer = SummaryWriter(str(run))
    began_s = time.perf_counter() - facts["seconds"]
    files: Sequence[Path] = []
    pool = Pool(config, fabric.device)
    losses: list[float] = []
    for step in range(facts["step"], schedule.steps):
        random = np.random.default_rng((schedule.seed, step, fabric.global_rank))
        if step % 20 == 0 or not files:
            files = samples()
        entry = pool.entry(files[int(random.integers(len(files)))])
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate * _pace(step, schedule)
        loss, better, out = _loss_of(model, entry, random, schedule, fabric.device)
        fabric.backward(loss)
        fabric.clip_gradients(model, optimizer, max_norm=1.0, error_if_nonfinite=False)
        if all(p.grad is None or bool(p.grad.isfinite().all()) for p in net.parameters()):
            optimizer.step()
        optimizer.zero_grad()
        entry.go_on(better.detached(), out)
        _average(average, net, min(schedule.averaging, step / (step + 10)))
        losses.append(float(loss.detach()))
        done = step + 1
        if done % 20 == 0 and fabric.is_global_zero:
            told = float(np.mean(losses[-20:]))
            writer.add_scalar("loss", told, done)
            tell(f"step {done}: loss {told:.4f}, {time.perf_counter() - began_s:.0f} s, {len(files)} samples")
        if checks and done % schedule.check_every == 0 and fabric.is_global_zero:
            score = check(average, checks, fabric.device, sheet=run / f"sheet_{done:06d}.png")
            for name, value in score.items():
                writer.add_scalar(f"held_out/{name}", value, done)
            tell(f"step {done}: " + ", ".join(f"{name} {value:.3f}" for name, value in score.items()))
        # All end together, whoever of them was asked to: each step needs them all.
        ends = done == schedule.steps or anyone(fabric, stopped())
        if (done % schedule.save_every == 0 or ends) and fabric.is_global_zero:
            facts = {"step": done, "seconds": time.perf_counter() - began_s, "samples": len(files)}
            save_training(run, net, average, optimizer, facts | {"config": config.model_dump()})
        if ends:
            break
    writer.close()
    return average


def _pace(step: int, schedule: Schedule) -> float:
    """Share of the rate: a linear start, then half a cosine down to a fiftieth."""
    if step < schedule.warm_up:
        return (step + 1) / schedule.warm_up
    share = (step - schedule.warm_up) / max(schedule.steps - schedule.warm_up, 1)
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * share)))


class Entry:
    """A sample and how far its scene has come. It begins with all views now and then, else with fewer, to save time."""

    def __init__(self, sample: Sample, config: WorldRecConfig, device: torch.device) -> None:
        self._config, self._sky = config, sample.sky
        self._every = [sight.to(device) for sight in sample.sights]
        self._start = sample.state.to(device)
        self._targets = sample.targets
        self._begun = 0
        self.rounds = self._begin()

    def _begin(self) -> Rounds:
        sights = thinned(self._every, self._config.times if self._begun % _OFTEN == 0 else self._config.times // 2)
        self._begun += 1
        rounds = Rounds(self._start, self._sky, sights, self._config, self._config.max_splats)
        rounds.look()
        return rounds

    def chosen(self, pictures: int, beside: int, random: np.random.Generator) -> list[int]:
        """Numbers of pictures to learn from, of which so many are beside the drive, as far as there are any."""
        order = random.permutation(len(self._targets)).tolist()
        elsewhere = [number for number in order if self._targets[number].beside][:beside]
        recorded = [number for number in order if not self._targets[number].beside]
        return elsewhere + recorded[: pictures - len(elsewhere)]

    def target(self, number: int) -> Target:
        """A picture that was not looked at, over the sky as it is now."""
        target = self._targets[number]
        return replace(target, sight=under(self.rounds.sky, target.sight).to(self._start.means.device))

    def go_on(self, state: SplatState, out: Tensor) -> None:
        """Go to the next round with a better scene, after changes [N, 15], or begin anew after the last."""
        if self.rounds.number + 1 < self._config.rounds and bool(state.means.isfinite().all()):
            self.rounds.go_on(state, out)
            self.rounds.look()
        else:
            self.rounds = self._begin()


class Pool:
    """All samples of a run, in memory."""

    def __init__(self, config: WorldRecConfig, device: torch.device) -> None:
        self._config, self._device = config, device
        self._entries: dict[Path, Entry] = {}

    def entry(self, file: Path) -> Entry:
        if file not in self._entries:
            self._entries[file] = Entry(load_sample(file), self._config, self._device)
        return self._entries[file]


def _loss_of(
    model: Any, entry: Entry, random: np.random.Generator, schedule: Schedule, device: torch.device
) -> tuple[Tensor, SplatState, Tensor]:
    out = model(*entry.rounds.told)
    better: SplatState = model.changed(entry.rounds.state, out)
    chosen = entry.chosen(schedule.pictures, schedule.beside, random)
    losses = [picture_loss(better, entry.target(number), schedule, device) for number in chosen]
    return torch.stack(losses).mean() + schedule.fading * better.fadings.mean(), better, out


def picture_loss(state: SplatState, target: Target, schedule: Schedule, device: torch.device) -> Tensor:
    sight = target.sight.to(device)
    rgb, depth, alpha = draw(state, sight)
    difference = (rgb - sight.rgb) * sight.valid
    loss = schedule.absolute * difference.abs().mean()
    loss = loss + schedule.fidelity * (difference.square().mean() + _NO_ERROR).log()
    loss = loss + 2 * schedule.dissimilarity * dissimilarity(rgb, sight.rgb, sight.valid).mean()
    known = target.depth.to(device)
    there = (known > 0) & (alpha.detach() > 0.5)
    if schedule.depth and bool(there.any()):
        off = ((depth - known) / known.clamp_min(1.0))[there]
        loss = loss + schedule.depth * off.abs().clamp_max(1.0).mean()
    return loss


def draw(state: SplatState, sight: Sight) -> tuple[Tensor, Tensor, Tensor]:
    """Picture [3, H, W] over the sky, depth [1, H, W] and alpha [1, H, W] of a state; differentiable."""
    height, width = sight.size
    image = splat(*placed(state, sight.moment).shapes, sight.camera_from_world, sight.intrinsics, width, height)
    return image.rgb + (1 - image.alpha) * sight.sky, image.depth_m, image.alpha


def _average(average: nn.Module, net: nn.Module, kept: float) -> None:
    with torch.no_grad():
        for mean, value in zip(average.parameters(), net.parameters(), strict=True):
            mean.lerp_(value, 1 - kept)


@torch.no_grad()
def check(net: WorldRec, files: Sequence[Path], device: torch.device, *, sheet: Path | None = None) -> dict[str, float]:
    """Mean PSNR and SSIM on some of the targets, before and after each round."""
    found: list[list[tuple[float, float]]] = []
    rows: list[list[Tensor]] = []
    for file in files:
        sample = load_sample(file)
        sights = [sight.to(device) for sight in sample.sights]
        rounds = Rounds(sample.state.to(device), sample.sky, sights, net.config, net.config.max_splats)
        targets = [target.sight.to(device) for target in sample.targets[::_CHECKED]]
        pictures = [[draw(rounds.state, sight)[0] for sight in targets]]
        for _ in range(net.config.rounds):
            rounds.look()
            out = net(*rounds.told)
            rounds.go_on(net.changed(rounds.state, out), out)
            pictures.append([draw(rounds.state, under(rounds.sky, sight))[0] for sight in targets])
        found += [[_likeness(made[i], sight) for made in pictures] for i, sight in enumerate(targets)]
        middle = len(targets) // 3
        rows.append([targets[middle].rgb, pictures[0][middle], pictures[-1][middle]])
    if sheet is not None and rows:
        save_sheet(sheet, rows)
    means = np.array(found).mean(0)
    names = [f"{kind}_{number}" for number in range(len(means)) for kind in ("psnr", "ssim")]
    return dict(zip(names, means.reshape(-1).tolist(), strict=True))


def _likeness(rgb: Tensor, sight: Sight) -> tuple[float, float]:
    shown = rgb.clamp(0, 1)
    error = float((((shown - sight.rgb) * sight.valid) ** 2).mean())
    alike = 1 - 2 * float(dissimilarity(shown, sight.rgb, sight.valid).mean())
    return -10 * float(np.log10(max(error, 1e-10))), alike
