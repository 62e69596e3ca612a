"""Training of the depth network on exact depth of city logs."""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.errors import UserError
from core.training.depth_samples import DepthBatch, DepthSamples, batch_of, samples_of
from core.worldrec.depth.config import PRESETS, DepthConfig
from core.worldrec.depth.network import DepthNetwork, DepthOutput
from core.worldrec.depth.weights import save_weights

logger = logging.getLogger(__name__)

_FAR_M, _NEAR_M = 150.0, 0.3
_KEEP_S = 120.0  # between saves
_LOOK_FOR_LOGS_S = 60.0
_VALIDATION_EVERY = 12  # logs
_CLIP = 1.0


@dataclass(frozen=True)
class DepthTraining:
    """How the depth network is trained."""

    steps: int = 6000
    batch: int = 8
    crop: tuple[int, int] = (24, 40)  # height, width in quarter pixels
    learning_rate: float = 2e-3
    warm_up: int = 100
    weight_decay: float = 1e-3
    ema: float = 0.998
    seed: int = 0


Tell = Callable[[int, dict[str, float]], None]
"""Told the step and what was measured."""


def train_depth(
    logs: Callable[[], Sequence[Path]],
    out: Path,
    preset: str = "tiny",
    training: DepthTraining | None = None,
    tell: Tell | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Train on city logs, also on those that come meanwhile; goes on if it was interrupted.

    Args:
        logs: answers the folders of city logs; asked again now and then.
        out: folder for the weights, the run's state and the samples.
        preset: of `core.worldrec.depth.config`.
        training: how.
        tell: told about progress from time to time.
        stopped: asked after each step whether to end early; what was learned is saved.

    Returns:
        The file of the weights.

    Raises:
        UserError: none of the logs is a city's.
    """
    training = training or DepthTraining()
    run = _Run(PRESETS[preset], training, out)
    pool, seen = _Pool(run.config, logs, out / "samples"), 0.0
    started = kept = time.monotonic()
    while run.step < training.steps:
        if time.monotonic() - seen > _LOOK_FOR_LOGS_S or not seen:
            pool.look()
            seen = time.monotonic()
        losses = run.learn(batch_of(pool.training, training.batch, training.crop, run.rng))
        if tell is not None and run.step % 50 == 0:
            tell(run.step, losses | {"logs": float(len(pool.training)), "seconds": time.monotonic() - started})
        ends = run.step == training.steps or stopped()
        if time.monotonic() - kept > _KEEP_S or ends:
            run.keep()
            kept = time.monotonic()
            if tell is not None and pool.validation:
                tell(run.step, run.judged(pool.validation))
        if ends:
            break
    return run.weights


class _Pool:
    """Samples of logs; some logs are for validation only."""

    def __init__(self, config: DepthConfig, logs: Callable[[], Sequence[Path]], cache: Path) -> None:
        self._config, self._logs, self._cache = config, logs, cache
        self._known: set[Path] = set()
        self.training: list[DepthSamples] = []
        self.validation: list[DepthSamples] = []

    def look(self) -> None:
        for folder in self._logs():
            if folder not in self._known and (folder / "driftless" / "city.json").exists():
                samples = samples_of(folder, self._cache, self._config)
                self._known.add(folder)
                if samples is not None:
                    last = len(self._known) % _VALIDATION_EVERY == 0
                    (self.validation if last else self.training).append(samples)
        if not self.training:
            raise UserError(
                "No log is one of the demo city, which alone knows exact depth", remedy="Name a number: --cities 60."
            )


class _Run:
    """The state of a run."""

    def __init__(self, config: DepthConfig, training: DepthTraining, out: Path) -> None:
        torch.manual_seed(training.seed)
        self.config, self.training = config, training
        self.network: DepthNetwork = DepthNetwork(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mean = copy.deepcopy(self.network).requires_grad_(False)
        self.step = 0
        self.weights, self._state = out / "depth.safetensors", out / "depth-run.pt"
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), training.learning_rate, weight_decay=training.weight_decay
        )
        if self._state.exists():
            found = torch.load(self._state, weights_only=True)
            self.step = found["step"]
            self.network.load_state_dict(found["network"])
            self.mean.load_state_dict(found["mean"])
            self._optimiser.load_state_dict(found["optimiser"])
        self.rng = np.random.default_rng([training.seed, self.step])

    def learn(self, batch: DepthBatch) -> dict[str, float]:
        for group in self._optimiser.param_groups:
            group["lr"] = self.training.learning_rate * self._pace()
        output = self.network(*_inputs(batch))
        losses = depth_losses(output, torch.from_numpy(batch.depth_m))
        total = losses["depth"] + losses["sky"] + 0.5 * losses["edges"]
        self._optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimiser.step()
        self.step += 1
        ema = min(self.training.ema, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - ema)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _pace(self) -> float:
        warm = min(1.0, (self.step + 1) / self.training.warm_up)
        return warm * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * self.step / self.training.steps))))

    def judged(self, pool: list[DepthSamples]) -> dict[str, float]:
        """Without lidar, on crops of the validation logs: median and share of errors below a tenth, sky's overlap."""
        rng = np.random.default_rng(0)
        found: dict[str, list[float]] = {"median": [], "within_10": [], "sky_iou": []}
        for _ in range(12):
            batch = batch_of(pool, 8, self.training.crop, rng)
            with torch.inference_mode():
                output = self.mean(*_inputs(batch))
            plain = torch.from_numpy(batch.hints[:, -1].max((1, 2)) == 0)
            depth = torch.from_numpy(batch.depth_m)
            met = torch.isfinite(depth) & (depth > _NEAR_M) & (depth < 100) & plain[:, None, None]
            error = (output.log_depth.exp() / depth - 1)[met].abs()
            sky, truth = output.sky > 0, ~torch.isfinite(depth)
            found["median"].append(float(error.median()))
            found["within_10"].append(float((error < 0.1).float().mean()))
            found["sky_iou"].append(float((sky & truth).sum() / (sky | truth).sum().clamp(min=1)))
        return {name: float(np.nanmean(values)) for name, values in found.items()}

    def keep(self) -> None:
        self.weights.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        part = self._state.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._state)
        save_weights(self.mean, self.weights, {"steps": json.dumps(self.step)})


