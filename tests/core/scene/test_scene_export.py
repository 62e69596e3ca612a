"""Scenes as files for other programs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scene_street import drive_scene, ground

from core.errors import UserError
from core.scene import export_scene
from core.splats.files import read_splats


@pytest.mark.parametrize(("suffix", "within"), [(".ply", 1e-6), (".spz", 0.001), (".glb", 1e-6)])
def test_all_that_exists_at_a_time_is_written_upright(suffix: str, within: float, tmp_path: Path) -> None:
    scene = drive_scene(ground())
    path = tmp_path / f"scene{suffix}"
    assert export_scene(scene, path, t_s=0.5) == len(scene)
    again = read_splats(path, axes="zup").means_m
    expected = scene.at(0.5).means_m
    assert again[np.lexsort(again.round(2).T)] == pytest.approx(expected[np.lexsort(expected.round(2).T)], abs=within)


def test_what_has_faded_is_left_out(tmp_path: Path) -> None:
    scene = drive_scene(ground())
    spans = np.tile(np.float32([0.2, 0.1]), (len(scene.static), 1))
    mortal = replace(scene, static=replace(scene.static, lifespans_s=spans))
    moving = sum(len(actor.cloud) for actor in scene.actors)
    assert export_scene(mortal, tmp_path / "late.ply", t_s=1.5) == moving
    assert export_scene(mortal, tmp_path / "early.ply", t_s=0.2) == len(scene)


def test_bad_wishes_are_told(tmp_path: Path) -> None:
    scene = drive_scene(ground())
    with pytest.raises(UserError, match="outside the scene"):
        export_scene(scene, tmp_path / "scene.ply", t_s=99.0)
    with pytest.raises(UserError, match="No splats can be written under this name"):
        export_scene(scene, tmp_path / "scene.docx")
    with pytest.raises(UserError, match="Nothing is there"):
        export_scene(replace(scene, static=scene.static[:0], actors=()), tmp_path / "scene.ply")
    assert list(tmp_path.iterdir()) == []
