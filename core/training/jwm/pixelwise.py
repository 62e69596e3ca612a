"""The loop by which small networks of pixels learn."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.networks.devices import chosen_device
from core.training.checkpoints import load_training, save_training
from core.training.jwm.stages import Pixelwise
from core.training.worldgen.loop import Running

_TELL_EVERY = 50

Network = TypeVar("Network", bound=nn.Module)


def train_pixelwise(
    made: Callable[[], Network],
    loss_of: Callable[[Network, np.random.Generator], Tensor],
    described: Callable[[Network], str],
    run: Path,
    stage: Pixelwise,
    running: Running,
) -> Network:
    """Train until its steps are done or it is stopped; the same call goes on.

    Args:
        made: a network that knows nothing.
        loss_of: of a step, whose samples the generator of random numbers decides.
        described: tells how good a network is.
        run: folder of the run.
        stage: how.
        running: how, too.

    Returns:
        The network of averaged weights.

    Raises:
        UserError: the run's folder holds another network.
    """
    torch.manual_seed(running.seed)
    network = made().to(chosen_device(running.device))
    average = deepcopy(network).requires_grad_(False)
    optimizer = torch.optim.AdamW(network.parameters(), stage.rate, betas=(0.9, 0.99), weight_decay=1e-2)
    done = (load_training(run, network, average, optimizer) or {"step": 0})["step"]
    began_s, told = time.perf_counter(), list[float]()
    while done < stage.steps and not running.stopped():
        for group in optimizer.param_groups:
            warm = min(1.0, (done + 1) / stage.warm_up)
            group["lr"] = stage.rate * warm * (0.05 + 0.475 * (1 + math.cos(math.pi * done / stage.steps)))
        loss = loss_of(network, np.random.default_rng((running.seed, done)))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        keep = min(stage.averaging, done / (done + 10))
        for mean, value in zip(average.parameters(), network.parameters(), strict=True):
            mean.lerp_(value.detach(), 1 - keep)
        told.append(float(loss.detach()))
        done += 1
        if done % _TELL_EVERY == 0:
            seconds = time.perf_counter() - began_s
            running.tell(f"step {done}: loss {np.mean(told[-_TELL_EVERY:]):.4f}, {seconds:.0f} s")
        if done % stage.check_every == 0:
            running.tell(f"step {done}: {described(average)}")
        if done % stage.save_every == 0:
            save_training(run, network, average, optimizer, {"step": done})
    save_training(run, network, average, optimizer, {"step": done})
    return average.eval()
