"""Films as latents, worked out once and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.errors import UserError
from core.training.films import SUFFIX, FilmFile, smaller
from core.training.mirroring import mirrored
from core.training.processes import unfinished
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import conditions_of
from core.worldgen.conditions.seen_depth import moved_along
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE
from core.worldgen.conditions.weather import weather_vector
from core.worldgen.depths import LOOKED_BACK, Depths
from core.worldgen.tokenizer import FrameTokenizer

_AT_ONCE = 16  # images
_FRAMES_AT_ONCE = 8


class EncodedFilm:
    """The latents of a film and of its mirror image, in half precision, its layouts in the same proportion, and where
    the pictures before each chunk show what it sees, by depths that they let be estimated."""

    def __init__(
        self,
        film: Path,
        folder: Path,
        tokenizer: FrameTokenizer,
        height: int,
        depths: Depths | None = None,
        *,
        chunk: int,
    ) -> None:
        """
        Args:
            film: its file.
            folder: where files of latents are kept.
            tokenizer: makes the latents.
            height: of the images that they stand for.
            depths: estimates them; without it, the world is a plain street.
            chunk: frames that are generated at once.

        Raises:
            UserError: the film cannot be read.
        """
        self._chunk = chunk
        self._film = FilmFile(film)
        self._height, self._width = height, round(self._film.size[1] * height / self._film.size[0])
        self._stride = tokenizer.stride
        # Films of one name may lie in many folders.
        where = hashlib.sha256(str(film.absolute().parent).encode()).hexdigest()[:8]
        self._path = folder / f"{height}-both" / where / film.name.replace(SUFFIX, ".latents.safetensors")
        if not self._path.exists():
            self._encode(tokenizer)
        self._moved_path: Path | None = None
        if depths is not None:
            self._moved_path = self._path.with_name(film.name.replace(SUFFIX, f".{depths.hash[:8]}.moved.safetensors"))
            if not self._moved_path.exists():
                self._move(depths, self._moved_path)

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

    def window(self, begin: int, end: int, *, mirror: bool = False, still: bool = False) -> tuple[Tensor, Conditions]:
        """Latents [1, T, V, C, h, w] and conditions of some frames, or of their mirror image, before which nothing was;
        or of as many of the first of them, as if time stood still.

        Args:
            begin: a multiple of the chunk, as what moves pictures is kept for chunks that begin there.
            end: the number after the last.
            mirror: whether left and right change places.
            still: whether time stands still.

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
        viewpoints = self.viewpoints(read.start, read.stop)
        if still:
            count = end - begin
            viewpoints, layouts = viewpoints.standing(count), np.repeat(layouts, count, 0)
            latents = latents.expand(count, *latents.shape[1:])
        weather = None if self._film.weather is None else weather_vector(*self._film.weather)
        moved = None if self._moved_path is None else self._moved(self._moved_path, begin, end, still=still)
        told = conditions_of(viewpoints, layouts, weather, chunk=self._chunk, stride=self._stride, moved=moved)
        return latents[None], mirrored(told) if mirror else told

    def _moved(self, path: Path, begin: int, end: int, *, still: bool) -> tuple[Tensor, Tensor]:
        """Where last pictures show what some frames see, [T, V, n, m, 2] and [T, V, n, m, 3], see `Moved`."""
        if begin % self._chunk:
            raise ValueError(f"windows begin with a chunk of {self._chunk}, not at {begin}")
        with safe_open(path, framework="pt") as file:
            warp, beside = (file.get_slice(name)[begin:end].float() for name in ("warp", "beside"))
        if still:
            rows, columns = (2 * (torch.arange(size) + 0.5) / size - 1 for size in warp.shape[2:4])
            warp[..., 0], warp[..., 1] = columns, rows[:, None]
            beside = torch.full_like(beside, OUTSIDE)
        warp[: self._chunk], beside[: self._chunk] = OUTSIDE, OUTSIDE
        return warp, beside

    def _move(self, depths: Depths, path: Path) -> None:
        found = []
        for frame in range(len(self._film)):
            film = smaller(self._film.window(max(frame + 1 - LOOKED_BACK, 0), frame + 1), self._height)
            found.append(depths.of_last(film.images, film.viewpoints))
        moved = moved_along(np.stack(found), self.viewpoints(0, len(self._film)), chunk=self._chunk)
        part = unfinished(path)
        save_file({name: each.half().contiguous() for name, each in zip(("warp", "beside"), moved, strict=True)}, part)
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
