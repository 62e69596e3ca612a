"""Clean-up of splats: what is deleted, hidden or given away, by regions and by numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scenario_street import scenario_of, street_scene
from synthetic_drive import small_drive

from core.geometry import Pose
from core.scenario import BoxRegion, Cleanup, EditedDrive, Placement, Runs, Scenario, Sphere, Stroke, editing
from core.scenario.choosing import Places, moved
from core.scenario.cleaning import runs_of
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
    grid = Places(drive.scene.static.means_m if drive.scene else np.zeros((0, 3)))
    box = BoxRegion(place=Placement(position_m=(4.0, 4.0, 0.0)), size_m=(2.2, 0.2, 1.0))
    assert grid.chosen([CORNER]).sum() == 3
    assert grid.chosen([box]).sum() == 3
    assert grid.chosen([CORNER, box]).sum() == 6
    assert len(cleaned(drive, Cleanup(action="delete", regions=(CORNER, box))).static) == 94


def test_a_stroke_chooses_whatever_is_near_its_line() -> None:
    chance = np.random.default_rng(3)
    means_m = chance.uniform(-10.0, 10.0, (4_000, 3)).astype(np.float32)
    line_m = np.cumsum(chance.normal(0.0, 0.6, (40, 3)), 0)
    stroke = Stroke(points_m=tuple(map(tuple, line_m.tolist())), radius_m=0.7)
    finely_m = np.concatenate([np.linspace(a, b, 60) for a, b in pairwise(line_m)])
    away_m = np.sqrt(((means_m[:, None] - finely_m[None, ::6]) ** 2).sum(-1)).min(1)
    near = Places(means_m).chosen([stroke])
    assert near.any() and (away_m[near] < 0.7 + 0.1).all()
    assert (near | (away_m > 0.7)).all(), "no gaps"
    places, by_piece = Places(means_m), np.zeros(len(means_m), bool)
    for a, b in pairwise(stroke.points_m):
        places.mark(stroke.model_copy(update={"points_m": (a, b)}), by_piece)
    assert (by_piece == near).all(), "painted bit by bit it is the same"


def test_a_sparing_stroke_takes_away_what_was_chosen_before_it(drive: EditedDrive) -> None:
    along = Stroke(points_m=((0.0, 4.0, 0.0), (9.0, 4.0, 0.0)), radius_m=0.4)
    spared = Stroke(points_m=((2.0, 4.0, 0.0), (5.0, 4.0, 0.0)), radius_m=0.4, spares=True)
    again = Stroke(points_m=((3.0, 4.0, 0.0),), radius_m=0.4)
    assert len(cleaned(drive, Cleanup(action="delete", regions=(along, spared, again))).static) == 100 - 10 + 4 - 1


def test_a_painted_clean_up_is_the_same_when_its_document_is_read_again(drive: EditedDrive) -> None:
    stroke = Stroke(points_m=((0.1, 4.0, 0.3), (7.7, 5.2, 0.1)), radius_m=0.7)
    scenario = editing.clean_up(drive.scenario, Cleanup(action="delete", regions=(stroke,))).apply(drive.scenario)
    after, read = (drive.with_scenario(one).scene for one in (scenario, Scenario.from_json(scenario.to_json())))
    assert after is not None and read is not None
    assert 0 < len(after.static) < 100
    assert (after.static.means_m == read.static.means_m).all()


def test_regions_are_the_same_in_another_frame(drive: EditedDrive) -> None:
    pose = Pose.from_heading(0.7, [3.0, -2.0, 1.0])
    means_m = np.random.default_rng(1).uniform(-3, 3, (3000, 3)).astype(np.float32)
    here, there = Places(means_m), Places(pose.apply(means_m))
    for region in (
        Sphere(centre_m=(1.0, 0.0, 0.5), radius_m=1.3),
        BoxRegion(place=Placement(position_m=(0.5, 0.0, 0.0)), size_m=(2.0, 3.0, 1.0)),
        Stroke(points_m=((-1.0, 0.0, 0.0), (1.0, 1.0, 1.0)), radius_m=0.8),
    ):
        mask = here.chosen([region])
        assert mask.any() and (mask == there.chosen([moved(region, pose)])).all()


def test_further_clean_ups_build_on_what_is_known(drive: EditedDrive) -> None:
    first = Cleanup(action="delete", regions=(CORNER,))
    again = Cleanup(action="delete", regions=(Sphere(centre_m=(0.0, 0.0, 0.0), radius_m=1.5),))
    given = Cleanup(action="assign", regions=(Sphere(centre_m=(9.0, 9.0, 0.0), radius_m=0.5),), to="car")
    one = editing.clean_up(drive.scenario, first).apply(drive.scenario)
    two = editing.clean_up(one, again).apply(one)
    three = editing.clean_up(two, given).apply(two)
    left = [drive.with_scenario(scenario).scene for scenario in (one, two, three, one, drive.scenario)]
    assert [len(scene.static) for scene in left if scene] == [97, 96, 95, 97, 100]


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


def test_splats_given_to_an_actor_stay_where_both_are_seen(drive: EditedDrive) -> None:
    """However far the actor was moved before."""
    t_s, scenario = 1.0, drive.scenario
    scenario = editing.move_actors(scenario, ["car"], Pose.from_heading(0.4, [3.0, 5.0, 0.0])).apply(scenario)
    moved_drive = drive.with_scenario(scenario)
    way = Placement.of(moved_drive.pose_at("car", t_s).inverse())
    given = Cleanup(action="assign", regions=(CORNER,), to="car", t_s=t_s, to_from_of=way)
    scene = cleaned(moved_drive, given)
    assert len(cloud_of(scene, "car")) == 8
    assert np.sort(scene.at(t_s).means_m, 0) == pytest.approx(np.sort(moved_drive.splats_at(t_s).means_m, 0), abs=1e-5)


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
