"""What any tokenizer does with films."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class FilmDecoder(Protocol):
    """Decodes one film piece after piece; keeps what later frames need of earlier ones."""

    def __call__(self, latents: Tensor) -> Tensor:
        """Frames [N, T, 3, H, W] in [0, 1] of the film's next latents [N, t, C, h, w]."""
        ...


class Tokenizer(Protocol):
    """Between films [N, T, 3, H, W] in [0, 1] and normalised latents [N, t, C, h, w]."""

    @property
    def channels(self) -> int: ...

    @property
    def stride(self) -> int:
        """Pixels of an image, across and down, to one latent."""
        ...

    @property
    def frames_per_latent(self) -> int:
        """Frames to one latent in time; a film of several begins with a latent of its first frame alone."""
        ...

    def encode_film(self, film: Tensor) -> Tensor: ...

    def film_decoder(self) -> FilmDecoder:
        """For one film, from its beginning."""
        ...
