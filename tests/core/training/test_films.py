"""Films hold what a log recorded, and what its layout says lies on what its pictures show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lift_street import FRAMES, RED, street
from log_folders import image_rgb

from core.errors import UserError
from core.logs import open_log
from core.training.films import FilmFile, save_film, smaller
from core.worldgen.conditions.film import film_of
from core.worldgen.conditions.layout import CHANNELS
from core.worldgen.conditions.viewpoints import recorded

SIZE = (80, 120)


def test_pixels_of_the_car_lie_in_its_box() -> None:
    film = film_of(street(), SIZE)
    assert film.images.shape == (FRAMES, 1, *SIZE, 3)
    cars = film.layouts[:, 0, CHANNELS.index("cars")] / 255
    assert film.layouts[:, 0, CHANNELS.index("boxes known")].all()
    assert not film.layouts[:, 0, CHANNELS.index("map known")].any()
    for image, box in zip(film.images[:, 0], cars, strict=True):
        red = (np.abs(image.astype(int) - RED).max(-1) < 8)[1::2, 1::2]
        assert red.sum() > 20
        assert box[red].mean() > 0.9  # the border's pixels are shared
        assert red[box == 1].mean() > 0.95  # the car of this street fills its box


def test_a_file_gives_windows_of_what_was_saved(tmp_path: Path) -> None:
    film = film_of(street(), SIZE)
    save_film(film, tmp_path / "a.film.safetensors")
    file = FilmFile(tmp_path / "a.film.safetensors")
    assert (len(file), file.views, file.size, file.weather) == (FRAMES, 1, SIZE, None)
    window = file.window(4, 10)
    assert np.array_equal(window.images, film.images[4:10])
    assert np.array_equal(window.layouts, film.layouts[4:10])
    assert window.viewpoints.cameras == film.viewpoints.cameras
    assert window.viewpoints.before is None
    assert np.allclose(window.viewpoints.world_from_camera.matrix, film.viewpoints.world_from_camera.matrix[4:10])
    saved, found = (views.boxes.at(int(film.viewpoints.t_ns[5, 0])) for views in (film.viewpoints, window.viewpoints))
    assert [(each.id, each.actor_class) for each in found.tracks] == [
        (each.id, each.actor_class) for each in saved.tracks
    ]
    assert np.allclose(found.world_from_box.matrix, saved.world_from_box.matrix)
    assert np.array_equal(found.sizes_m, saved.sizes_m)
    assert np.array_equal(window.viewpoints.boxes.at(-1).rows, [])


def test_conditions_have_the_shapes_of_images_and_latents() -> None:
    conditions = film_of(street(), SIZE).conditions(chunk=4, stride=8)
    assert conditions.layout is not None and conditions.rays is not None and conditions.ego_motion is not None
    assert conditions.layout.shape == (1, FRAMES, 1, len(CHANNELS), 40, 60)
    assert conditions.rays.shape == (1, FRAMES, 1, 6, 10, 15)
    assert conditions.ego_motion.shape == (1, FRAMES, 6)
    assert conditions.weather is None
    assert conditions.layout.max() == 1.0


def test_a_smaller_film_shows_the_same() -> None:
    film = film_of(street(), SIZE)
    small = smaller(film, 40)
    assert small.images.shape == (FRAMES, 1, 40, 60, 3)
    assert small.layouts.shape[-2:] == (20, 30)
    assert small.viewpoints.size == (40, 60)
    assert abs(small.images.mean() - film.images.mean()) < 1.0
    assert abs(small.layouts.mean() - film.layouts.mean()) < 0.5


def test_each_frame_shows_what_its_camera_saw_nearest_to_it(small_pandaset: Path) -> None:
    log = open_log(small_pandaset)
    viewpoints, index = recorded(log, (16, 24))
    film = film_of(log, (16, 24))
    for frame, view in np.ndindex(*index.shape):
        stream = log.cameras[view]
        assert viewpoints.t_ns[frame, view] == stream.t_ns[index[frame, view]]
        shown = film.images[frame, view].mean((0, 1))
        assert np.abs(shown - image_rgb(stream.number_of(int(index[frame, view])))).max() < 12


def test_a_log_of_five_images_a_second_is_a_film_of_five() -> None:
    log = street()
    camera = log.cameras[0]
    every_second = replace(camera, t_ns=camera.t_ns[::2], world_from_camera=camera.world_from_camera[::2])
    viewpoints, index = recorded(replace(log, cameras=(every_second,)), SIZE)
    assert index[:, 0].tolist() == list(range(FRAMES // 2))
    assert (np.diff(viewpoints.t_ns[:, 0]) == 200_000_000).all()


def test_too_few_images_a_second_are_refused() -> None:
    log = street()
    camera = log.cameras[0]
    every_third = replace(camera, t_ns=camera.t_ns[::3], world_from_camera=camera.world_from_camera[::3])
    with pytest.raises(UserError, match="less than 4 images a second"):
        film_of(replace(log, cameras=(every_third,)), SIZE)


def test_a_camera_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match="no such camera"):
        film_of(street(), SIZE, ["CAM_BACK"])


def test_a_damaged_film_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.film.safetensors"
    path.write_bytes(b"not a film")
    with pytest.raises(UserError, match="cannot be read"):
        FilmFile(path)
