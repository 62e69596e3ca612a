"""What generators make of drives that they did not learn from."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.evaluation.features import FixedFeatures, frechet_distance
from core.evaluation.film_quality import film_figures
from core.logs import DrivingLog
from core.worldgen.clip import make_clip
from core.worldgen.conditions.film import Film, film_of
from core.worldgen.model.transformer import WorldGen
from core.worldgen.model.weights import load_worldgen, origin_of
from core.worldgen.reference import Referring
from core.worldgen.rollout import seeded_noise, stream
from core.worldgen.schedule import step_list
from core.worldgen.tokenizer import FrameTokenizer

Figures = dict[str, float | None]
Pictures = NDArray[np.float32]

CEILING, FLOOR = "tokenizer alone", "last given frame"
"""What no generator can exceed with this tokenizer, and what one that does nothing reaches."""

_BIDIRECTIONAL = "bidirectional"


@dataclass(frozen=True, eq=False)
class Generator:
    """A network, and how its sampler goes."""

    name: str
    network: WorldGen
    causal: bool
    anew: bool

    @classmethod
    def of(cls, path: Path) -> Generator:
        """
        Raises:
            UserError: the file is missing, damaged, or of another network.
        """
        origin = origin_of(path)
        return cls(origin.stage, load_worldgen(path), origin.stage != _BIDIRECTIONAL, origin.anew)


@dataclass(frozen=True, eq=False)
class Truth:
    """A drive as images of the size that a generator makes, and its latents."""

    name: str
    film: Film
    latents: Tensor  # [1, T, V, C, h, w]

    @property
    def frame_s(self) -> float:
        """Median time between frames."""
        return float(np.median(np.diff(self.film.viewpoints.t_ns[:, 0]))) * 1e-9

    @property
    def pictures(self) -> Pictures:
        return np.asarray(self.film.images / np.float32(255), np.float32)


@dataclass(eq=False)
class Evaluated:
    """Figures of one way to make films, by drive, and their pictures' features."""

    figures: list[Figures] = field(default_factory=list)
    features: list[NDArray[np.float64]] = field(default_factory=list)


def truth_of(log: DrivingLog, tokenizer: FrameTokenizer, *, height: int, patch: int, frames: int, chunk: int) -> Truth:
    """The beginning of a log: so many frames, or as many whole chunks as there are.

    Raises:
        UserError: the log is too short, or an image cannot be read.
    """
    camera = log.cameras[0].camera
    grain = tokenizer.stride * patch
    width = max(round(camera.width * height / camera.height / grain), 1) * grain
    film = film_of(log, (height, width))
    count = min(frames, len(film.viewpoints)) // chunk * chunk
    if count <= chunk:
        what = f"The log has {len(film.viewpoints)} frames; there must be more than {chunk}"
        raise UserError(what, path=log.path, remedy="Choose a longer one.")
    film = Film(film.viewpoints.frames(0, count), film.images[:count], film.layouts[:count], film.weather)
    images = torch.from_numpy(film.images).movedim(-1, 2).float() / 255
    with torch.inference_mode():
        latents = torch.stack([tokenizer.encode(frame) for frame in images])
    return Truth(log.name, film, latents[None])


def made_by(
    generator: Generator, truth: Truth, tokenizer: FrameTokenizer, *, steps: int, seed: int
) -> tuple[Pictures, float]:
    """What a generator makes of a drive after its first chunk, (T, V, H, W, 3), and processor seconds per frame set."""
    network = generator.network
    chunk, levels = network.config.chunk, step_list(steps, network.config.shift)
    conditions = truth.film.conditions(chunk=chunk, stride=tokenizer.stride)
    first, count = truth.latents[:, :chunk], truth.latents.shape[1]
    began_s = time.process_time()
    referring = Referring(tokenizer) if network.config.reference else None
    if generator.causal:
        later = (conditions.frames(begin, begin + chunk) for begin in range(chunk, count, chunk))
        options = {"seed": seed, "steps": levels, "anew": generator.anew, "referring": referring}
        chunks = stream(network, first, conditions.frames(0, chunk), later, **options)  # type: ignore[arg-type]
        latents = torch.cat([first, *chunks], 1)
    else:
        latents = make_clip(network, first, conditions, noise=seeded_noise(seed), steps=levels, referring=referring)
    pictures = shown(latents[0], tokenizer)
    return pictures, (time.process_time() - began_s) / (count - chunk)


@torch.inference_mode()
def shown(latents: Tensor, tokenizer: FrameTokenizer) -> Pictures:
    """Pictures (T, V, H, W, 3) of latents [T, V, C, h, w]."""
    return torch.stack([tokenizer.decode(frame) for frame in latents]).movedim(2, -1).numpy()


def evaluated(
    truths: Sequence[Truth],
    generators: Sequence[Generator],
    tokenizer: FrameTokenizer,
    *,
    steps: Sequence[int],
    seeds: Sequence[int],
    tell: Callable[[float, str], None] = lambda share, text: None,
    look: Callable[[str, Truth, Pictures], None] = lambda name, truth, made: None,
) -> dict[str, Figures]:
    """Mean figures of each generator by number of steps, and of the ceiling and the floor beside them.

    Args:
        truths: drives that none of them learned from.
        generators: of one size of pictures and of chunks.
        tokenizer: of their latents.
        steps: numbers of steps of the sampler.
        seeds: of the noise; means are over all.
        tell: told the share of the work that is done, and what is under way.
        look: shown each film that was made, of the first seed.

    Returns:
        By "stage, steps": what `film_figures` says, `feature_distance`, `seconds` of the processor per frame set.
    """
    chunk = generators[0].network.config.chunk
    features = FixedFeatures()
    found: dict[str, Evaluated] = {}
    known = np.concatenate(
        [features(truth.pictures[chunk:].reshape(-1, *truth.pictures.shape[2:])) for truth in truths]
    )

    def judge(name: str, truth: Truth, made: Pictures, seconds: float | None) -> None:
        each = found.setdefault(name, Evaluated())
        figures = film_figures(truth.pictures, made, given=chunk, chunk=chunk, frame_s=truth.frame_s)
        each.figures.append(figures | {"seconds": seconds})
        each.features.append(features(made[chunk:].reshape(-1, *made.shape[2:])))

    work = [
        (truth, generator, count, seed)
        for truth in truths
        for generator in generators
        for count in steps
        for seed in seeds
    ]
    for truth in truths:
        judge(CEILING, truth, shown(truth.latents[0], tokenizer), None)
        still = truth.pictures.copy()
        still[chunk:] = still[chunk - 1]
        judge(FLOOR, truth, still, None)
    for number, (truth, generator, count, seed) in enumerate(work):
        name = f"{generator.name}, {count} step{'s' if count > 1 else ''}"
        tell(number / len(work), f"{truth.name}: {name}")
        made, seconds = made_by(generator, truth, tokenizer, steps=count, seed=seed)
        judge(name, truth, made, seconds)
        if seed == seeds[0]:
            look(name, truth, made)
    return {
        name: _means(each.figures) | {"feature_distance": frechet_distance(np.concatenate(each.features), known)}
        for name, each in found.items()
    }


def _means(figures: Sequence[Figures]) -> Figures:
    means: Figures = {}
    for name in figures[0]:
        values = [value for each in figures if (value := each[name]) is not None]
        means[name] = float(np.mean(values)) if values else None
    return means
