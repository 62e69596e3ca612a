"""Tokenizers take pictures to latents and back, alike in pieces and whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.evaluation.image_quality import psnr
from core.logs import open_log
from core.networks.devices import in_half
from core.worldgen.conditions.film import film_of
from core.worldgen.shipped import tokenizer_weights_of
from core.worldgen.tokenizer import FrameTokenizer, load_tokenizer, save_tokenizer
from core.worldgen.tokenizer.config import TokenizerConfig

SMALL = TokenizerConfig(channels=4, widths=(8, 8, 16))


def tokenizer() -> FrameTokenizer:
    torch.manual_seed(0)
    made = FrameTokenizer(SMALL)
    for layer in made.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.normal_(layer.weight, std=0.1)
    made.channels_mean.copy_(torch.tensor([0.1, -0.2, 0.3, 0.0]))
    made.channels_std.copy_(torch.tensor([0.5, 1.0, 2.0, 1.5]))
    return made.eval().requires_grad_(False)


def test_any_size_that_eight_divides_goes_in_and_comes_out() -> None:
    for height, width in ((64, 112), (96, 160), (128, 224)):
        images = torch.rand(2, 3, height, width)
        latents = tokenizer().encode(images)
        assert latents.shape == (2, 4, height // 8, width // 8)
        pictures = tokenizer().decode(latents)
        assert pictures.shape == images.shape
        assert pictures.min() >= 0 and pictures.max() <= 1


def test_latents_are_normalised_and_decoded_from_that() -> None:
    made, images = tokenizer(), torch.rand(3, 3, 16, 24)
    with in_half(torch.device("cpu")):
        raw = made.moments(images)[0].float()
        shown = made.decoded(raw).float().clamp(0, 1)
    assert torch.allclose(made.encode(images)[:, 2], (raw[:, 2] - 0.3) / 2.0, atol=1e-6)
    assert torch.allclose(made.decode(made.encode(images)), shown, atol=1e-2)


def test_a_film_decoded_in_pieces_is_the_film_decoded_whole() -> None:
    made, film = tokenizer(), torch.rand(2, 5, 3, 16, 24)
    latents = made.encode_film(film)
    assert latents.shape == (2, 5, 4, 2, 3)
    decoder = made.film_decoder()
    pieces = torch.cat([decoder(latents[:, :2]), decoder(latents[:, 2:])], 1)
    assert torch.allclose(pieces, made.film_decoder()(latents), atol=1e-6)


def test_a_file_brings_the_tokenizer_back_in_half_precision(tmp_path: Path) -> None:
    made, images = tokenizer(), torch.rand(1, 3, 16, 24)
    save_tokenizer(made, tmp_path / "tokenizer.safetensors")
    again = load_tokenizer(tmp_path / "tokenizer.safetensors")
    assert again.config == made.config
    assert torch.allclose(again.moments(images)[0], made.moments(images)[0], atol=5e-3)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.safetensors"
    file.write_bytes(b"no weights")
    with pytest.raises(UserError, match="cannot be read") as caught:
        load_tokenizer(file)
    assert "driftless train tokenizer" in str(caught.value.remedy)


def test_the_shipped_tokenizer_shows_a_real_street(real_piece: Path) -> None:
    shipped = load_tokenizer(tokenizer_weights_of("tiny"))
    film = film_of(open_log(real_piece), (64, 112))
    images = torch.from_numpy(film.images[0]).movedim(-1, 1).float() / 255
    latents = shipped.encode(images)
    assert latents.shape == (len(images), 16, 8, 14)
    assert 0.3 < float(latents.std()) < 3.0
    for image, shown in zip(images, shipped.decode(latents), strict=True):
        assert psnr(shown, image) > 26
