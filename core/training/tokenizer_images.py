"""Images that a tokenizer learns from: those of films, in several sizes and lights."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.training.films import FilmFile

logger = logging.getLogger(__name__)

Image = NDArray[np.uint8]

_PER_FILM = 60
_DARKEST, _BRIGHTEST = 0.6, 1.5
_GAMMA = 1.3


class ImagePool:
    """Images of films, also of those that come meanwhile; some of each, spread over time and cameras."""

    def __init__(self, films: Callable[[], Sequence[Path]], heights: Sequence[int]) -> None:
        self._films, self._heights = films, tuple(heights)
        self._known: set[Path] = set()
        self.images: list[Image] = []

    def look(self) -> None:
        for path in self._films():
            if path not in self._known:
                self._known.add(path)
                try:
                    self.images += images_of(path)
                except UserError as error:
                    logger.warning("a film is left out of the training: %s", error)

    def batch(self, random: np.random.Generator, count: int, crop: tuple[int, int]) -> Tensor:
        """Crops [count, 3, h, w] in [0, 1], varied in scale, side and light."""
        chosen = (self.images[int(random.integers(len(self.images)))] for _ in range(count))
        return torch.stack([_varied(image, int(random.choice(self._heights)), crop, random) for image in chosen])


def images_of(path: Path) -> list[Image]:
    """Some images of a film.

    Raises:
        UserError: it cannot be read.
    """
    file = FilmFile(path)
    each = max(len(file) * file.views // _PER_FILM, 1)
    images = file.window(0, len(file)).images.reshape(-1, *file.size, 3)
    return [image.copy() for image in images[::each]]


def sized(image: Image, height: int) -> Image:
    """An image of another height and about the same shape; both sides are multiples of eight, as latents want it."""
    width = max(round(image.shape[1] * height / image.shape[0] / 8), 1) * 8
    if image.shape[:2] == (height, width):
        return image
    smaller = height < image.shape[0]
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


def as_tensor(image: Image) -> Tensor:
    """[3, H, W] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(image, -1, 0))).float() / 255


def _varied(image: Image, height: int, crop: tuple[int, int], random: np.random.Generator) -> Tensor:
    image = sized(image, height)
    top = int(random.integers(max(image.shape[0] - crop[0], 0) + 1))
    left = int(random.integers(max(image.shape[1] - crop[1], 0) + 1))
    piece = as_tensor(image[top : top + crop[0], left : left + crop[1]])
    short = crop[0] - piece.shape[1], crop[1] - piece.shape[2]
    if max(short) > 0:
        pad = (0, max(short[1], 0), 0, max(short[0], 0))
        piece = torch.nn.functional.pad(piece[None], pad, mode="replicate")[0]
    if random.random() < 0.5:
        piece = piece.flip(-1)
    light = float(np.exp(random.uniform(np.log(_DARKEST), np.log(_BRIGHTEST))))
    gamma = float(np.exp(random.uniform(-np.log(_GAMMA), np.log(_GAMMA))))
    tint = torch.from_numpy(random.uniform(0.92, 1.08, (3, 1, 1)).astype(np.float32))
    if random.random() < 0.5:
        piece = (piece**gamma * light * tint).clamp(0.0, 1.0)
    return piece
