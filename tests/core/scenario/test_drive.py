"""What a scenario makes of a log and a scene: boxes, splats, ego and cameras after edits, all from one place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scenario_street import ASSET, deer, of_deer, scenario_of, street_scene
from synthetic_drive import FRONT, small_drive

from core.errors import UserError
from core.geometry import PinholeCamera, Pose, project_box
from core.logs import ActorClass, DrivingLog
from core.logs.names import actor_names
from core.scenario import (
    Command,
    EditedDrive,
    EgoEdit,
    Keyed,
    KeyFrame,
    Placement,
    editing,
)
from core.scene import Asset

LEFT = Pose.from_heading(0.0, [0.0, 3.5, 0.0])


@pytest.fixture
def log() -> DrivingLog:
    return small_drive()


def load_deer(content: str) -> Asset:
    assert content == ASSET
    return deer()


@pytest.fixture
def drive(log: DrivingLog) -> EditedDrive:
    return EditedDrive(scenario_of(log), log, street_scene(log), load_asset=load_deer)


def after(drive: EditedDrive, command: Command) -> EditedDrive:
    return drive.with_scenario(command.apply(drive.scenario))


def box_centres(drive: EditedDrive, t_s: float) -> dict[str, list[float]]:
    found = drive.boxes_at(t_s)
    return {
        track.id: box.world_from_box.translation.round(9).tolist()
        for track, box in zip(found.tracks, found.boxes(), strict=True)
    }


def splat_centres(drive: EditedDrive, t_s: float) -> dict[str, list[float]]:
    assert drive.scene is not None
    cloud, names = drive.splats_at(t_s), {actor.number: actor.track.id for actor in drive.scene.actors}
    assert cloud.owners is not None
    return {
        name: cloud.means_m[cloud.owners == number].mean(0).astype(float).round(4).tolist()
        for number, name in names.items()
    }


def test_without_edits_everything_is_as_recorded(drive: EditedDrive, log: DrivingLog) -> None:
    assert [track.poses for track in drive.tracks] == [track.poses for track in log.tracks]
    assert {track.id: track.name for track in drive.tracks} == actor_names(log)
    assert drive.ego is log.ego
    assert [one.world_from_camera for one in drive.cameras] == [one.world_from_camera for one in log.cameras]
    assert len(drive.splats_at(1.0)) == 115
    assert drive.warnings == ()


def test_box_and_splats_move_as_one(drive: EditedDrive) -> None:
    turned = after(drive, editing.move_actors(drive.scenario, ["car"], LEFT))
    turned = after(turned, editing.move_actors(turned.scenario, ["car"], Pose.from_heading(np.pi / 2, [0.0, 0.0, 0.0])))
    assert box_centres(turned, 1.0)["car"] == pytest.approx([-6.5, 20.0, 0.75])
    assert splat_centres(turned, 1.0) == {
        name: pytest.approx(place, abs=1e-4) for name, place in box_centres(turned, 1.0).items()
    }
    assert box_centres(turned, 1.0)["walker"] == box_centres(drive, 1.0)["walker"]


def test_who_is_removed_or_hidden_is_nowhere(drive: EditedDrive) -> None:
    gone = after(drive, editing.remove_actors(drive.scenario, ["car"]))
    gone = after(gone, editing.hide_actors(gone.scenario, ["walker"]))
    assert set(box_centres(gone, 1.0)) == set(splat_centres(gone, 1.0)) == {"follower"}
    assert gone.track("car").box_at(gone.log.t_ns(1.0)) is not None
    back = after(gone, editing.show_all(gone.scenario))
    back = after(back, editing.restore_actors(back.scenario, ["car"]))
    assert back.scenario == drive.scenario


def test_a_twin_drives_as_its_original_was_recorded(drive: EditedDrive) -> None:
    command, names = editing.duplicate_actors(drive.scenario, ["follower", "car"], LEFT)
    twins = after(drive, command)
    boxes = box_centres(twins, 0.4)
    for name, original in zip(names, ["follower", "car"], strict=True):
        assert boxes[name] == pytest.approx(np.add(boxes[original], [0.0, 3.5, 0.0]))
    assert splat_centres(twins, 0.4)[names[0]] == pytest.approx(boxes[names[0]], abs=1e-4)
    named = after(drive, editing.rename_actor(drive.scenario, "car", "Ida"))
    command, (twin,) = editing.duplicate_actors(named.scenario, ["car"], LEFT)
    assert after(named, command).track(twin).name == "Ida (copy)"
    assert [named.name("car"), named.track("car").name, twins.name(names[1])] == ["Ida", "Ida", "Car 1 (copy)"]
    second, names = editing.duplicate_actors(twins.scenario, [names[0]], LEFT)
    assert box_centres(after(twins, second), 0.4)[names[0]] == pytest.approx(np.add(boxes["follower"], [0.0, 7.0, 0.0]))


def test_an_asset_stands_where_it_was_put_and_can_be_taken_away(drive: EditedDrive) -> None:
    command, name = editing.insert_asset(drive.scenario, of_deer(), Pose.from_heading(1.0, [9.0, 2.0, 0.7]))
    with_deer = after(drive, command)
    for t_s in (0.0, 1.0, with_deer.log.duration_s):
        assert box_centres(with_deer, t_s)[name] == pytest.approx([9.0, 2.0, 0.7])
        assert splat_centres(with_deer, t_s)[name] == pytest.approx([9.0, 2.0, 0.7], abs=1e-4)
    assert with_deer.scene is not None
    assert with_deer.scene.licence == "CC BY 4.0; deer: MIT"
    assert with_deer.track(name).actor_class is ActorClass.ANIMAL
    assert after(with_deer, editing.remove_actors(with_deer.scenario, [name])).scenario == drive.scenario


def test_inserted_splats_keep_their_owner_when_others_go(drive: EditedDrive) -> None:
    command, first = editing.insert_asset(drive.scenario, of_deer(), LEFT)
    drive = after(drive, command)
    command, second = editing.insert_asset(drive.scenario, of_deer(), LEFT)
    drive = after(drive, command)

    def number(drive: EditedDrive) -> int:
        assert drive.scene is not None
        return next(actor.number for actor in drive.scene.actors if actor.track.id == second)

    fewer = after(drive, editing.remove_actors(drive.scenario, [first]))
    assert number(fewer) == number(drive)


def test_key_frames_say_where_an_actor_is(drive: EditedDrive) -> None:
    places = [Placement(position_m=(10.0, 0.0, 0.75)), Placement(position_m=(14.0, 2.0, 0.75))]
    keyed = Keyed(frames=tuple(KeyFrame(t_s=t, place=place) for t, place in zip((0.5, 1.5), places, strict=True)))
    moved = after(drive, editing.set_behaviour(drive.scenario, ["car"], keyed))
    assert box_centres(moved, 1.0)["car"] == pytest.approx([12.0, 1.0, 0.75])
    assert "car" not in box_centres(moved, 0.4)
    shifted = after(moved, editing.move_actors(moved.scenario, ["car"], LEFT))
    assert box_centres(shifted, 1.0)["car"] == pytest.approx([12.0, 4.5, 0.75])


def test_a_class_can_be_changed_and_given_back(drive: EditedDrive) -> None:
    truck = after(drive, editing.set_class(drive.scenario, ["car"], ActorClass.TRUCK))
    assert truck.track("car").actor_class is ActorClass.TRUCK
    assert after(truck, editing.set_class(truck.scenario, ["car"], None)).scenario == drive.scenario


def test_one_dragged_actor_makes_one_track(drive: EditedDrive) -> None:
    moved = after(drive, editing.move_actors(drive.scenario, ["car", "walker"], LEFT))
    before, scene = {track.id: track for track in moved.tracks}, moved.scene
    dragged = after(moved, editing.move_actors(moved.scenario, ["car"], LEFT))
    now = {track.id: track for track in dragged.tracks}
    assert [name for name in now if now[name] is not before[name]] == ["car"]
    assert scene is not None
    assert dragged.scene is not None
    assert dragged.scene.static is scene.static
    assert [a is b for a, b in zip(dragged.scene.actors, scene.actors, strict=True)] == [False, True, True]


def test_cameras_follow_the_ego_and_keep_their_times(drive: EditedDrive, log: DrivingLog) -> None:
    beside = Keyed(
        frames=tuple(
            KeyFrame(t_s=t, place=Placement(position_m=(5.0 * t, 3.5, 0.0))) for t in (0.0, log.duration_s + 1.0)
        )
    )
    moved = after(drive, editing.set_ego_path(drive.scenario, beside))
    for recorded, now in zip(log.cameras, moved.cameras, strict=True):
        assert np.array_equal(recorded.t_ns, now.t_ns)
        assert now.world_from_camera.translation - recorded.world_from_camera.translation == pytest.approx(
            np.tile([0.0, 3.5, 0.0], (len(now), 1)), abs=1e-6
        )
    assert moved.camera_pose_at("front", 1.0).translation == pytest.approx([6.0, 3.5, 1.5])
    assert moved.over_recording.ego is log.ego
    assert moved.as_driven.ego is moved.ego


def test_a_rig_is_edited(drive: EditedDrive) -> None:
    lens = PinholeCamera(64, 48, 40.0, 40.0, 31.5, 23.5)
    mount = drive.log.camera("front").ego_from_camera
    higher = Pose.from_heading(0.0, [0.0, 0.0, 0.5]) @ mount
    edited = after(drive, editing.change_lens(drive.scenario, "front", lens))
    edited = after(edited, editing.move_camera(edited.scenario, "front", higher))
    edited = after(edited, editing.switch_camera(edited.scenario, "left", False))
    assert [camera.name for camera in edited.cameras] == ["front", "back"]
    assert edited.camera("front").camera == lens
    assert edited.camera("front").world_from_camera.translation[:, 2] == pytest.approx(2.0)
    assert edited.camera("left").camera == drive.log.camera("left").camera
    edited = after(edited, editing.change_lens(edited.scenario, "front", None))
    edited = after(edited, editing.move_camera(edited.scenario, "front", None))
    edited = after(edited, editing.switch_camera(edited.scenario, "left", True))
    assert edited.scenario == drive.scenario


def test_boxes_and_splats_agree_in_every_camera(drive: EditedDrive) -> None:
    edited = after(drive, editing.move_actors(drive.scenario, ["car"], LEFT))
    t_s = 1.0
    camera, pose = edited.camera("front").camera, edited.camera_pose_at("front", t_s)
    box = edited.track("car").box_at(edited.log.t_ns(t_s))
    assert box is not None
    outline = project_box(camera, pose, box)
    centre, valid = camera.project(pose.inverse().apply(np.array([splat_centres(edited, t_s)["car"]])))
    of_box, _ = camera.project(pose.inverse().apply(box.world_from_box.translation[None]))
    assert outline is not None
    assert valid.all()
    assert centre[0] == pytest.approx(of_box[0], abs=0.01)
    assert FRONT.in_image(centre).all()


def test_without_a_scene_there_are_boxes_ego_and_rig(log: DrivingLog) -> None:
    drive = EditedDrive(scenario_of(log), log)
    command, name = editing.insert_asset(drive.scenario, of_deer(), LEFT)
    with_deer = after(drive, command)
    assert name in box_centres(with_deer, 1.0)
    assert with_deer.scene is None
    assert len(with_deer.splats_at(1.0)) == 0
    assert len(with_deer.with_scene(street_scene(log)).splats_at(1.0)) == 115


def test_edits_of_strangers_are_told(drive: EditedDrive) -> None:
    strange = after(drive, editing.rename_actor(drive.scenario, "bus", "14"))
    assert strange.warnings == ("The log has no actor 'bus', so its edit changes nothing",)
    assert strange.tracks == drive.tracks
    with pytest.raises(KeyError):
        strange.track("bus")


def test_a_group_is_named_and_renamed(drive: EditedDrive) -> None:
    scenario = editing.set_group(drive.scenario, ["car", "follower"], "convoy").apply(drive.scenario)
    assert editing.members(scenario, "convoy") == ["car", "follower"]
    scenario = editing.set_group(scenario, ["walker"], "others").apply(scenario)
    with pytest.raises(UserError, match="name of its own"):
        editing.rename_group(scenario, "convoy", "others")
    scenario = editing.rename_group(scenario, "convoy", "rank").apply(scenario)
    assert editing.groups(scenario) == ["others", "rank"]
    scenario = editing.set_group(scenario, ["car", "follower", "walker"], None).apply(scenario)
    assert scenario == drive.scenario


def test_the_ego_path_is_part_of_the_document(drive: EditedDrive) -> None:
    keyed = Keyed(frames=(KeyFrame(t_s=0.0, place=Placement()),))
    command = editing.set_ego_path(drive.scenario, keyed)
    assert command.apply(drive.scenario).ego == EgoEdit(path=keyed)
    assert after(drive, command).ego_at(1.0).translation == pytest.approx([0.0, 0.0, 0.0])


def test_an_actor_that_only_the_scene_knows_is_edited_too(log: DrivingLog) -> None:
    scene = street_scene(log)
    fewer = replace(log, tracks=log.tracks[1:])
    drive = EditedDrive(scenario_of(fewer), fewer, scene)
    moved = after(drive, editing.move_actors(drive.scenario, ["car"], LEFT))
    assert box_centres(moved, 1.0)["car"] == pytest.approx([20.0, 6.5, 0.75])
    assert splat_centres(moved, 1.0)["car"] == pytest.approx([20.0, 6.5, 0.75], abs=1e-4)
