"""Training of the tokenizer of single frames."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import UserError
from core.evaluation.image_quality import finite_psnr, ssim
from core.training.checkpoints import load_training, save_training
from core.training.processes import anyone, processes
from core.training.sheets import save_sheet
from core.training.tokenizer_images import ImagePool, as_tensor, images_of, sized
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldgen.tokenizer.frames import STRIDE, FrameTokenizer
from core.worldrec.model.losses import dissimilarity

logger = logging.getLogger(__name__)

_LOOK_EVERY = 50
_CHECKED = 24  # images
_STATISTICS = 256  # images
_LOOKED_AT = 16  # images
_PATCHES = 40_000


@dataclass(frozen=True)
class TokenizerTraining:
    """How a tokenizer is trained."""

    steps: int = 8000
    encoder_share: float = 0.6  # of the steps; then latents stay what they are, and only the decoder learns on
    batch: int = 8
    crop: tuple[int, int] = (64, 112)
    heights: tuple[int, ...] = (64, 96, 128)  # of the images, before they are cropped
    rate: float = 1e-3
    warm_up: int = 50
    decay: float = 1e-4
    averaging: float = 0.995  # of the weights that are kept
    square: float = 4.0
    dissimilarity: float = 0.15
    edges: float = 0.5
    kl: float = 1e-5
    save_every: int = 100
    check_every: int = 250
    seed: int = 0


def train_tokenizer(
    config: TokenizerConfig,
    films: Callable[[], Sequence[Path]],
    checks: Sequence[Path],
    run: Path,
    training: TokenizerTraining,
    *,
    device: str = "auto",
    start: FrameTokenizer | None = None,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = logger.info,
) -> FrameTokenizer:
    """Train a tokenizer, going on where the run's folder stopped.

    Args:
        config: of the tokenizer.
        films: answers the files of films; asked again now and then, more may have come.
        checks: files of films that are never learned from.
        run: folder of the run: its state, TensorBoard's events, sheets of pictures.
        training: how.
        device: `auto`, `cpu` or `cuda`.
        start: a tokenizer of the same configuration, whose weights a new run begins with.
        stopped: asked after each step whether to end early; what was learned is saved.
        tell: gets a line now and then.

    Returns:
        The tokenizer with averaged weights.

    Raises:
        UserError: no image can be read, or the run's folder holds another network.
    """
    from lightning_fabric import Fabric
    from torch.utils.tensorboard import SummaryWriter

    fabric = Fabric(accelerator=device, **processes(device))
    fabric.launch()
    fabric.seed_everything(training.seed, verbose=False)
    pool = ImagePool(films, training.heights)
    pool.look()
    if not pool.images:
        raise UserError("No film can be learned from", remedy="The log file says what is wrong with each.")
    seen = [image for path in checks for image in images_of(path)]
    seen = seen[:: max(len(seen) // _CHECKED, 1)]
    net = FrameTokenizer(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if start is None:
        begin_linear(net, pool.batch(np.random.default_rng(training.seed), 64, training.crop))
    else:
        net.load_state_dict(start.state_dict())
    model = fabric.setup_module(_Losses(net, training))  # from here on all processes have the same weights
    average = deepcopy(net).requires_grad_(False)
    optimizer: Any = torch.optim.AdamW(net.parameters(), training.rate, weight_decay=training.decay, betas=(0.9, 0.99))
    facts = load_training(run, net, average, optimizer) or {"step": 0, "seconds": 0.0}
    optimizer = fabric.setup_optimizers(optimizer)
    writer = SummaryWriter(str(run))
    began_s = time.perf_counter() - facts["seconds"]
    some = pool.batch(np.random.default_rng(training.seed), _STATISTICS, training.crop).to(fabric.device)
    told: list[dict[str, float]] = []
    done, encoder_steps = facts["step"], round(training.encoder_share * training.steps)
    for step in range(facts["step"], training.steps):
        if step % _LOOK_EVERY == 0:
            pool.look()
        random = np.random.default_rng((training.seed, step, fabric.global_rank))
        for group in optimizer.param_groups:
            group["lr"] = training.rate * _pace(step, training)
        if step >= encoder_steps:
            net.encoder.requires_grad_(False)
        images = pool.batch(random, training.batch, training.crop).to(fabric.device)
        torch.manual_seed(int(random.integers(2**31)))  # the noise too is the same after an interruption
        losses = model(images)
        fabric.backward(losses["loss"])
        fabric.clip_gradients(model, optimizer, max_norm=1.0, error_if_nonfinite=False)
        if all(p.grad is None or bool(p.grad.isfinite().all()) for p in net.parameters()):
            optimizer.step()
        optimizer.zero_grad()
        _average(average, net, min(training.averaging, step / (step + 10)))
        told.append({name: float(value.detach()) for name, value in losses.items()})
        done = step + 1
        if done == encoder_steps:
            normalise(average, some)
            net.encoder.load_state_dict(average.encoder.state_dict())
            net.channels_mean.copy_(average.channels_mean)
            net.channels_std.copy_(average.channels_std)
        if done % 20 == 0 and fabric.is_global_zero:
            means = {name: float(np.mean([each[name] for each in told[-20:]])) for name in told[-1]}
            for name, value in means.items():
                writer.add_scalar(name, value, done)
            figures = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
            tell(f"step {done}: {figures}, {time.perf_counter() - began_s:.0f} s, {len(pool.images)} images")
        # All end together, whoever of them was asked to: each step needs them all.
        ends = done == training.steps or anyone(fabric, stopped())
        if seen and (done % training.check_every == 0 or ends) and fabric.is_global_zero:
            score = check(average, seen, training.heights, sheet=run / f"sheet_{done:06d}.png")
            for name, value in score.items():
                writer.add_scalar(f"held_out/{name}", value, done)
            tell(f"step {done}: " + ", ".join(f"{name} {value:.3f}" for name, value in score.items()))
        if (done % training.save_every == 0 or ends) and fabric.is_global_zero:
            facts = {"step": done, "seconds": time.perf_counter() - began_s, "images": len(pool.images)}
            save_training(run, net, average, optimizer, facts | {"config": config.model_dump()})
        if ends:
            break
    writer.close()
    if done < encoder_steps:
        normalise(average, some)
    return average


class _Losses(nn.Module):
    """A tokenizer's losses, as a call that several devices can share."""

    def __init__(self, tokenizer: FrameTokenizer, how: TokenizerTraining) -> None:
        super().__init__()
        self.tokenizer, self.how = tokenizer, how

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        return losses_of(self.tokenizer, images, self.how)


