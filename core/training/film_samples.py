"""Windows of films as latents and conditions, for the stages of WorldGen to learn from."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.errors import UserError
from core.training.city_films import relit_file
from core.training.encoded_films import EncodedFilm
from core.training.worldgen.batches import Batch
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.weather import WEATHER_SIZE
from core.worldgen.depths import Depths
from core.worldgen.tokenizer import FrameTokenizer

logger = logging.getLogger(__name__)

_LOOK_EVERY = 20  # batches
RELIT = 0.25
"""Share of the samples that begin under another weather: what a drive looks like is not only what it looked like."""
_STILL = 0.15  # of the samples


class FilmSamples:
    """Samples of films, also of those that come meanwhile."""

    def __init__(
        self,
        films: Callable[[], Sequence[Path]],
        checks: Sequence[Path],
        cache: Path,
        tokenizer: FrameTokenizer,
        *,
        height: int,
        chunk: int,
        depths: Depths | None = None,
        relit: float = 0.0,
    ) -> None:
        """
        Args:
            films: answers the files of films; asked again now and then.
            checks: files of films that are never learned from.
            cache: folder of latents.
            tokenizer: makes them.
            height: of the images that they stand for.
            chunk: frames that are generated at once; windows begin with a chunk.
            depths: of their pictures; without it, the world is a plain street.
            relit: share of the samples that begin under another weather, of films that are there under two.
        """
        self._share_relit = relit
        self._depths = depths
        self._films, self._checks = films, checks
        self._height, self._chunk = height, chunk
        self._tokenizer = tokenizer
        self._folder = cache / fingerprint(tokenizer)
        self._known: dict[Path, EncodedFilm | None] = {}
        self._relit: dict[Path, EncodedFilm | None] = {}  # by the film under the first weather
        self._asked = 0

    @property
    def pictures(self) -> FrameTokenizer:
        return self._tokenizer

    @property
    def described(self) -> str:
        known = sum(film is not None for film in self._known.values())
        return f"{known} films, {self._height} pixels high, as latents of the tokenizer {self._folder.name}"

    @cached_property
    def checks(self) -> list[Batch]:
        """Whole films, one each, as far as their chunks are complete."""
        films = (self._encoded(path) for path in self._checks)
        return [self._batch([(film, 0)], len(film) // self._chunk * self._chunk, None) for film in films]

    def batch(self, random: np.random.Generator, count: int, frames: int) -> Batch:
        """Windows of films at random, all of rigs of as many cameras.

        Raises:
            UserError: no film is that long.
        """
        if self._asked % _LOOK_EVERY == 0:
            self._look()
        self._asked += 1
        films = [film for film in self._known.values() if film is not None and len(film) >= frames]
        if not films:
            raise UserError(f"No film has {frames} frames", remedy="Learn from longer logs, or from cities.")
        first = films[int(random.integers(len(films)))]
        alike = [film for film in films if film.views == first.views]
        chosen = [first, *(alike[int(random.integers(len(alike)))] for _ in range(count - 1))]
        begins = [self._chunk * int(random.integers((len(film) - frames) // self._chunk + 1)) for film in chosen]
        return self._batch(list(zip(chosen, begins, strict=True)), frames, random)

    def window(
        self, film: EncodedFilm, begin: int, end: int, random: np.random.Generator | None
    ) -> tuple[Tensor, Conditions]:
        """Latents and conditions of some frames of a film, before which nothing was; None to check by them.

        Of two that are learned from one is seen in a mirror: few cities look more like many. In some, time stands
        still: egos rarely stop, and what a network adds to a picture that nothing moves, it adds with every chunk.
        """
        if random is None:
            return film.window(begin, end)
        mirror, still = bool(random.integers(2)), bool(random.random() < _STILL)
        return film.window(begin, end, mirror=mirror, still=still)

    def _look(self) -> None:
        for path in self._films():
            if path not in self._known:
                self._known[path] = self._readable(path)
            if self._share_relit and path not in self._relit and (other := relit_file(path)).exists():
                self._relit[path] = self._readable(other)

    def _readable(self, path: Path) -> EncodedFilm | None:
        try:
            return self._encoded(path)
        except UserError as error:
            logger.warning("a film is left out of the training: %s", error)
            return None

    def _encoded(self, path: Path) -> EncodedFilm:
        return EncodedFilm(path, self._folder, self._tokenizer, self._height, self._depths, chunk=self._chunk)

    def _batch(
        self, chosen: Sequence[tuple[EncodedFilm, int]], frames: int, random: np.random.Generator | None
    ) -> Batch:
        relit = [None if random is None else self._under_another(film, random) for film, _ in chosen]
        if random is None or not any(relit):
            windows = [self.window(film, begin, begin + frames, random) for film, begin in chosen]
            return Batch(torch.cat([latents for latents, _ in windows]), stacked([each for _, each in windows]))
        mirror = bool(random.integers(2))  # of the whole batch; time goes on in all of it
        pieces = []
        for (film, begin), other in zip(chosen, relit, strict=True):
            ends = [film, other or film]
            random.shuffle(ends)
            start = ends[0].window(begin, begin + self._chunk, mirror=mirror)[0]
            pieces.append((start, *ends[1].window(begin, begin + frames, mirror=mirror)))
        begun, latents, conditions = zip(*pieces, strict=True)
        return Batch(torch.cat(latents), stacked(conditions), begun=torch.cat(begun))

    def _under_another(self, film: EncodedFilm, random: np.random.Generator) -> EncodedFilm | None:
        """Now and then the same drive under another weather."""
        return self._relit.get(film.path) if random.random() < self._share_relit else None


def stacked(conditions: Sequence[Conditions]) -> Conditions:
    """Conditions of several films as one; weather that only some know is left out of the others."""
    known = torch.tensor([each.weather is not None for each in conditions])
    nothing = torch.zeros(1, WEATHER_SIZE)
    weather = torch.cat([nothing if each.weather is None else each.weather for each in conditions])
    joined: dict[str, Any] = {
        name: torch.cat([value for each in conditions if (value := getattr(each, name)) is not None])
        for name in ("layout", "rays", "ego_motion", "warp", "beside", "prior", "prior_mask", "start_level", "scene")
        if getattr(conditions[0], name) is not None
    }
    found = Conditions(**joined)
    return replace(found, weather=weather, kept={"weather": known}) if bool(known.any()) else found


def fingerprint(tokenizer: FrameTokenizer) -> str:
    """Latents of other weights are others; those of the decoder may change."""
    digest = hashlib.sha256()
    for name, value in sorted(tokenizer.state_dict().items()):
        if name.startswith("decoder."):
            continue
        digest.update(name.encode())
        plain = value.detach().cpu() + 0.0  # averaging turns -0 into 0, which is as good
        digest.update(plain.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
