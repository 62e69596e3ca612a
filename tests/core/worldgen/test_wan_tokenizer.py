"""Wan's tokenizer decodes in pieces what it decodes whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import UserError
from core.worldgen.tokenizer import wan
from core.worldgen.tokenizer.wan import WanTokenizer


@pytest.fixture(scope="module")
def vae() -> Any:
    """The published network, small and of random weights."""
    diffusers = pytest.importorskip("diffusers")
    torch.manual_seed(0)
    sizes = {"base_dim": 8, "z_dim": 4, "dim_mult": [1, 1, 2, 2], "num_res_blocks": 1}
    statistics = {"latents_mean": [0.1, -0.2, 0.0, 0.3], "latents_std": [1.5, 0.5, 1.0, 2.0]}
    return diffusers.AutoencoderKLWan(**sizes, **statistics)


def test_pieces_are_the_whole_film(vae: Any) -> None:
    tokenizer, film = WanTokenizer(vae), torch.rand(2, 13, 3, 16, 24)
    latents = tokenizer.encode_film(film)
    assert (tokenizer.channels, tokenizer.stride, tokenizer.frames_per_latent) == (4, 8, 4)
    assert latents.shape == (2, 4, 4, 2, 3)
    decoder, other = tokenizer.film_decoder(), tokenizer.film_decoder()
    pieces = []
    for begin, end in ((0, 1), (1, 3), (3, 4)):
        pieces.append(decoder(latents[:, begin:end]))
        other(latents.flip(1)[:, begin:end])  # another film meanwhile
    plain = latents.movedim(1, 2) * torch.tensor(vae.config.latents_std)[:, None, None, None]
    whole = vae.decode(plain + torch.tensor(vae.config.latents_mean)[:, None, None, None]).sample
    assert [piece.shape[1] for piece in pieces] == [1, 8, 4]
    assert torch.allclose(torch.cat(pieces, 1), (whole.movedim(1, 2) + 1) / 2, atol=1e-5)


def test_frames_that_make_no_latent_are_refused(vae: Any) -> None:
    with pytest.raises(ValueError, match="12 frames"):
        WanTokenizer(vae).encode_film(torch.rand(1, 12, 3, 16, 24))


def test_a_saved_folder_is_opened_and_another_is_not(vae: Any, tmp_path: Path) -> None:
    vae.save_pretrained(tmp_path / "vae")
    film = torch.rand(1, 5, 3, 16, 24)
    opened = WanTokenizer.of(tmp_path / "vae")
    assert torch.allclose(opened.encode_film(film), WanTokenizer(vae).encode_film(film), atol=1e-5)
    with pytest.raises(UserError, match="no weights of Wan's tokenizer"):
        WanTokenizer.of(tmp_path)


def test_without_diffusers_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wan, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="diffusers") as caught:
        WanTokenizer.of(tmp_path)
    assert "driftless[wan]" in str(caught.value.remedy)
