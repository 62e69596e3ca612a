"""Windows of films come as latents and conditions that belong to each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from test_tokenizer_training import SMALL, film

from core.errors import UserError
from core.training.city_films import relit_file
from core.training.encoded_films import EncodedFilm
from core.training.film_samples import FilmSamples
from core.training.films import SUFFIX, save_film, smaller
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.seen_depth import DEPTH_STRIDE, moved_along
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE
from core.worldgen.conditions.weather import weather_vector
from core.worldgen.depths import LOOKED_BACK, Depths
from core.worldgen.tokenizer import FrameTokenizer

CHUNK = 4


@pytest.fixture
def tokenizer() -> FrameTokenizer:
    torch.manual_seed(0)
    return FrameTokenizer(SMALL).eval().requires_grad_(False)


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{seed}{SUFFIX}" for seed in range(3)]
    for seed, path in enumerate(paths):
        save_film(film(seed, frames=10), path)
    return paths


def samples(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer, height: int = 32) -> FilmSamples:
    return FilmSamples(lambda: films[:2], films[2:], tmp_path / "latents", tokenizer, height=height, chunk=CHUNK)


def test_a_batch_has_the_latents_of_its_films(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    batch = samples(films, tmp_path, tokenizer).batch(np.random.default_rng(3), 2, 8)
    assert batch.latents.shape == (2, 8, 1, SMALL.channels, 4, 6)
    assert batch.conditions.layout is not None and batch.conditions.layout.shape == (2, 8, 1, len(CHANNELS), 16, 24)
    assert batch.conditions.rays is not None and batch.conditions.rays.shape == (2, 8, 1, 6, 4, 6)
    images = torch.stack([torch.from_numpy(film(seed, 10).images) for seed in range(2)]).movedim(-1, 3).float() / 255
    both = torch.cat([images, images.flip(-1)])  # some are seen in a mirror
    every = tokenizer.encode(both.flatten(0, 2)).reshape(4, 10, 1, SMALL.channels, 4, 6)
    windows = [every[one, begin : begin + 8] for one in range(4) for begin in range(3)]
    windows += [window[:1].expand_as(window) for window in windows]  # and in some, time stands still
    for found in batch.latents:
        assert min(float((found - window).abs().max()) for window in windows) < 2e-2


def test_in_some_samples_time_stands_still(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    drives, random = samples(films, tmp_path, tokenizer), np.random.default_rng(0)
    batches = [drives.batch(random, 1, 8) for _ in range(60)]
    still = [batch for batch in batches if torch.equal(batch.latents, batch.latents[:, :1].expand_as(batch.latents))]
    assert 2 <= len(still) <= 24
    for batch in still:
        layout, motion = batch.conditions.layout, batch.conditions.ego_motion
        assert layout is not None and torch.equal(layout, layout[:, :1].expand_as(layout))
        assert motion is not None and not motion.any()
    assert (drives.checks[0].latents.diff(dim=1) != 0).any()


def test_some_samples_begin_under_another_weather(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    """The first chunk is the other film's, all else that of one; either way round, and mirrored together."""
    night = replace(film(1, frames=10), weather=("clear", "night"))
    save_film(night, relit_file(films[0]))
    options = {"height": 32, "chunk": CHUNK, "relit": 0.5}
    drives = FilmSamples(lambda: films[:1], films[:1], tmp_path / "latents", tokenizer, **options)  # type: ignore[arg-type]
    images = torch.stack([torch.from_numpy(film(seed, 10).images) for seed in range(2)]).movedim(-1, 3).float() / 255
    every = tokenizer.encode(images.flatten(0, 2)).reshape(2, 10, 1, SMALL.channels, 4, 6)
    day, found = weather_vector(*(film(0).weather or ("clear", "day"))), set()
    for seed in range(24):
        batch = drives.batch(np.random.default_rng(seed), 1, 8)
        assert batch.conditions.weather is not None
        dark = not torch.equal(batch.conditions.weather[0], day)
        starts = [every[int(not dark), begin : begin + CHUNK] for begin in range(3)]
        if batch.begun is None:
            assert not dark and torch.equal(batch.given, batch.latents)
        elif min(float((batch.begun[0] - start).abs().max()) for start in starts) < 2e-2:  # not in a mirror
            assert torch.equal(batch.given[:, :CHUNK], batch.begun)
            assert torch.equal(batch.given[:, CHUNK:], batch.latents[:, CHUNK:])
            assert min(float((batch.latents[0, :4] - every[int(dark), b : b + 4]).abs().max()) for b in range(3)) < 2e-2
            found.add(dark)
    assert found == {False, True}
    assert drives.checks[0].begun is None
    relit_file(films[1]).write_bytes(b"damaged")  # left out, as any other film is
    options["relit"] = 1.0
    others = FilmSamples(lambda: films[1:2], [], tmp_path / "latents", tokenizer, **options)  # type: ignore[arg-type]
    assert others.batch(np.random.default_rng(0), 1, 8).begun is None


