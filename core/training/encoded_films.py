"""Films as latents, worked out once and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.errors import UserError
from core.training.films import SUFFIX, FilmFile, smaller
from core.training.mirroring import mirrored
from core.training.processes import unfinished
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import conditions_of
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.weather import weather_vector
from core.worldgen.depths import LOOKED_BACK, Depths
from core.worldgen.tokenizer import FrameTokenizer

_AT_ONCE = 16  # images
_FRAMES_AT_ONCE = 8


class EncodedFilm:
    """The latents of a film and of its mirror image, in half precision, its layouts in the same proportion, and how far
    away is what its pictures show, as they let it be estimated."""

    def __init__(
        self, film: Path, folder: Path, tokenizer: FrameTokenizer, height: int, depths: Depths | None = None
    ) -> None:
        """
        Args:
            film: its file.
            folder: where files of latents are kept.
            tokenizer: makes the latents.
            height: of the images that they stand for.
            depths: estimates them; without it, the world is a plain street.

        Raises:
            UserError: the film cannot be read.
        """
        self._film = FilmFile(film)
        self._height, self._width = height, round(self._film.size[1] * height / self._film.size[0])
        self._stride = tokenizer.stride
        # Films of one name may lie in many folders.
        where = hashlib.sha256(str(film.absolute().parent).encode()).hexdigest()[:8]
        self._path = folder / f"{height}-both" / where / film.name.replace(SUFFIX, ".latents.safetensors")
        if not self._path.exists():
            self._encode(tokenizer)
        self._depth_path: Path | None = None
        if depths is not None:
            name = film.name.replace(SUFFIX, f".{depths.hash[:8]}.depth.safetensors")
            self._depth_path = self._path.with_name(name)
            if not self._depth_path.exists():
                self._estimate(depths, self._depth_path)

    def __len__(self) -> int:
        return len(self._film)

    @property
    def path(self) -> Path:
        """Of the film."""
        return self._film.path

    @property
    def views(self) -> int:
        return self._film.views

    def viewpoints(self, begin: int, end: int) -> Viewpoints:
        """Those of some frames, before which nothing was."""
        return self._film.viewpoints(begin, end).resized(self._height, self._width)

    def window(
        self, begin: int, end: int, chunk: int, *, mirror: bool = False, still: bool = False
    ) -> tuple[Tensor, Conditions]:
        """Latents [1, T, V, C, h, w] and conditions of some frames, or of their mirror image, before which nothing was;
        or of as many of the first of them, as if time stood still.

        Raises:
            UserError: the latents cannot be read.
        """
        try:
            with safe_open(self._path, framework="pt") as file:
                read = slice(begin, begin + 1 if still else end)
                latents = file.get_slice("mirrored" if mirror else "latents")[read].float()
                layouts = file.get_slice("layouts")[read].numpy()
        except (OSError, SafetensorError) as error:
            raise UserError("Latents cannot be read", path=self._path, remedy="Delete the file.") from error
        viewpoints, depth_m = self.viewpoints(read.start, read.stop), self._depth(read)
        if still:
            count = end - begin
            viewpoints, layouts = viewpoints.standing(count), np.repeat(layouts, count, 0)
            latents = latents.expand(count, *latents.shape[1:])
            depth_m = None if depth_m is None else np.repeat(depth_m, count, 0)
        weather = None if self._film.weather is None else weather_vector(*self._film.weather)
        told = conditions_of(viewpoints, layouts, weather, chunk=chunk, stride=self._stride, depth_m=depth_m)
        return latents[None], mirrored(told) if mirror else told

    def _depth(self, read: slice) -> NDArray[np.float32] | None:
        """Depths (T, V, n, m) of some frames."""
        if self._depth_path is None:
            return None
        with safe_open(self._depth_path, framework="pt") as file:
            return np.asarray(file.get_slice("depth_m")[read].float().numpy())

    def _estimate(self, depths: Depths, path: Path) -> None:
        found = []
        for frame in range(len(self._film)):
            film = smaller(self._film.window(max(frame + 1 - LOOKED_BACK, 0), frame + 1), self._height)
            found.append(torch.from_numpy(depths.of_last(film.images, film.viewpoints)))
        part = unfinished(path)
        save_file({"depth_m": torch.stack(found).half().contiguous()}, part)
        part.replace(path)

    def _encode(self, tokenizer: FrameTokenizer) -> None:
        latents: list[Tensor] = []
        mirror: list[Tensor] = []
        layouts = []
        for begin in range(0, len(self._film), _FRAMES_AT_ONCE):
            end = min(begin + _FRAMES_AT_ONCE, len(self._film))
            film = smaller(self._film.window(begin, end), self._height)
            images = torch.from_numpy(film.images).movedim(-1, 2)
            latents.append(_encoded(images, tokenizer))
            mirror.append(_encoded(images.flip(-1), tokenizer))
            layouts.append(torch.from_numpy(film.layouts))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = unfinished(self._path)
        tensors = {"latents": torch.cat(latents), "mirrored": torch.cat(mirror), "layouts": torch.cat(layouts)}
        save_file({name: each.contiguous() for name, each in tensors.items()}, part)
        part.replace(self._path)


def _encoded(images: Tensor, tokenizer: FrameTokenizer) -> Tensor:
    """Latents [T, V, C, h, w] of images [T, V, 3, H, W] of bytes, a few at once."""
    parts = torch.split(images, max(_AT_ONCE // images.shape[1], 1))
    with torch.inference_mode():
        return torch.cat([tokenizer.encode_film(part.float() / 255) for part in parts]).half()
