"""A tokenizer learns from films, and goes on where it stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.geometry import PinholeCamera, Pose
from core.training.films import SUFFIX, save_film
from core.training.tokenizer import TokenizerTraining, begin_linear, check, train_tokenizer
from core.training.tokenizer_images import ImagePool, images_of
from core.worldgen.conditions.film import Film
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig

SMALL = TokenizerConfig(channels=6, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
TRAINING = TokenizerTraining(
    steps=6, encoder_share=1.0, batch=4, crop=(32, 48), heights=(32,), save_every=3, check_every=6
)


def film(seed: int, frames: int = 6) -> Film:
    """Smooth colours with a moving bright square."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:32, 0:48] / 48
    waves = random.uniform(2, 9, (3, 2))
    base = np.stack([np.sin(w[0] * rows + w[1] * columns + seed) for w in waves], -1) * 100 + 128
    images = np.repeat(base[None, None], frames, 0).astype(np.uint8)
    for frame in range(frames):
        images[frame, 0, 8:16, 4 * frame : 4 * frame + 8] = 240
    camera = PinholeCamera(width=48, height=32, fx=40, fy=40, cx=23.5, cy=15.5)
    t_ns = (np.arange(frames)[:, None] * 100_000_000).astype(np.int64)
    still = Pose(np.broadcast_to(np.eye(4), (frames, 4, 4)).copy())
    views = Viewpoints((camera,), t_ns, Pose(still.matrix[:, None]), still)
    return Film(views, images, np.zeros((frames, 1, len(CHANNELS), 16, 24), np.uint8), ("rain", "day"))


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{seed}{SUFFIX}" for seed in range(3)]
    for seed, path in enumerate(paths):
        save_film(film(seed), path)
    return paths


def train(films: list[Path], run: Path, training: TokenizerTraining = TRAINING) -> FrameTokenizer:
    return train_tokenizer(SMALL, lambda: films[:2], films[2:], run, training, device="cpu")


def test_the_linear_start_shows_a_fair_picture_and_training_a_better_one(films: list[Path], tmp_path: Path) -> None:
    images = [image for path in films[:2] for image in images_of(path)]
    pool = ImagePool(lambda: films[:2], (32,))
    pool.look()
    linear = FrameTokenizer(SMALL)
    begin_linear(linear, pool.batch(np.random.default_rng(0), 16, (32, 48)))
    start = check(linear, images, (32,))["psnr_32"]
    assert start > 20
    longer = replace(TRAINING, steps=40, rate=4e-3, warm_up=5, averaging=0.8, check_every=1000)
    trained = train(films, tmp_path / "run", longer)
    assert check(trained, images, (32,))["psnr_32"] > start + 0.5


def test_latents_of_what_it_learned_from_are_normalised(films: list[Path], tmp_path: Path) -> None:
    trained = train(films, tmp_path / "run")
    pool = ImagePool(lambda: films[:2], (32,))
    pool.look()
    latents = trained.encode(pool.batch(np.random.default_rng(5), 64, (32, 48)))
    assert latents.mean((0, 2, 3)).abs().max() < 0.3
    deviations = latents.std((0, 2, 3))
    assert deviations.square().mean().sqrt() == pytest.approx(1.0, abs=0.3)
    shown = trained.decode(latents)
    changed = [
        float((trained.decode(latents + step) - shown).square().mean())
        for step in 0.5 * torch.eye(trained.channels)[:, None, :, None, None]
    ]
    assert int(np.argmax(changed)) == int(deviations.argmax())  # what a picture shows most stands out of noise most


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(films: list[Path], tmp_path: Path) -> None:
    whole = train(films, tmp_path / "whole")
    asked = iter([False, False, True])
    train_tokenizer(
        SMALL, lambda: films[:2], films[2:], tmp_path / "parts", TRAINING, device="cpu", stopped=lambda: next(asked)
    )
    parts = train(films, tmp_path / "parts")
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, parts.state_dict()[name], atol=1e-6), name


def test_latents_stay_what_they_are_while_the_decoder_learns_on(films: list[Path], tmp_path: Path) -> None:
    training = replace(TRAINING, encoder_share=0.5)
    asked = iter([False, False, False, True])
    early = train_tokenizer(
        SMALL, lambda: films[:2], films[2:], tmp_path / "run", training, device="cpu", stopped=lambda: next(asked)
    )
    late = train(films, tmp_path / "run", training)
    image = torch.rand(1, 3, 32, 48)
    assert torch.equal(early.encode(image), late.encode(image))
    latents = early.encode(image)
    assert not torch.equal(early.decode(latents), late.decode(latents))


def test_no_film_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No film can be learned from"):
        train_tokenizer(SMALL, list, [], tmp_path, TRAINING, device="cpu")
