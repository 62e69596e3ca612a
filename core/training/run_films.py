"""The films of a training run: those of named logs, and of cities, of which there are more and more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from core.errors import UserError
from core.logs import open_log
from core.training.city_films import SIZES, CityFilms
from core.training.films import FOLDER, SUFFIX, save_film
from core.training.log_folders import logs_in
from core.training.options import TrainingOptions
from core.worldgen.conditions.film import film_of

logger = logging.getLogger(__name__)

CHECK_EVERY, MOST_CHECKS = 8, 4  # every eighth log is never learned from, at most so many
CHECK_CITIES, CHECK_SEED = 2, 901


class RunFilms:
    """Films that were made of the logs of a run, and of cities. Of many some are for checks, and never learned from."""

    def __init__(self, options: TrainingOptions, tell: Callable[[str], None]) -> None:
        """
        Raises:
            UserError: a path that was named holds no log, or no film can be made.
        """
        self._cities = CityFilms(options.cache, options.preset, options.cities, relit=True)
        count = CHECK_CITIES if options.cities >= CHECK_EVERY else 0
        checks = CityFilms(options.cache, options.preset, count, CHECK_SEED)
        named = [film for path in options.logs for log in logs_in(path) if (film := _filmed(options, log)) is not None]
        if options.cities and not self._cities.there():
            tell("Filming the first cities")
            self._cities.grow()
        while checks.grow():
            pass
        self.checks = [*named[CHECK_EVERY - 1 :: CHECK_EVERY][:MOST_CHECKS], *checks.there()]
        self._named = [film for film in named if film not in self.checks]
        if not self.there():
            raise UserError("No log can be learned from", remedy="The log file says what is wrong with each.")

    def there(self) -> list[Path]:
        """Files of those to learn from."""
        return [*self._named, *self._cities.there()]

    def grow(self) -> list[Path]:
        """Film one city more, if any is missing, and answer all."""
        self._cities.grow()
        return self.there()


def _filmed(options: TrainingOptions, log: Path) -> Path | None:
    """The film of a log, made once and kept; None with a warning if it cannot be made."""
    # Logs of one name may lie in many folders.
    where = hashlib.sha256(str(log.absolute().parent).encode()).hexdigest()[:8]
    path = options.cache / FOLDER / options.preset / where / f"{log.name}{SUFFIX}"
    if not path.exists():
        width, height = SIZES[options.preset][:2]
        try:
            save_film(film_of(open_log(log), (height, width)), path)
        except UserError as error:
            logger.warning("a log is left out of the training: %s", error)
            return None
    return path
