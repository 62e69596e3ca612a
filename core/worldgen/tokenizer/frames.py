"""The tokenizer of single frames."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.networks.devices import in_half
from core.worldgen.tokenizer.config import TokenizerConfig

STRIDE = 8


class FrameTokenizer(nn.Module):
    """A variational autoencoder (Kingma and Welling, 2014) of images, 8 pixels to a latent.

    Space-to-depth shortcuts in both halves as in DC-AE (Chen et al., 2024), here as one linear path each.
    """

    channels_mean: Tensor
    channels_std: Tensor

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _Encoder(config)
        self.decoder = _Decoder(config)
        self.register_buffer("channels_mean", torch.zeros(config.channels))
        self.register_buffer("channels_std", torch.ones(config.channels))

    @property
    def channels(self) -> int:
        return self.config.channels

    @property
    def stride(self) -> int:
        return STRIDE

    @property
    def frames_per_latent(self) -> int:
        return 1

    def encode(self, images: Tensor) -> Tensor:
        """Normalised latents [N, C, H/8, W/8] of images [N, 3, H, W] in [0, 1]; H and W are multiples of 8."""
        with in_half(images.device):
            mean = self.moments(images)[0].float()
        return (mean - _across(self.channels_mean)) / _across(self.channels_std)

    def decode(self, latents: Tensor) -> Tensor:
        """Images [N, 3, H, W] in [0, 1] of normalised latents [N, C, H/8, W/8]."""
        with in_half(latents.device):
            pictures = self.decoded(latents * _across(self.channels_std) + _across(self.channels_mean))
        return pictures.float().clamp(0.0, 1.0)

    def moments(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance of the latents, not normalised."""
        mean, log_variance = self.encoder(images.contiguous(memory_format=torch.channels_last)).chunk(2, 1)
        return mean, log_variance.clamp(-20.0, 4.0)

    def decoded(self, latents: Tensor) -> Tensor:
        """Images of latents that are not normalised; a little outside [0, 1] at times."""
        pictures: Tensor = self.decoder(latents.contiguous(memory_format=torch.channels_last))
        return pictures

    def encode_film(self, film: Tensor) -> Tensor:
        latents = self.encode(film.flatten(0, 1))
        return latents.reshape(*film.shape[:2], *latents.shape[1:])

    def film_decoder(self) -> _Decoding:
        return _Decoding(self)


class _Decoding:
    """Frames do not need each other: nothing is kept."""

    def __init__(self, tokenizer: FrameTokenizer) -> None:
        self._tokenizer = tokenizer

    def __call__(self, latents: Tensor) -> Tensor:
        frames = self._tokenizer.decode(latents.flatten(0, 1))
        return frames.reshape(*latents.shape[:2], *frames.shape[1:])


class _Encoder(nn.Module):
    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        half, quarter, eighth = config.widths
        one, two, three = config.encoder_blocks
        self.shortcut = nn.Conv2d(3, config.channels, STRIDE, STRIDE)
        first = [nn.PixelUnshuffle(2), nn.Conv2d(12, half, 3, padding=1), *_blocks(half, one)]
        down = [nn.PixelUnshuffle(2), nn.Conv2d(4 * half, quarter, 1), *_blocks(quarter, two)]
        last = [nn.PixelUnshuffle(2), nn.Conv2d(4 * quarter, eighth, 1), *_blocks(eighth, three)]
        out = nn.Conv2d(eighth, 2 * config.channels, 3, padding=1)
        self.layers = nn.Sequential(*first, *down, *last, nn.SiLU(), _silent(out))

    def forward(self, images: Tensor) -> Tensor:
        centred = 2 * images - 1
        linear = functional.pad(self.shortcut(centred), (0, 0, 0, 0, 0, self.shortcut.out_channels))
        return linear + self.layers(centred)


class _Decoder(nn.Module):
    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        half, quarter, eighth = config.widths
        one, two, three = config.decoder_blocks
        self.shortcut = nn.ConvTranspose2d(config.channels, 3, STRIDE, STRIDE)
        first = [nn.Conv2d(config.channels, eighth, 3, padding=1), *_blocks(eighth, three)]
        up = [nn.Conv2d(eighth, 4 * quarter, 1), nn.PixelShuffle(2), *_blocks(quarter, two)]
        last = [nn.Conv2d(quarter, 4 * half, 1), nn.PixelShuffle(2), *_blocks(half, one)]
        out = nn.Conv2d(half, 12, 3, padding=1)
        self.layers = nn.Sequential(*first, *up, *last, nn.SiLU(), _silent(out), nn.PixelShuffle(2))

    def forward(self, latents: Tensor) -> Tensor:
        return (self.shortcut(latents) + self.layers(latents) + 1) / 2


def _blocks(width: int, count: int) -> list[nn.Module]:
    return [_Residual(width) for _ in range(count)]


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.layers = nn.Sequential(nn.SiLU(), first, nn.SiLU(), _silent(second))

    def forward(self, features: Tensor) -> Tensor:
        return features + self.layers(features)


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that says nothing at first, so that training begins with what is beside it."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


def _across(values: Tensor) -> Tensor:
    return values[:, None, None]
