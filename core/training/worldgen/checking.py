"""What a network makes of drives that it never learned from, and whether that is about to collapse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from core.training.sheets import save_sheet
from core.training.worldgen.batches import Batch
from core.training.worldgen.lesson import Lesson
from core.training.worldgen.stages import Stage
from core.worldgen.reference import Pictures
from core.worldgen.rollout import seeded_noise
from core.worldgen.schedule import step_list

_SHOWN = 6  # frames of a sheet's row
_TRIALS = 4  # draws of the loss on drives that were held out
_FILM_HZ = 10


@dataclass(frozen=True)
class Checked:
    """Means over the checked drives; motion and saturation relative to those of the truth."""

    psnr: float
    motion: float
    saturation: float
    loss: float

    def as_figures(self) -> dict[str, float]:
        return {"psnr": self.psnr, "motion": self.motion, "saturation": self.saturation, "loss": self.loss}

    def collapse(self, stage: Stage) -> str | None:
        """What has gone wrong, if anything."""
        if self.motion < stage.least_motion:
            return f"motion fell to {self.motion:.2f} of the truth's"
        if self.saturation > stage.most_saturation:
            return f"saturation rose to {self.saturation:.2f} of the truth's"
        return None


@torch.no_grad()
def check(
    lesson: Lesson, checks: Sequence[Batch], pictures: Pictures, device: torch.device, steps: int, out: Path | None
) -> Checked:
    """Make the checked drives after their first chunk, each with the same noise every time.

    Args:
        lesson: whose running mean is checked.
        checks: drives, one to a batch.
        pictures: turns latents into pictures.
        device: where the network is.
        steps: of the sampler.
        out: where a sheet (`.png`) and a film (`.mp4`) of them go, without the suffix.
    """
    chunk, shift = lesson.network.config.chunk, lesson.network.config.shift
    figures, rows, films = [], [], []
    for number, each in enumerate(checks):
        batch = each.to(device) if lesson.causal else each.frames(0, lesson.stage.frames).to(device)
        made = lesson.made(batch, noise=seeded_noise(number, device), steps=step_list(steps, shift))
        truth, found = decoded(pictures, batch.latents)[:, chunk:], decoded(pictures, made)[:, chunk:]
        error = (truth - found).square().flatten(2).mean(2)
        figures.append(
            (
                float((-10 * error.clamp_min(1e-10).log10()).mean()),
                _motion(found) / max(_motion(truth), 1e-6),
                _saturation(found) / max(_saturation(truth), 1e-6),
                _held_out(lesson, batch),
            )
        )
        middle = truth.shape[2] // 2
        shown = np.linspace(0, truth.shape[1] - 1, _SHOWN).astype(int)
        rows += [[film[0, i, middle] for i in shown] for film in (truth, found)]
        films.append(torch.cat([torch.cat(list(film[0].unbind(1)), 3) for film in (truth, found)], 2))
    if out is not None:
        save_sheet(out.with_suffix(".png"), rows)
        save_film(out.with_suffix(".mp4"), torch.cat(films, 0))
    return Checked(*np.mean(figures, 0).tolist())


def decoded(pictures: Pictures, latents: Tensor) -> Tensor:
    """Pictures [B, T, V, 3, H, W] of latents [B, T, V, C, h, w]."""
    flat = pictures.decode(latents.flatten(0, 2))
    return flat.view(*latents.shape[:3], *flat.shape[1:])


def save_film(path: Path, frames: Tensor) -> None:
    """Write frames [T, 3, H, W] in [0, 1] as a film."""
    height, width = frames.shape[-2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), _FILM_HZ, (width, height))
    for image in _bytes(frames):
        writer.write(image)
    writer.release()


def _bytes(frames: Tensor) -> Iterator[np.ndarray]:
    for frame in frames:
        rgb = (frame.cpu().clamp(0, 1).movedim(0, -1).numpy() * 255 + 0.5).astype(np.uint8)
        yield np.ascontiguousarray(rgb[..., ::-1])


def _motion(film: Tensor) -> float:
    """How much neighbouring frames differ."""
    return float((film[:, 1:] - film[:, :-1]).abs().mean())


def _saturation(film: Tensor) -> float:
    """How far the colours are from grey."""
    return float((film.amax(3) - film.amin(3)).mean())


def _held_out(lesson: Lesson, batch: Batch) -> float:
    """The loss of the network as it learns, by the same draws every time; of as many frames as it learns from, of the
    camera in the middle: of a whole drive of all cameras it would take as long as a hundred steps."""
    batch = batch.frames(0, lesson.stage.frames).cameras([batch.latents.shape[2] // 2])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return float(np.mean([float(lesson(batch, 0, trial)["loss"].detach()) for trial in range(_TRIALS)]))