def losses_of(model: FrameTokenizer, images: Tensor, training: TokenizerTraining) -> dict[str, Tensor]:
    """What a tokenizer makes wrong of images [N, 3, H, W], in all and by part."""
    mean, log_variance = model.moments(images)
    shown = model.decoded(mean + (log_variance / 2).exp() * torch.randn_like(mean))
    off = shown - images
    everywhere = torch.ones_like(images[:, :1])
    alike = torch.stack([dissimilarity(*pair) for pair in zip(shown, images, everywhere, strict=True)]).mean()
    kl = (mean.square() + log_variance.exp() - log_variance - 1).mean() / 2
    loss = off.abs().mean() + training.square * off.square().mean() + 2 * training.dissimilarity * alike
    loss = loss + training.edges * _steps(off) + training.kl * kl
    return {"loss": loss, "l1": off.abs().mean(), "square": off.square().mean(), "kl": kl}


def _steps(off: Tensor) -> Tensor:
    """Mean difference of the errors of neighbouring pixels."""
    return (off.diff(dim=-1).abs().mean() + off.diff(dim=-2).abs().mean()) / 2


def begin_linear(tokenizer: FrameTokenizer, images: Tensor) -> None:
    """Set the linear paths to the principal components of patches, so that training begins with a fair picture."""
    patches = nn.functional.unfold(2 * images - 1, STRIDE, stride=STRIDE).movedim(1, -1).flatten(0, 1)[:_PATCHES]
    mean = patches.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((patches - mean).T.double()))
    most = slice(-tokenizer.channels, None)
    scale = values[most].clamp_min(1e-8).sqrt()
    into, back = (vectors[:, most] / scale).T.float(), (vectors[:, most] * scale).T.float()
    shape = -1, 3, STRIDE, STRIDE
    encode, decode = tokenizer.encoder.shortcut, tokenizer.decoder.shortcut
    assert encode.bias is not None and decode.bias is not None
    with torch.no_grad():
        encode.weight.copy_(into.reshape(shape))
        encode.bias.copy_(-into @ mean)
        decode.weight.copy_(back.reshape(shape))
        decode.bias.copy_(mean.reshape(3, -1).mean(1))
        # Chatty latents would drown in their own noise at first.
        last = tokenizer.encoder.layers[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None
        last.bias[tokenizer.channels :] = -6.0


@torch.no_grad()
def normalise(tokenizer: FrameTokenizer, images: Tensor) -> None:
    """Set the statistics by which latents are normalised, from images [N, 3, H, W].

    Their mean square is 1 over all channels, and a channel has the more of it the more a picture changes with it:
    generators drown all channels in the same noise and learn all alike, so the light of a picture would be as uncertain
    as its finest grain. The fourth root of what a channel changes is half way between the two.
    """
    latents = torch.cat([tokenizer.moments(part)[0] for part in torch.split(images, 16)])
    tokenizer.channels_mean.copy_(latents.mean((0, 2, 3)))
    tokenizer.channels_std.copy_(latents.std((0, 2, 3)).clamp_min(1e-4))
    changed = _changed_by(tokenizer, tokenizer.encode(images[:_LOOKED_AT])).clamp_min(1e-12)
    weight = changed**0.25
    tokenizer.channels_std.div_(weight / weight.square().mean().sqrt())


def _changed_by(tokenizer: FrameTokenizer, latents: Tensor) -> Tensor:
    """The mean square [C] by which pictures change with each channel of latents [N, C, h, w]."""
    shown = tokenizer.decode(latents)
    steps = 0.5 * torch.eye(tokenizer.channels, device=latents.device)[:, None, :, None, None]
    return torch.stack([(tokenizer.decode(latents + step) - shown).square().mean() for step in steps])


@torch.no_grad()
def check(
    tokenizer: FrameTokenizer, images: Sequence[np.ndarray], heights: Sequence[int], *, sheet: Path | None = None
) -> dict[str, float]:
    """Mean PSNR and SSIM of whole images by height."""
    found: dict[str, float] = {}
    rows: list[list[Tensor]] = []
    device = tokenizer.channels_mean.device
    for height in heights:
        pairs = []
        for image in images:
            truth = as_tensor(sized(image, height))[None].to(device)
            pairs.append((truth[0], tokenizer.decoded(tokenizer.moments(truth)[0])[0].clamp(0, 1)))
        arrays = [tuple(each.movedim(0, -1).cpu().numpy() for each in pair) for pair in pairs]
        found[f"psnr_{height}"] = float(np.mean([finite_psnr(shown, truth) for truth, shown in arrays]))
        found[f"ssim_{height}"] = float(np.mean([ssim(shown, truth) for truth, shown in arrays]))
        rows += [list(pair) for pair in pairs[:: max(len(pairs) // 4, 1)]]
    if sheet is not None:
        save_sheet(sheet, rows)
    return found


def _pace(step: int, training: TokenizerTraining) -> float:
    """Share of the rate: a linear start, then half a cosine down to a fiftieth."""
    if step < training.warm_up:
        return (step + 1) / training.warm_up
    share = (step - training.warm_up) / max(training.steps - training.warm_up, 1)
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * share)))


def _average(average: nn.Module, net: nn.Module, kept: float) -> None:
    with torch.no_grad():
        for mean, value in zip(average.parameters(), net.parameters(), strict=True):
            mean.lerp_(value, 1 - kept)
