"""Judging the films of arms, drive by drive, each kept when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from core.evaluation.film_cells import Figures, FilmCells, Judged, Pictures
from core.evaluation.studies.arms import Arm
from core.evaluation.studies.intervals import Unit
from core.evaluation.studies.subject import Staging, Subject

TRUTH = "truth"
Tell = Callable[[float, str], None]
Figuring = Callable[[Subject, Pictures], Figures]
"""What a film is worth."""


@dataclass
class Films:
    """Those that are judged, by arm, drive and seed."""

    judged: dict[str, dict[Unit, Judged]] = field(default_factory=dict)

    def add(self, arm: str, unit: Unit, judged: Judged) -> None:
        self.judged.setdefault(arm, {})[unit] = judged

    @property
    def arms(self) -> list[str]:
        """Without the truth."""
        return [name for name in self.judged if name != TRUTH]

    @property
    def drives(self) -> list[str]:
        return list(dict.fromkeys(drive for units in self.judged.values() for drive, _ in units))

    def values(self, arm: str, figure: str) -> dict[Unit, float | None]:
        """One figure of all films of an arm."""
        return {unit: each.figures.get(figure) for unit, each in self.judged.get(arm, {}).items()}

    def shown(self, drive: str) -> list[tuple[str, Judged]]:
        """Of one drive: a film by each arm, the truth first."""
        found = []
        for arm, units in self.judged.items():
            of_drive = [each for (name, _), each in units.items() if name == drive]
            found += [(arm, of_drive[0])] if of_drive else []
        return sorted(found, key=lambda pair: pair[0] != TRUTH)


def judged(
    drives: Sequence[Staging],
    arms: Sequence[Arm],
    seeds: Sequence[int],
    cells: FilmCells,
    figuring: Figuring,
    *,
    hz: float,
    tell: Tell = lambda share, text: None,
) -> Iterator[Films]:
    """Judge the films of all arms of each drive, one drive after the other; yields after every film. What the cells
    hold already is not made again.

    Args:
        drives: that no generator learned from.
        arms: in the order in which they are told of.
        seeds: of the noise, for arms that have any.
        cells: where the films are kept.
        figuring: judges a film.
        hz: frames a second, of the films that are shown.
        tell: told the share of the work that is done, and what is under way.
    """
    films = Films({TRUTH: {}, **{arm.name: {} for arm in arms}})
    work = [(drive, arm, seed) for drive in drives for arm in arms for seed in (seeds if arm.seeded else seeds[:1])]
    for number, (drive, arm, seed) in enumerate(work):
        tell(number / len(work), f"{drive.name}: {arm.name}")
        if (drive.name, 0) not in films.judged[TRUTH]:
            films.add(TRUTH, (drive.name, 0), cells.get(TRUTH, drive.name) or _truth(drive, cells, hz))
        key = arm.name, *arm.key, seed, drive.name
        films.add(arm.name, (drive.name, seed), cells.get(*key) or _film(drive, arm, seed, cells, figuring, hz, key))
        yield films


def _truth(drive: Staging, cells: FilmCells, hz: float) -> Judged:
    return cells.put(TRUTH, drive.name, figures={}, film=drive.subject.pictures, hz=hz)


def _film(
    drive: Staging,
    arm: Arm,
    seed: int,
    cells: FilmCells,
    figuring: Figuring,
    hz: float,
    key: tuple[object, ...],
) -> Judged:
    subject = drive.subject
    began_s = time.process_time()
    film = arm.film(subject, seed)
    seconds = (time.process_time() - began_s) / (len(film) - subject.given)
    figures = figuring(subject.shorter(len(film)), film)
    return cells.put(*key, figures=figures | {"seconds": seconds}, film=film, hz=hz)
