"""A table of what generators are worth: each at several numbers of steps, on the same drives and seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.evaluation.features import FixedFeatures, frechet_distance
from core.evaluation.film_cells import Figures, FilmCells, Judged, Pictures
from core.evaluation.film_quality import film_figures
from core.evaluation.generation import Generator, Truth, made_by, shown
from core.evaluation.obeying import Obeying
from core.worldgen.tokenizer import FrameTokenizer

RECORDED = "recorded"
CEILING, FLOOR = "tokenizer alone", "last given frame"
"""What no generator can exceed with this tokenizer, and what one that does nothing reaches."""

DEFAULT_STEPS = 4
Tell = Callable[[float, str], None]


@dataclass
class Table:
    """Films by way to make them, as many as there are so far."""

    films: dict[str, list[Judged]]
    strips: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # by drive: ways and pictures
    known: list[NDArray[np.float32]] = field(default_factory=list)  # features of what was recorded

    def add(self, way: str, drive: str, judged: Judged, *, shows: bool) -> None:
        self.films[way].append(judged)
        if shows and judged.strip is not None:
            self.strips.setdefault(drive, []).append((way, judged.strip))

    def means(self) -> dict[str, Figures]:
        """Mean figures of each way, `films`, the number of its films, and their `feature_distance`."""
        known = np.concatenate(self.known).astype(np.float64)
        found: dict[str, Figures] = {}
        for way, judged in self.films.items():
            features = [each.features for each in judged if each.features.size]
            if features:
                distance = frechet_distance(np.concatenate(features).astype(np.float64), known)
                counted: Figures = {"films": float(len(features)), "feature_distance": distance}
                found[way] = _means([each.figures for each in judged]) | counted
        return found


def evaluated(
    truths: Sequence[Truth],
    generators: Sequence[Generator],
    tokenizer: FrameTokenizer,
    cells: FilmCells,
    *,
    steps: Sequence[int],
    seeds: Sequence[int],
    steered: int = 1,
    tell: Tell = lambda share, text: None,
) -> Iterator[Table]:
    """Judge generators at numbers of steps, and the ceiling and the floor beside them; yields after every film.

    What the cells hold already is not made again. The default number of steps comes first, then the others as they
    grow, so that whoever stops early has the cheap films of all generators.

    Args:
        truths: drives that none of them learned from.
        generators: of one size of chunks.
        tokenizer: of their latents.
        cells: where the films are kept.
        steps: numbers of steps of the sampler.
        seeds: of the noise; means are over all.
        steered: of so many drives, what generators obey is judged too, at one number of steps.
        tell: told the share of the work that is done, and what is under way.
    """
    ordered = sorted(steps, key=lambda count: (count != DEFAULT_STEPS, count))
    table = Table(
        {way: [] for way in (CEILING, FLOOR, *(way_of(g.name, n) for g in generators for n in sorted(steps)))}
    )
    judge = _Judge(tokenizer, cells, generators[0].network.config.chunk)
    for truth in truths:
        recorded, *bounds = judge.bounds(truth)
        table.known.append(recorded.features)
        table.strips[truth.name] = [(RECORDED, recorded.strip or "")]
        for way, judged in zip((CEILING, FLOOR), bounds, strict=True):
            table.add(way, truth.name, judged, shows=True)
    yield table
    films = [(n, g, truth, seed) for n in ordered for g in generators for truth in truths for seed in seeds]
    for number, (count, generator, truth, seed) in enumerate(films):
        way = way_of(generator.name, count)
        tell(number / len(films), f"{truth.name}: {way}")
        table.add(way, truth.name, judge.film(generator, truth, count, seed), shows=seed == seeds[0])
        if count == ordered[0] and seed == seeds[0] and truth in truths[:steered]:
            tell(number / len(films), f"{truth.name}: {way}, steered and under other weathers")
            table.add(way, truth.name, judge.obeying(generator, truth, count, seed), shows=False)
        yield table


def way_of(generator: str, steps: int) -> str:
    return f"{generator}, {steps} step{'s' if steps > 1 else ''}"


class _Judge:
    """Looks films up, or makes and judges them."""

    def __init__(self, tokenizer: FrameTokenizer, cells: FilmCells, chunk: int) -> None:
        self._tokenizer, self._cells, self._chunk = tokenizer, cells, chunk
        self._features = FixedFeatures()
        self._obeying: dict[tuple[str, int], Obeying] = {}

    def bounds(self, truth: Truth) -> list[Judged]:
        """What was recorded itself, the ceiling and the floor."""
        still = truth.pictures.copy()
        still[self._chunk :] = still[self._chunk - 1]
        films = ((RECORDED, truth.pictures), (CEILING, shown(truth.latents[0], self._tokenizer)), (FLOOR, still))
        return [self._judged(truth, film, None, way, truth.name) for way, film in films]

    def film(self, generator: Generator, truth: Truth, steps: int, seed: int) -> Judged:
        key = generator.name, generator.hash, steps, seed, truth.name
        if (found := self._cells.get(*key)) is not None:
            return found
        film, seconds = made_by(generator, truth, self._tokenizer, steps=steps, seed=seed)
        return self._judged(truth, film, seconds, *key)

    def obeying(self, generator: Generator, truth: Truth, steps: int, seed: int) -> Judged:
        key = "obeying", generator.name, generator.hash, steps, seed, truth.name
        if (found := self._cells.get(*key)) is not None:
            return found
        own = truth.of(generator)
        if (own.name, own.height) not in self._obeying:
            self._obeying[own.name, own.height] = Obeying(own, self._tokenizer, self._chunk)
        figures = self._obeying[own.name, own.height].figures(generator, steps=steps, seed=seed)
        return self._cells.put(*key, figures=figures)

    def _judged(self, truth: Truth, film: Pictures, seconds: float | None, *key: object) -> Judged:
        figures = film_figures(truth.pictures, film, given=self._chunk, chunk=self._chunk, frame_s=truth.frame_s)
        features = self._features(film[self._chunk :].reshape(-1, *film.shape[2:]))
        return self._cells.put(*key, figures=figures | {"seconds": seconds}, features=features, film=film)


def _means(figures: Sequence[Figures]) -> Figures:
    means: Figures = {}
    for name in dict.fromkeys(name for each in figures for name in each):
        values = [value for each in figures if (value := each.get(name)) is not None]
        means[name] = float(np.mean(values)) if values else None
    return means