def _inputs(batch: DepthBatch) -> tuple[Tensor, Tensor, Tensor]:
    arrays = batch.images, batch.volumes, batch.hints
    one, two, three = (torch.from_numpy(a).contiguous(memory_format=torch.channels_last) for a in arrays)
    return one, two, three


def depth_losses(output: DepthOutput, depth_m: Tensor) -> dict[str, Tensor]:
    """Losses against exact depth (b, H, W), infinite for sky: Laplace likelihood, sky's cross entropy, edges."""
    sky = ~torch.isfinite(depth_m)
    met = (~sky & (depth_m > _NEAR_M)).float()
    truth = torch.where(sky, 1.0, depth_m).clamp(_NEAR_M, _FAR_M).log()
    error = (output.log_depth - truth) * met
    count = met.sum().clamp(min=1)
    likelihood = ((error.abs() * torch.exp(-output.log_scale)).clamp(max=50.0) + output.log_scale) * met
    rough = error.abs().clamp(max=1.5).sum() / count
    edges = _steps(error, met)
    return {
        "depth": 0.15 * likelihood.sum() / count + rough,
        "sky": 0.5 * functional.binary_cross_entropy_with_logits(output.sky, sky.float()),
        "edges": edges,
        "error": rough.detach(),
    }


def _steps(error: Tensor, met: Tensor) -> Tensor:
    """Mean difference of the errors of pixels two apart."""
    across = (error[..., 2:] - error[..., :-2]).abs() * met[..., 2:] * met[..., :-2]
    down = (error[..., 2:, :] - error[..., :-2, :]).abs() * met[..., 2:, :] * met[..., :-2, :]
    return (across.clamp(max=1.0).mean() + down.clamp(max=1.0).mean()) / 2
