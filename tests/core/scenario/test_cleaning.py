"""Clean-up of splats: what is deleted, hidden or given away, by regions and by numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scenario_street import scenario_of, splats, street_scene
from synthetic_drive import small_drive

from core.scenario import BoxRegion, Cleanup, EditedDrive, Placement, Runs, Sphere, editing
from core.scenario.cleaning import runs_of, splats_in
from core.scene import Scene
from core.splats import GaussianCloud

CORNER = Sphere(centre_m=(0.0, 0.0, 0.0), radius_m=1.2)


@pytest.fixture
def drive() -> EditedDrive:
    log = small_drive()
    return EditedDrive(scenario_of(log), log, street_scene(log))


def cleaned(drive: EditedDrive, *cleanups: Cleanup) -> Scene:
    scenario = drive.scenario
    for cleanup in cleanups:
        scenario = editing.clean_up(scenario, cleanup).apply(scenario)
    scene = drive.with_scenario(scenario).scene
    assert scene is not None
    return scene


def cloud_of(scene: Scene, name: str) -> GaussianCloud:
    return next(actor.cloud for actor in scene.actors if actor.track.id == name)


def test_regions_choose_by_place(drive: EditedDrive) -> None:
    grid = drive.scene.static if drive.scene else splats(np.zeros((0, 3)))
    box = BoxRegion(place=Placement(position_m=(4.0, 4.0, 0.0)), size_m=(2.2, 0.2, 1.0))
    assert splats_in(grid, [CORNER]).sum() == 3
    assert splats_in(grid, [box]).sum() == 3
    assert splats_in(grid, [CORNER, box]).sum() == 6
    assert len(cleaned(drive, Cleanup(action="delete", regions=(CORNER, box))).static) == 94


def test_runs_mean_the_same_splats_after_others_are_gone(drive: EditedDrive) -> None:
    scene = drive.scene
    assert scene is not None
    mask = np.zeros(100, bool)
    mask[[0, 50, 51, 99]] = True
    runs = runs_of(mask, scene)
    assert runs.runs == ((0, 1), (50, 2), (99, 1))
    left = cleaned(drive, Cleanup(action="delete", regions=(CORNER,)), Cleanup(action="delete", regions=(runs,)))
    assert len(left.static) == 100 - 3 - 3
    assert not ((left.static.means_m[:, :2] == [0.0, 5.0]).all(1)).any()


def test_numbers_of_another_scene_are_left_alone_and_told(drive: EditedDrive) -> None:
    foreign = Cleanup(action="delete", regions=(Runs(scene_hash="0" * 16, runs=((0, 50),)),))
    scenario = editing.clean_up(drive.scenario, foreign).apply(drive.scenario)
    after = drive.with_scenario(scenario)
    assert after.scene is not None
    assert len(after.scene.static) == 100
    assert "another scene" in after.warnings[0]


def test_splats_given_to_an_actor_move_with_it(drive: EditedDrive) -> None:
    t_s = 1.0
    scene = cleaned(drive, Cleanup(action="assign", regions=(CORNER,), to="car", t_s=t_s))
    assert len(scene.static) == 97
    assert len(cloud_of(scene, "car")) == 8
    assert len(scene.at(t_s)) == 115
    assert np.sort(scene.at(t_s).means_m, 0) == pytest.approx(np.sort(drive.splats_at(t_s).means_m, 0), abs=1e-5)
    back = cleaned(
        drive,
        Cleanup(action="assign", regions=(CORNER,), to="car", t_s=t_s),
        Cleanup(
            action="assign",
            regions=(BoxRegion(place=Placement(), size_m=(100.0, 100.0, 100.0)),),
            of="car",
            t_s=t_s,
        ),
    )
    assert len(back.static) == 105
    assert len(cloud_of(back, "car")) == 0


def test_an_actors_own_splats_are_deleted_in_its_frame(drive: EditedDrive) -> None:
    nose = Sphere(centre_m=(0.4, 0.0, 0.0), radius_m=0.05)
    scene = cleaned(drive, Cleanup(action="delete", regions=(nose,), of="walker"))
    assert (len(cloud_of(scene, "walker")), len(cloud_of(scene, "car"))) == (4, 5)


def test_hidden_splats_come_back_and_deleted_ones_stay_away(drive: EditedDrive) -> None:
    scenario = editing.clean_up(drive.scenario, Cleanup(action="hide", regions=(CORNER,))).apply(drive.scenario)
    other = Sphere(centre_m=(9.0, 9.0, 0.0), radius_m=0.5)
    scenario = editing.clean_up(scenario, Cleanup(action="delete", regions=(other,))).apply(scenario)
    scene = drive.with_scenario(scenario).scene
    assert scene is not None
    assert len(scene.static) == 96
    scene = drive.with_scenario(editing.show_hidden_splats(scenario).apply(scenario)).scene
    assert scene is not None
    assert len(scene.static) == 99


def test_a_clean_up_of_an_actor_that_is_not_there_is_told(drive: EditedDrive) -> None:
    scenario = editing.clean_up(drive.scenario, Cleanup(action="delete", regions=(CORNER,), of="bus")).apply(
        drive.scenario
    )
    assert drive.with_scenario(scenario).warnings == ("The scene has no actor 'bus' whose splats could be edited",)
