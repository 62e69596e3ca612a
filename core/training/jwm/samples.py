"""Windows of films with what scenes show of them, for the stages of JWM to learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.jwm.coupling import told_of
from core.jwm.prior import Prior
from core.jwm.surfaces import warp_through
from core.jwm.tokens import mirrored_tokens, tokens_at
from core.training.encoded_films import EncodedFilm
from core.training.film_samples import FilmSamples
from core.training.jwm.priors import PriorFile
from core.training.jwm.renditions import RENDITIONS
from core.training.mirroring import mirrored
from core.worldgen.conditions import Conditions
from core.worldgen.tokenizer import FrameTokenizer

PriorFilms = Callable[[], Sequence[tuple[Path, Path]]]
"""Answers files of films, and of the priors of each."""

_CHECKED = "reconstructed"
"""The rendition that checks look at: what a scene is when a user generates from it."""
_MOST_HOLES = 4


@dataclass(frozen=True)
class Levels:
    """Of noise that denoising starts with where all is known. A share of the samples is repaired without any."""

    low: float = 0.1
    high: float = 0.9
    repaired: float = 0.2  # of the samples: no noise anywhere
    checked: float = 0.4  # of what is checked

    def drawn(self, random: np.random.Generator) -> float | None:
        """None for one that is repaired."""
        return None if random.random() < self.repaired else float(random.uniform(self.low, self.high))


REPAIR = Levels(repaired=1.0)


class PriorSamples(FilmSamples):
    """Samples of films whose priors are there, also of those that come meanwhile."""

    def __init__(
        self,
        films: PriorFilms,
        checks: Sequence[tuple[Path, Path]],
        cache: Path,
        tokenizer: FrameTokenizer,
        levels: Levels,
        *,
        height: int,
        chunk: int,
    ) -> None:
        """As `FilmSamples`, and

        Args:
            films: answers files of films and of their priors.
            checks: the same of those that are never learned from.
            levels: of noise.
        """
        self._priors = dict(checks)
        self._levels = levels

        def found() -> list[Path]:
            self._priors.update(films())
            return list(self._priors.keys() - {film for film, _ in checks})

        super().__init__(found, [film for film, _ in checks], cache, tokenizer, height=height, chunk=chunk)

    @property
    def levels(self) -> Levels:
        return self._levels

    @property
    def described(self) -> str:
        of_checks = [PriorFile(self._priors[film]).psnr[_CHECKED] for film in self._checks]
        renders = f"; renders of what is checked have {np.mean(of_checks):.1f} dB" if of_checks else ""
        return f"{super().described}, each by {len(RENDITIONS)} scenes{renders}"

    def window(
        self, film: EncodedFilm, begin: int, end: int, random: np.random.Generator | None
    ) -> tuple[Tensor, Conditions]:
        names = PriorFile(self._priors[film.path]).renditions
        chosen = names.index(_CHECKED) if random is None else int(random.integers(len(names)))
        return self._shown(film, begin, end, chosen, random)

    def whole(self, film: Path, rendition: int) -> tuple[Tensor, Conditions]:
        """Latents and conditions of a film as far as its chunks are complete, as one of its scenes shows it."""
        if film not in self._priors:
            self._look()
        encoded = self._encoded(film)
        return self._shown(encoded, 0, len(encoded) // self._chunk * self._chunk, rendition, None)

    def _shown(
        self, film: EncodedFilm, begin: int, end: int, chosen: int, random: np.random.Generator | None
    ) -> tuple[Tensor, Conditions]:
        mirror = random is not None and bool(random.integers(2))
        latents, told = film.window(begin, end, mirror=mirror)
        priors = PriorFile(self._priors[film.path])
        prior, surfaces = priors.window(chosen, begin, end, mirror=mirror)
        views = film.viewpoints(begin, end)
        poses = torch.from_numpy(surfaces.world_from_actor[(end - begin) // 2])
        tokens = tokens_at(priors.tokens(chosen), views, poses)
        warp = warp_through(surfaces, views, None, chunk=self._chunk)
        seen = Conditions(warp=warp[None], scene=tokens)
        if mirror:
            seen = replace(mirrored(seen), scene=mirrored_tokens(tokens))
        told = replace(told, warp=seen.warp, beside=None, scene=seen.scene)
        if random is None:
            return latents, told_of(told, prior, None if self._levels.repaired == 1.0 else self._levels.checked)
        return latents, told_of(told, with_holes(prior, random), self._levels.drawn(random))


def with_holes(prior: Prior, random: np.random.Generator) -> Prior:
    """A prior in which rectangles are missing, the same in all frames of a camera."""
    height, width = prior.mask.shape[-2:]
    kept = torch.ones_like(prior.mask)
    for _ in range(int(random.integers(_MOST_HOLES + 1))):
        view = int(random.integers(kept.shape[2]))
        top, left = int(random.integers(height)), int(random.integers(width))
        rows, columns = (1 + int(random.integers(max(size // 2, 1))) for size in (height, width))
        kept[:, :, view, :, top : top + rows, left : left + columns] = 0.0
    return Prior(prior.channels * kept, prior.mask * kept, prior.known * kept)
