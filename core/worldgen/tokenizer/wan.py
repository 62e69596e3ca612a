"""The tokenizer of Wan 2.1, as `diffusers` runs it, from a folder on this machine.

Its convolutions look at frames before, four of which become one latent. `diffusers` decodes a film only as a whole;
here its memory is kept from piece to piece, so that what streams is what decoding the whole film would have given.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import UserError

_REMEDY = "Name the folder `vae` of a Wan 2.1 model as diffusers saves it."


class WanTokenizer:
    """`AutoencoderKLWan` with normalised latents."""

    def __init__(self, vae: Any) -> None:
        """Takes a `diffusers.AutoencoderKLWan`."""
        self._vae = vae.requires_grad_(False).eval()
        self._mean = torch.tensor(vae.config.latents_mean)[:, None, None, None]
        self._std = torch.tensor(vae.config.latents_std)[:, None, None, None]

    @classmethod
    def of(cls, folder: Path) -> WanTokenizer:
        """
        Raises:
            UserError: `diffusers` is not installed, or the folder holds no such weights.
        """
        if find_spec("diffusers") is None:
            what = "The tokenizer of Wan 2.1 needs diffusers, which is not installed"
            raise UserError(what, remedy="Install it: pip install 'driftless[wan]'.")
        from diffusers import AutoencoderKLWan

        try:
            return cls(AutoencoderKLWan.from_pretrained(folder, local_files_only=True))
        except (OSError, ValueError, RuntimeError) as error:
            raise UserError(f"These are no weights of Wan's tokenizer: {error}", path=folder, remedy=_REMEDY) from error

    @property
    def channels(self) -> int:
        return int(self._vae.config.z_dim)

    @property
    def stride(self) -> int:
        return int(self._vae.spatial_compression_ratio)

    @property
    def frames_per_latent(self) -> int:
        return int(2 ** sum(self._vae.config.temperal_downsample))

    @torch.no_grad()
    def encode_film(self, film: Tensor) -> Tensor:
        """Normalised latents [N, t, C, h, w] of a film [N, T, 3, H, W] in [0, 1].

        Raises:
            ValueError: after the first frame others are left over that make no latent.
        """
        if (film.shape[1] - 1) % self.frames_per_latent:
            raise ValueError(f"{film.shape[1]} frames are not one and a multiple of {self.frames_per_latent}")
        latents = self._vae.encode(2 * film.movedim(2, 1) - 1).latent_dist.mode()
        return ((latents - self._mean.to(latents)) / self._std.to(latents)).movedim(1, 2)

    def film_decoder(self) -> _Decoding:
        return _Decoding(self._vae, self._mean, self._std)


class _Decoding:
    """One film: keeps the last frames that each convolution saw."""

    def __init__(self, vae: Any, mean: Tensor, std: Tensor) -> None:
        self._vae, self._mean, self._std = vae, mean, std
        vae.clear_cache()
        self._kept: list[Tensor | str | None] = [None] * vae._conv_num
        self._begun = False

    @torch.no_grad()
    def __call__(self, latents: Tensor) -> Tensor:
        plain = latents.movedim(1, 2)
        plain = self._vae.post_quant_conv(plain * self._std.to(plain) + self._mean.to(plain))
        pieces = []
        for number in range(plain.shape[2]):
            one = plain[:, :, number : number + 1]
            pieces.append(self._vae.decoder(one, feat_cache=self._kept, feat_idx=[0], first_chunk=not self._begun))
            self._begun = True
        return ((torch.cat(pieces, 2).clamp(-1, 1) + 1) / 2).movedim(1, 2)
