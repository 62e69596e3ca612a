"""Where scenes of logs are kept, and what is never written over."""

import os
from pathlib import Path

import pytest

from app.scene_folders import MOST_CACHED, cached_scene, check_target, drop_oldest, is_scene
from core.errors import UserError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))


def test_each_log_has_a_folder_of_its_own_that_stays_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    addresses = [tmp_path / "a", tmp_path / "b", tmp_path / "a#first", tmp_path / "a#second"]
    folders = [cached_scene(address) for address in addresses]
    assert len(set(folders)) == 4
    assert folders == [cached_scene(address) for address in addresses]


@pytest.mark.parametrize("file", ["a/v1.0-mini/scene.json", "a/camera"])
def test_a_log_that_changed_has_another_folder(file: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.touch()
    before = cached_scene(tmp_path / "a")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))
    assert cached_scene(tmp_path / "a") != before


def test_the_oldest_scenes_leave_the_cache(tmp_path: Path) -> None:
    scenes = [tmp_path / "cache" / "scenes" / f"{number:02d}" for number in range(MOST_CACHED + 2)]
    for number, folder in enumerate(scenes):
        folder.mkdir(parents=True)
        (folder / "scene.json").touch()
        os.utime(folder / "scene.json", (number, number))
    drop_oldest()
    assert [is_scene(folder) for folder in scenes] == [False] * 2 + [True] * MOST_CACHED


def test_only_scenes_are_written_over(tmp_path: Path) -> None:
    for allowed in ("new", "empty", "scene"):
        if allowed != "new":
            (tmp_path / allowed).mkdir()
        if allowed == "scene":
            (tmp_path / allowed / "scene.json").touch()
        check_target(tmp_path / allowed)
    (tmp_path / "file").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    for refused in ("file", "other"):
        with pytest.raises(UserError, match="something else"):
            check_target(tmp_path / refused)
