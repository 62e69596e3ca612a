"""Copy and paste: within a scenario, and into one of another log, splats included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_street import deer, scenario_of, street_scene
from synthetic_drive import small_drive

from core.errors import UserError
from core.geometry import Pose
from core.scenario import Authored, EditedDrive, editing
from core.scenario.clipboard import copy_actors, paste_actors
from core.scenario.motion import AuthoredPath, Handle
from core.scenario.project import AssetStore


@pytest.fixture
def store(tmp_path: Path) -> AssetStore:
    return AssetStore(tmp_path / "assets")


@pytest.fixture
def drive(store: AssetStore) -> EditedDrive:
    """With a moved and renamed car, and a deer that runs across."""
    log = small_drive()
    scenario = scenario_of(log)
    scenario = editing.move_actors(scenario, ["car"], Pose.from_heading(0.5, [1.0, 0.0, 0.0])).apply(scenario)
    scenario = editing.rename_actor(scenario, "car", "Ida").apply(scenario)
    command, name = editing.insert_asset(scenario, store.add(deer()), Pose.identity())
    scenario = command.apply(scenario)
    path = AuthoredPath(handles=(Handle(x_m=9.0, y_m=-5.0), Handle(x_m=9.0, y_m=30.0)))
    scenario = editing.set_behaviour(scenario, [name], Authored(path=path)).apply(scenario)
    return EditedDrive(scenario, log, street_scene(log), load_asset=store.load)


def centre(drive: EditedDrive, name: str, t_s: float) -> list[float]:
    box = drive.track(name).box_at(drive.log.t_ns(t_s))
    assert box is not None
    return box.world_from_box.translation.tolist()


def test_in_the_same_log_they_go_on_as_what_they_were(drive: EditedDrive, store: AssetStore) -> None:
    text = copy_actors(drive, ["car", "inserted 1"], store)
    command, names = paste_actors(text, drive.scenario, store)
    both = drive.with_scenario(command.apply(drive.scenario))
    assert command.title == "Paste 2 actors"
    assert centre(both, names[0], 1.0) == pytest.approx(centre(drive, "car", 1.0))
    assert centre(both, names[1], 1.0) == pytest.approx(centre(drive, "inserted 1", 1.0))
    assert isinstance(both.scenario.actors[names[1]].behaviour, Authored)
    assert both.track(names[0]).name == "Ida"
    assert len(both.splats_at(1.0)) == 100 + 5 * 4 + 7 * 2


def test_in_another_log_they_come_with_splats_and_ways(drive: EditedDrive, store: AssetStore, tmp_path: Path) -> None:
    text = copy_actors(drive, ["car", "inserted 1"], store)
    log = small_drive(missing_back=3)
    there = AssetStore(tmp_path / "there")
    other = EditedDrive(scenario_of(log), log, street_scene(log), load_asset=there.load)
    target = Pose.from_heading(1.0, [4.0, 5.0, 0.75])
    command, (car, animal) = paste_actors(text, other.scenario, there, at=target)
    pasted = other.with_scenario(command.apply(other.scenario))
    assert centre(pasted, car, 0.3) == pytest.approx([4.0, 5.0, 0.75])
    apart = [
        np.linalg.norm(np.subtract(centre(d, a, 1.0), centre(d, b, 1.0)))
        for d, a, b in ((drive, "car", "inserted 1"), (pasted, car, animal))
    ]
    assert apart[0] == pytest.approx(apart[1])
    assert len(pasted.splats_at(1.0)) == 115 + 5 + 7
    assert pasted.warnings == ()
    assert pasted.scene is not None
    assert pasted.track(car).name == "Ida"
    assert pasted.scene.licence == "CC BY 4.0; deer: MIT"
    assert command.revert(pasted.scenario) == other.scenario


def test_without_a_scene_they_are_boxes(drive: EditedDrive, store: AssetStore, tmp_path: Path) -> None:
    text = copy_actors(drive.with_scene(None), ["walker"], store)
    log = small_drive(missing_back=3)
    other = EditedDrive(scenario_of(log), log, street_scene(log), load_asset=AssetStore(tmp_path / "no").load)
    command, (walker,) = paste_actors(text, other.scenario, AssetStore(tmp_path / "there"))
    pasted = other.with_scenario(command.apply(other.scenario))
    assert centre(pasted, walker, 1.0) == pytest.approx([18.0, -4.0, 0.9])
    assert len(pasted.splats_at(1.0)) == 115


@pytest.mark.parametrize("text", ["", "hello", "{}", '{"kind": "driftless actors", "version": 2}'])
def test_any_other_clipboard_is_told(drive: EditedDrive, store: AssetStore, text: str) -> None:
    with pytest.raises(UserError, match="no actors of Driftless"):
        paste_actors(text, drive.scenario, store)


def test_damaged_splats_are_told(drive: EditedDrive, store: AssetStore) -> None:
    text = copy_actors(drive, ["car"], store)
    start = text.index('"splats.ply":"') + 20
    with pytest.raises(UserError, match="damaged"):
        paste_actors(text[:start] + "AAAA" + text[start + 4 :], drive.scenario, store)
