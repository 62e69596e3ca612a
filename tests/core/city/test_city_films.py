"""Films of the city, and the edits of their twins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.city import CityDrive, CitySpec
from core.training import city_films
from core.training.city_films import CityFilms, film_of_city, relit_file
from core.training.city_twins import twin_of
from core.training.films import FilmFile
from core.worldgen.conditions.layout import CHANNELS


def test_layouts_cover_the_actors_that_pictures_show(small_drive: CityDrive) -> None:
    film = film_of_city(small_drive, frames=1)
    assert film.images.shape == (1, 3, 48, 84, 3)
    assert film.weather == ("clear", "day")
    covered = film.layouts[:, :, : CHANNELS.index("front")].sum(2) / 255
    actors = [track.instance for track in small_drive.tracks]
    shown = 0
    for view, mount in enumerate(small_drive.spec.cameras.cameras):
        truth = small_drive.render(mount.name, 0.0)
        seen = (np.isin(truth.instance, actors) & (truth.depth_m < 80))[1::2, 1::2]
        shown += int(seen.sum())
        assert not seen.any() or covered[0, view][seen].mean() > 0.9
    assert shown > 100


def test_a_twin_drives_elsewhere_among_the_same_others_and_meets_none() -> None:
    drive = CityDrive(CitySpec(seed=1001, seconds=4.0, rig="front3", width=84, height=48))
    twin = twin_of(drive)
    assert twin.edits == twin_of(drive).edits
    times = np.arange(0, 40) * 100_000_000
    aside = (drive.ego.at(times).inverse() @ twin.ego.at(times)).translation[:, 1]
    assert 0.4 < np.abs(aside).max() < 3.1
    places = twin.ego.at(times)
    for track in twin.tracks:
        local = places.inverse().apply(track.poses.at(times).translation[:, None])[:, 0]
        assert (np.linalg.norm(local[:, :2] - [1.4, 0.0], axis=1) > 1.0).all()
    assert len(twin.tracks) in (len(drive.tracks), len(drive.tracks) - 1)


def test_a_city_is_filmed_as_it_was_recorded_edited_and_under_another_weather(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city_films, "_SECONDS", 0.1)
    monkeypatch.setattr(city_films, "_SAMPLES", 1)
    monkeypatch.setitem(city_films.SIZES, "tiny", (48, 32, "front1"))
    plain = CityFilms(tmp_path, "tiny", 1)
    assert plain.make(0) and not plain.make(0)
    recorded, edited = plain.there()
    films = CityFilms(tmp_path, "tiny", 1, relit=True)
    assert films.make(0) and not films.make(0)
    assert films.there() == [recorded, edited]  # who learns from it asks for it by its name
    first, other, twin = (FilmFile(path) for path in (recorded, relit_file(recorded), edited))
    assert first.weather == twin.weather != other.weather
    one, under_another = (file.window(0, 1) for file in (first, other))
    assert np.array_equal(one.viewpoints.world_from_ego.matrix, under_another.viewpoints.world_from_ego.matrix)
    assert np.array_equal(one.layouts, under_another.layouts)
    assert not np.array_equal(one.images, under_another.images)
