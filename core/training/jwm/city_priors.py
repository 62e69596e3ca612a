"""Priors of the demo city's films, made drive by drive and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.city import CityDrive
from core.jwm.recordings import Recordings
from core.logs import DrivingLog, open_log
from core.training.city_films import TWIN, CityFilms, spec_of
from core.training.city_logs import FIRST_SEED, CityLogs
from core.training.city_twins import twin_of
from core.training.film_samples import fingerprint
from core.training.films import SUFFIX as FILM_SUFFIX
from core.training.films import FilmFile
from core.training.jwm.priors import SUFFIX, save_priors
from core.training.jwm.renditions import Rendition, renditions, staged
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.config import Preset

_NOT_ITSELF_S = 0.35
"""A frame of the drive itself is not told what was recorded so near to it: that is what it shall look like."""


class CityPriors:
    """Priors of the films of as many cities as were asked for; a call of `grow` makes those of the next drive.

    The drive's log is made where it is missing, and so are its films.
    """

    def __init__(
        self,
        cache: Path,
        preset: Preset,
        count: int,
        tokenizer: FrameTokenizer,
        height: int,
        first_seed: int = FIRST_SEED,
    ) -> None:
        self.folder = cache / "priors" / preset / f"{fingerprint(tokenizer)}-{height}-fine"
        self.films = CityFilms(cache, preset, count, first_seed)
        self._logs = CityLogs(cache, preset, count, first_seed)
        self._preset, self._first_seed, self._height = preset, first_seed, height
        self.tokenizer = tokenizer

    def there(self) -> list[tuple[Path, Path]]:
        """Files of films, and of their priors, that are there."""
        return [(film, priors) for film in self.films.there() if (priors := self._path(film)).exists()]

    def grow(self, tell: Callable[[str], None]) -> bool:
        """Make the priors of the next drive's films; False when all are there.

        Raises:
            UserError: no weights of WorldRec are there, or a file cannot be written.
        """
        for number in range(self.films.count):
            missing = [film for film in self.films.paths(number) if not self._path(film).exists()]
            if missing:
                self._logs.make(number)
                self.films.make(number)
                self._make(number, missing, tell)
                return True
        return False

    def _make(self, number: int, missing: list[Path], tell: Callable[[str], None]) -> None:
        seed = self._first_seed + number
        log = open_log(self._logs.path(number))
        drive = CityDrive(spec_of(self._preset, seed, number))
        scenes = list(renditions(log, seed, self._preset))
        for film in missing:
            is_twin = TWIN in film.name
            driven = twin_of(drive) if is_twin else drive
            quality = save_priors(
                FilmFile(film),
                _staged(scenes, driven, log),
                self._path(film),
                self.tokenizer,
                names=[mount.name for mount in drive.spec.cameras.cameras],
                world_from_film=log.source_from_world.inverse(),
                start_ns=log.start_ns,
                height=self._height,
                recordings=partial(Recordings, log, least_apart_s=0.0 if is_twin else _NOT_ITSELF_S),
            )
            listed = ", ".join(f"{name} {value:.1f}" for name, value in quality.items())
            tell(f"{film.name.removesuffix(FILM_SUFFIX)}: {listed} dB")

    def _path(self, film: Path) -> Path:
        return self.folder / film.name.replace(FILM_SUFFIX, SUFFIX)


def _staged(scenes: list[Rendition], drive: CityDrive, log: DrivingLog) -> Iterator[Rendition]:
    for each in scenes:
        yield replace(each, scene=staged(each.scene, log, drive))