def test_checks_are_whole_films_of_complete_chunks(
    films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer
) -> None:
    (check,) = samples(films, tmp_path, tokenizer).checks
    assert check.latents.shape[:3] == (1, 8, 1)
    assert check.conditions.ego_motion is not None and check.conditions.ego_motion.shape == (1, 8, 6)


def test_latents_are_kept_until_the_tokenizer_is_another(
    films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer
) -> None:
    random = np.random.default_rng
    first = samples(films, tmp_path, tokenizer).batch(random(0), 1, 4)
    kept = sorted((tmp_path / "latents").rglob("*.safetensors"))
    before = [path.stat().st_mtime_ns for path in kept]
    again = samples(films, tmp_path, tokenizer).batch(random(0), 1, 4)
    assert torch.equal(first.latents, again.latents)
    assert [path.stat().st_mtime_ns for path in kept] == before
    tokenizer.channels_std.mul_(2.0)
    other = samples(films, tmp_path, tokenizer).batch(random(0), 1, 4)
    assert torch.allclose(other.latents, first.latents / 2, atol=1e-3)


class Wall(Depths):
    """Sees one in every picture, and notes how many frames it was shown."""

    def __init__(self) -> None:
        self.hash, self.shown = "wall", list[int]()

    def of_last(self, images: NDArray[np.uint8], viewpoints: Viewpoints) -> NDArray[np.float32]:
        self.shown.append(len(images))
        height, width = (side // DEPTH_STRIDE for side in viewpoints.size)
        return np.full((images.shape[1], height, width), 12.0, np.float32)


def test_drives_are_moved_by_the_depths_of_their_own_pictures_which_are_kept(
    films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer
) -> None:
    depths, options = Wall(), {"height": 32, "chunk": CHUNK}
    made = [
        FilmSamples(list, films[:1], tmp_path / "latents", tokenizer, depths=each, **options).checks[0]  # type: ignore[arg-type]
        for each in (None, depths, depths)
    ]
    assert depths.shown == [1, 2, 3, *[LOOKED_BACK] * 7]
    street, *walls = (each.conditions.warp for each in made)
    assert street is not None and walls[0] is not None and walls[1] is not None
    assert torch.equal(walls[0], walls[1])
    views = film(0, frames=10).viewpoints.frames(0, 2 * CHUNK)
    expected, _ = moved_along(np.full((2 * CHUNK, *walls[0].shape[2:5]), 12.0, np.float32), views, chunk=CHUNK)
    torch.testing.assert_close(walls[0][0], expected, atol=2e-3, rtol=1e-3)  # kept in half precision
    assert street.shape != walls[0].shape


def test_where_time_stands_still_every_place_is_its_own(
    films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer
) -> None:
    kept = EncodedFilm(films[0], tmp_path / "latents", tokenizer, 32, Wall(), chunk=CHUNK)
    _, told = kept.window(CHUNK, 3 * CHUNK, still=True)
    assert told.warp is not None and told.beside is not None
    first, later = told.warp[0, :CHUNK], told.warp[0, CHUNK:, 0]
    assert (first == OUTSIDE).all() and (told.beside == OUTSIDE).all()
    rows, columns = later.shape[1:3]
    assert torch.allclose(later[..., 0], (torch.arange(columns) * 2 + 1) / columns - 1)
    assert torch.allclose(later[..., 1], ((torch.arange(rows) * 2 + 1) / rows - 1)[:, None])
    with pytest.raises(ValueError, match="begin with a chunk"):
        kept.window(1, 1 + CHUNK)


def test_images_may_be_smaller_than_the_film(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    batch = samples(films, tmp_path, tokenizer, height=16).batch(np.random.default_rng(0), 1, 4)
    assert batch.latents.shape[-2:] == (2, 3)
    assert batch.conditions.layout is not None and batch.conditions.layout.shape[-2:] == (8, 12)
    images = torch.from_numpy(smaller(film(0), 16).images)
    assert images.shape[2:4] == (16, 24)


def test_weather_that_only_some_know_is_left_out_of_the_others(tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    paths = [tmp_path / f"{seed}{SUFFIX}" for seed in range(2)]
    save_film(film(0), paths[0])
    save_film(replace(film(1), weather=None), paths[1])
    source = FilmSamples(lambda: paths, [], tmp_path / "latents", tokenizer, height=32, chunk=CHUNK)
    seen = set()
    for seed in range(8):
        conditions = source.batch(np.random.default_rng(seed), 4, 4).conditions
        if conditions.weather is not None:
            known = conditions.kept["weather"]
            assert torch.equal(conditions.weather.sum(1) > 0, known)
            seen |= set(known.tolist())
    assert seen == {True, False}


def test_windows_longer_than_any_film_are_refused(films: list[Path], tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    with pytest.raises(UserError, match="No film has 20 frames"):
        samples(films, tmp_path, tokenizer).batch(np.random.default_rng(0), 1, 20)
