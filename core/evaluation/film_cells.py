"""Films that were judged, each in files of its own, so that an evaluation that was cut short goes on."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.export.clips.encoding import Mp4Writer
from core.image_bytes import image_bytes

FOLDER = "films"
_SHOWN = 6  # frames of a row of pictures
_CLIP_HEIGHT = 128  # pixels

Figures = dict[str, float | None]
Pictures = NDArray[np.float32]
"""(T, V, H, W, 3) in [0, 1]."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What a film is worth."""

    figures: Figures
    features: NDArray[np.float32]  # (n, k) of its pictures; (0, 0) where only its figures count
    strip: str | None  # picture of some of its frames, as the page names it
    clip: str | None = None  # all of its frames, as the page names them


class FilmCells:
    """Figures, features and a strip of pictures of each film in a folder."""

    def __init__(self, folder: Path, setting: str) -> None:
        """
        Args:
            folder: of the evaluation.
            setting: all that the films have in common, as text; those of another setting are not found.
        """
        self._folder, self._setting = folder, setting

    def get(self, *key: object) -> Judged | None:
        """A film that was judged before; None if it was not, or not to the end.

        Args:
            key: all that tells the film from others.
        """
        path = self._path(key)
        try:
            figures = json.loads(path.with_suffix(".json").read_text())
            features = np.load(path.with_suffix(".npy"))
        except (OSError, ValueError):
            return None
        return self._found(path, figures, features)

    def put(
        self,
        *key: object,
        figures: Figures,
        features: NDArray[np.float64] | None = None,
        film: Pictures | None = None,
        hz: float | None = None,
    ) -> Judged:
        """Keep what a film is worth.

        Args:
            key: all that tells the film from others.
            figures: of it.
            features: (n, k) of its pictures, if they count.
            film: to show some frames of the middle camera of.
            hz: frames a second of a clip of all cameras; none if None.

        Raises:
            UserError: the folder cannot be written.
        """
        path = self._path(key)
        kept = np.zeros((0, 0), np.float32) if features is None else features.astype(np.float32)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if film is not None:
                shown = film[np.linspace(0, len(film) - 1, _SHOWN).round().astype(int), film.shape[1] // 2]
                pixels = (np.nan_to_num(np.concatenate(list(shown), 1)).clip(0, 1) * 255 + 0.5).astype(np.uint8)
                path.with_suffix(".png").write_bytes(image_bytes(pixels, ".png"))
                if hz is not None:
                    _write_clip(path.with_suffix(".mp4"), film, hz)
            np.save(path.with_suffix(".npy"), kept)
            # The last to be written: it tells that the others are whole.
            path.with_suffix(".json").write_text(json.dumps(figures))
        except OSError as error:
            raise UserError(f"The report cannot be written ({error.strerror})", path=self._folder) from error
        return self._found(path, figures, kept)

    def _found(self, path: Path, figures: Figures, features: NDArray[np.float32]) -> Judged:
        shown = (path.with_suffix(ending) for ending in (".png", ".mp4"))
        return Judged(figures, features, *(f"{FOLDER}/{each.name}" if each.exists() else None for each in shown))

    def _path(self, key: tuple[object, ...]) -> Path:
        told = "-".join(re.sub(r"[^A-Za-z0-9]+", "_", str(part)) for part in key)
        digest = hashlib.sha256(repr((self._setting, *key)).encode()).hexdigest()[:8]
        return self._folder / FOLDER / f"{told}-{digest}"


def _write_clip(path: Path, film: Pictures, hz: float) -> None:
    """All cameras beside each other."""
    width = round(film.shape[3] * _CLIP_HEIGHT / film.shape[2])
    writer = Mp4Writer(path, width * film.shape[1], _CLIP_HEIGHT, hz)
    for number, frame in enumerate((film.clip(0, 1) * 255 + 0.5).astype(np.uint8)):
        views = [cv2.resize(view, (width, _CLIP_HEIGHT), interpolation=cv2.INTER_CUBIC) for view in frame]
        writer.add(np.asarray(np.concatenate(views, 1), np.uint8), number / hz)
    writer.end()
