"""The films of a training run: those of named logs, and of cities, of which there are more and more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import UserError
from core.logs import open_log
from core.training.city_films import CityFilms
from core.training.films import SUFFIX, film_of, save_film
