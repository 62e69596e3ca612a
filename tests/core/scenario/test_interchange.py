"""Scenarios that go out as OpenSCENARIO, come back, and come from elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_street import scenario_of
from synthetic_drive import small_drive

from core.errors import UserError
from core.export import read_openscenario
from core.geometry import Pose
from core.scenario import EditedDrive, Keyed, editing
from core.scenario.interchange import export_opendrive, export_openscenario, import_openscenario

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "openx" / "xosc"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no sample data")


@pytest.fixture
def drive() -> EditedDrive:
    log = small_drive()
    return EditedDrive(scenario_of(log), log)


def test_what_was_edited_comes_back_in_a_fresh_scenario(drive: EditedDrive, tmp_path: Path) -> None:
    actor = drive.tracks[0].id
    moved = editing.move_actors(drive.scenario, [actor], Pose.from_heading(0.3, [1.0, 2.0, 0.1]))
    edited = drive.with_scenario(moved.apply(drive.scenario))
    export_openscenario(edited, tmp_path / "out.xosc")
    found = import_openscenario(drive, tmp_path / "out.xosc")
    again = drive.with_scenario(found.command.apply(drive.scenario))
    assert list(again.scenario.actors) == [actor], "who drives as recorded is not edited"
    assert again.scenario.ego == drive.scenario.ego
    back = again.track(actor).poses
    np.testing.assert_allclose(edited.track(actor).poses.at(back.t_ns).matrix, back.poses.matrix, atol=2e-3)
    assert found.command.revert(again.scenario) == drive.scenario


def test_importing_what_is_there_already_changes_nothing(drive: EditedDrive, tmp_path: Path) -> None:
    export_openscenario(drive, tmp_path / "out.xosc")
    assert import_openscenario(drive, tmp_path / "out.xosc").command.changes == ()


def test_a_removed_actor_of_the_file_is_back(drive: EditedDrive, tmp_path: Path) -> None:
    export_openscenario(drive, tmp_path / "out.xosc")
    actor = drive.tracks[0].id
    without = drive.with_scenario(editing.remove_actors(drive.scenario, [actor]).apply(drive.scenario))
    found = import_openscenario(without, tmp_path / "out.xosc")
    assert without.with_scenario(found.command.apply(without.scenario)).scenario.actor(actor).is_present


@needs_samples
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.xosc")))
def test_scenarios_of_others_are_put_where_the_drive_begins(drive: EditedDrive, name: str) -> None:
    found = import_openscenario(drive, SAMPLES / name)
    after = drive.with_scenario(found.command.apply(drive.scenario))
    inserted = [after.track(name) for name, edit in after.scenario.actors.items() if edit.inserted is not None]
    others = [entity for entity in read_openscenario(SAMPLES / name).entities if entity.name.casefold() != "ego"]
    assert len(inserted) == len([entity for entity in others if len(entity.t_s)])
    begins_m = drive.ego_at(0.0).translation
    assert all(np.linalg.norm(track.poses.poses.translation[0] - begins_m) < 500.0 for track in inserted)
    assert after.warnings == ()


@needs_samples
def test_followed_trajectories_become_key_frames(drive: EditedDrive) -> None:
    found = import_openscenario(drive, SAMPLES / "pedestrian.xosc")
    after = found.command.apply(drive.scenario)
    assert any(isinstance(edit.behaviour, Keyed) and len(edit.behaviour.frames) > 1 for edit in after.actors.values())


def test_a_map_goes_out_only_where_there_is_one(drive: EditedDrive, tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(UserError, match="no lane map"):
        export_opendrive(replace(drive.log, lane_map=None), tmp_path / "map.xodr")
