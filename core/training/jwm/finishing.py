"""Learning to finish pictures: what a trained generator makes of renders, against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import interpolate

from core.jwm.coupling import level_of
from core.jwm.detail import Finisher, as_fine_as, as_numbers, composed
from core.networks.devices import chosen_device, in_half
from core.networks.files import hash_of
from core.training.films import FilmFile, smaller
from core.training.jwm.pixelwise import train_pixelwise
from core.training.jwm.priors import PriorFile
from core.training.jwm.samples import PriorSamples
from core.training.jwm.stages import Finish
from core.training.worldgen.loop import Running
from core.worldgen.conditions import Conditions
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.reference import referring_for
from core.worldgen.rollout import Rollout, seeded_noise
from core.worldgen.schedule import step_list
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.losses import dissimilarity

_GIVEN = ("made", "render", "blurred", "fetched", "corrected", "there", "known", "mask")
_PICTURES = ("made", "render", "blurred", "fetched", "corrected")  # of these, RGB
_LEFT_OUT = "blurred"
"""A rendition whose pictures are blurred after they were drawn: what it misses of recorded ones nobody worked out."""
_STEPS = 4
_AT_ONCE = 32
_LIGHT = 0.6, 1.2
_LEAST_ERROR = 1e-4
"""Of the squared error: 40 dB is good enough."""
_UNKNOWN = 0.5
"""What is known less counts as what nobody looked at."""
_LEAST_SHARE = 0.005  # of a picture; fewer such pixels say nothing about it


@dataclass(frozen=True, eq=False)
class Shown:
    """Pictures that a generator made of a film by one scene, N of all cameras."""

    given: tuple[Tensor, ...]  # as a finisher takes them, pictures in bytes
    truth: Tensor  # [N, 3, H, W] bytes

    def crops(self, random: np.random.Generator, count: int, size: int) -> tuple[list[Tensor], Tensor]:
        """Square pieces, of so many pixels of the truth, mirrored or not, their colours exchanged, brighter or darker:
        what is given, and the truth."""
        latents = size * self.given[-1].shape[2] // self.truth.shape[2]
        pieces = [self._crop(random, latents) for _ in range(count)]
        return [torch.stack(each) for each in zip(*(given for given, _ in pieces), strict=True)], torch.stack(
            [truth for _, truth in pieces]
        )

    def _crop(self, random: np.random.Generator, size: int) -> tuple[list[Tensor], Tensor]:
        number = int(random.integers(len(self.truth)))
        height, width = self.given[-1].shape[2:]
        top, left = (int(random.integers(side - min(size, side) + 1)) for side in (height, width))
        mirrored, colours = bool(random.integers(2)), random.permutation(3).tolist()
        light = float(random.uniform(*_LIGHT))

        def piece(values: Tensor, *, is_picture: bool) -> Tensor:
            fine = values.shape[2] // height
            rows, columns = (slice(fine * first, fine * (first + size)) for first in (top, left))
            found = as_numbers(values[number, :, rows, columns])
            if is_picture:
                found = light * torch.unflatten(found, 0, (-1, 3))[:, colours].flatten(0, 1)
            return found.flip(-1) if mirrored else found

        given = [piece(each, is_picture=name in _PICTURES) for name, each in zip(_GIVEN, self.given, strict=True)]
        return given, piece(self.truth, is_picture=True)


class FinishingSamples:
    """What one generator makes of the films whose priors are there; made once, and kept."""

    def __init__(self, weights: Path, priors: PriorSamples, cache: Path, tokenizer: FrameTokenizer) -> None:
        """
        Args:
            weights: of the generator.
            priors: of films; with levels of noise that suit the generator.
            cache: folder of what it made.
            tokenizer: of the generator.
        """
        self._weights, self._priors, self._tokenizer = weights, priors, tokenizer
        self._folder = cache / hash_of(weights)
        self._network = load_worldgen(weights)

    def of(self, film: Path, priors: Path) -> list[Shown]:
        """What it makes of a film, by each scene."""
        file = self._folder / priors.parent.name / priors.name
        if not file.exists():
            self._make(film, priors, file)
        with safe_open(file, framework="pt") as read:
            truth = read.get_tensor("truth")
            numbers = _learned(PriorFile(priors))
            return [Shown(tuple(read.get_tensor(f"{name}.{i}") for name in _GIVEN), truth) for i in numbers]

    @torch.inference_mode()
    def _make(self, film: Path, priors: Path, file: Path) -> None:
        found, tokenizer, kept = PriorFile(priors), self._tokenizer, dict[str, Tensor]()
        chunk, frames = self._network.config.chunk, 0
        for number in _learned(found):
            latents, told = self._priors.whole(film, number)
            frames = latents.shape[1]
            made = self._made(latents[:, :chunk], told)
            prior, _ = found.window(number, chunk, frames)
            render = torch.from_numpy(found.renders(number)[chunk:frames])
            first, last = chunk * render.shape[1], frames * render.shape[1]
            kept |= {
                f"made.{number}": _decoded(tokenizer, made),
                f"render.{number}": render.flatten(0, 1).movedim(-1, 1),
                f"blurred.{number}": _decoded(tokenizer, prior.channels[:, :, :, : tokenizer.channels]),
                **{f"{name}.{number}": values[first:last] for name, values in found.fetched(number).items()},
                f"known.{number}": prior.known[0].flatten(0, 1).half(),
                f"mask.{number}": prior.mask[0].flatten(0, 1).half(),
            }
        truth = smaller(FilmFile(film).window(chunk, frames), kept["render.0"].shape[2]).images
        kept["truth"] = torch.from_numpy(truth).flatten(0, 1).movedim(-1, 1)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        save_file({name: value.contiguous() for name, value in kept.items()}, part)
        part.replace(file)

    def _made(self, first: Tensor, told: Conditions) -> Tensor:
        """Latents of all chunks after the first, each after those that it made itself."""
        network, origin = self._network, origin_of(self._weights)
        chunk, steps = network.config.chunk, 1 if level_of(origin) is None else _STEPS
        rollout = Rollout(
            network,
            noise=seeded_noise(0),
            steps=step_list(steps, network.config.shift),
            anew=origin.anew,
            referring=referring_for(network.config, self._tokenizer, anew=origin.anew),
        )
        rollout.see(first, told.frames(0, chunk))
        assert told.prior is not None
        begins = range(chunk, told.prior.shape[1], chunk)
        made = [rollout.go_on(told.frames(begin, begin + chunk), tuple(first.shape)) for begin in begins]
        return torch.cat(made, 1)


def train_finisher(
    samples: Sequence[Shown], checks: Sequence[Shown], run: Path, stage: Finish, running: Running
) -> Finisher:
    """Train until its steps are done or it is stopped; the same call goes on.

    Args:
        samples: to learn from.
        checks: never learned from.
        run: folder of the run.
        stage: how.
        running: how, too.

    Returns:
        The finisher of averaged weights.

    Raises:
        UserError: the run's folder holds another network.
    """
    device = chosen_device(running.device)

    def loss(finisher: Finisher, random: np.random.Generator) -> Tensor:
        chosen = samples[int(random.integers(len(samples)))]
        given, truth = chosen.crops(random, stage.batch, stage.crop)
        given, truth = [each.to(device) for each in given], truth.to(device)
        with in_half(device):
            pictures = finisher(*given)
        return _loss(pictures, truth, given[_GIVEN.index("known")], stage)

    return train_pixelwise(
        lambda: Finisher(stage.width), loss, lambda finisher: described(finisher, checks), run, stage, running
    )


@torch.inference_mode()
def described(finisher: Finisher, shown: Sequence[Shown]) -> str:
    """Mean PSNR in dB of all pictures: of the renders, composed without a finisher, finished; and the same of those
    parts of pictures at which nobody looked."""
    device = next(finisher.parameters()).device
    found, of_unknown = list[Tensor](), list[Tensor]()
    for each in shown:
        given, truth = [as_numbers(values).to(device) for values in each.given], as_numbers(each.truth).to(device)
        (made, render, blurred), known = given[:3], given[_GIVEN.index("known")]
        pictures = render, as_fine_as(render, made), composed(made, render, blurred, known), finisher(*given)
        errors = torch.stack([_errors(each.clamp(0, 1), truth) for each in pictures])
        found.append(_psnr(errors.mean((2, 3))).mean(1))
        unknown, enough = _unknown(known, truth)
        if bool(enough.any()):
            inside = unknown[enough]
            of_unknown.append(_psnr((errors[:, enough] * inside).sum((2, 3)) / inside.sum((1, 2))).mean(1))
    names = ("render", "generated", "with its detail", "finished")
    lines = []
    for what, values in (("", found), ("; where nobody looked: ", of_unknown)):
        means = torch.stack(values).mean(0).tolist() if values else []
        told = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, means, strict=False))
        lines.append(f"{what}{told} dB" if told else "")
    return "".join(lines)


def _loss(pictures: Tensor, truth: Tensor, known: Tensor, stage: Finish) -> Tensor:
    """Logarithm of the squared error of each picture, so that a good one counts as much as a poor one, and nobody gains
    by making good ones worse; the same of its parts at which nobody looked, which are too few to be heard otherwise;
    and what is not alike."""
    everywhere = torch.ones_like(truth[:, :1])
    alike = torch.stack([dissimilarity(*each) for each in zip(pictures, truth, everywhere, strict=True)])
    error = _errors(pictures, truth)
    unknown, enough = _unknown(known, truth)
    of_unknown = (error * unknown).sum((1, 2)) / unknown.sum((1, 2)).clamp_min(1.0)
    logs = [(each + _LEAST_ERROR).log() for each in (error.mean((1, 2)), of_unknown)]
    return logs[0].mean() + stage.unknown * (logs[1] * enough).mean() + stage.dissimilarity * alike.mean()


def _errors(pictures: Tensor, truth: Tensor) -> Tensor:
    """Squared ones of each pixel [N, H, W]."""
    return (pictures - truth).square().mean(1)


def _psnr(error: Tensor) -> Tensor:
    return -10 * error.clamp_min(1e-9).log10()


def _unknown(known: Tensor, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Which pixels [N, H, W] nobody looked at, and of which pictures [N] they are enough."""
    unknown = interpolate(known, pictures.shape[2:], mode="nearest")[:, 0] < _UNKNOWN
    return unknown, unknown.float().mean((1, 2)) >= _LEAST_SHARE


def _learned(priors: PriorFile) -> list[int]:
    """Numbers of the renditions that a finisher learns from."""
    return [number for number, name in enumerate(priors.renditions) if name != _LEFT_OUT]


def _decoded(tokenizer: FrameTokenizer, latents: Tensor) -> Tensor:
    """Bytes [T·V, 3, H, W] of latents [1, T, V, C, h, w]."""
    parts = torch.split(latents.flatten(0, 2), _AT_ONCE)
    return torch.cat([(tokenizer.decode(part).clamp(0, 1) * 255 + 0.5).to(torch.uint8) for part in parts])
