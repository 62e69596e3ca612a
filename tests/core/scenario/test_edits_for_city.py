"""Edits of a scenario, told to the city that the log was written from: the truth is where the boxes are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_street import of_deer, scenario_of

from core.city import CityDrive, CitySpec
from core.city.actors import ActorKind, actor_class
from core.city.editing import added_track_id
from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, DrivingLog, Track
from core.scenario import Authored, Command, Conditions, EditedDrive, OfAsset, editing
from core.scenario.city_edits import KIND, SEED, city_edits_of
from core.scenario.motion import AuthoredPath, Handle

START_NS = 5_000_000_000


@pytest.fixture(scope="module")
def city() -> CityDrive:
    return CityDrive(CitySpec(seed=4, seconds=1.0, rig="front1", width=84, height=48, samples=1))


@pytest.fixture(scope="module")
def log(city: CityDrive) -> DrivingLog:
    """As a reader would find it: re-based to the first ego pose."""
    source_from_world = city.ego.poses[0]
    world_from_source = source_from_world.inverse()

    def rebased(poses: PoseTrack) -> PoseTrack:
        return PoseTrack(poses.t_ns + START_NS, world_from_source @ poses.poses)

    tracks = tuple(
        Track(
            id=track.id,
            actor_class=actor_class(track.kind),
            source_label=track.kind.value,
            poses=rebased(track.poses),
            size_m=track.size_m,
        )
        for track in city.tracks
    )
    ego = rebased(city.ego)
    return DrivingLog(
        name="city",
        format="nuscenes",
        path=Path("nowhere"),
        ego=ego,
        cameras=(),
        tracks=tracks,
        source_from_world=source_from_world,
    )


@pytest.fixture
def drive(log: DrivingLog) -> EditedDrive:
    return EditedDrive(scenario_of(log), log)


def after(drive: EditedDrive, command: Command) -> EditedDrive:
    return drive.with_scenario(command.apply(drive.scenario))


def driving(log: DrivingLog) -> Track:
    return next(track for track in log.tracks if track.actor_class is ActorClass.CAR and track.speed_at(START_NS) > 3)


def in_world(drive: EditedDrive, poses: PoseTrack, t_s: float) -> list[float]:
    pose = drive.log.source_from_world.inverse() @ poses.at(round(t_s * 1e9))
    return [*pose.translation.tolist(), float(pose.heading)]


def test_without_edits_the_city_is_as_it_was(drive: EditedDrive, city: CityDrive) -> None:
    named = after(drive, editing.rename_actor(drive.scenario, drive.log.tracks[0].id, "Ida"))
    assert city_edits_of(named, city) == ()


def test_moved_removed_and_copied_actors_are_where_their_boxes_are(drive: EditedDrive, city: CityDrive) -> None:
    car, other = driving(drive.log), drive.log.tracks[1]
    edited = after(drive, editing.move_actors(drive.scenario, [car.id], Pose.from_heading(0.1, [2.0, 1.0, 0.0])))
    edited = after(edited, editing.remove_actors(edited.scenario, [other.id]))
    command, (twin,) = editing.duplicate_actors(edited.scenario, [car.id], Pose.from_heading(0.0, [9.0, 0.0, 0.0]))
    edited = after(edited, command)
    truth = city.edited(city_edits_of(edited, city))
    assert other.id not in {track.id for track in truth.tracks}
    for name, found in ((car.id, truth.track(car.id)), (twin, truth.track(added_track_id(city.spec, twin)))):
        box = edited.track(name).box_at(START_NS + 400_000_000)
        assert box is not None
        pose = box.world_from_box
        expected = [*pose.translation.tolist(), float(pose.heading)]
        assert in_world(edited, found.poses, 0.4) == pytest.approx(expected, abs=1e-6)
        assert (found.kind, found.seed) == (city.track(car.id).kind, city.track(car.id).seed)


def test_inserted_animals_are_of_their_kind(drive: EditedDrive, city: CityDrive) -> None:
    deer = of_deer().model_copy(update={"asset": None, "attributes": {KIND: "deer", SEED: "3"}})
    for asset, kind, seed in ((deer, ActorKind.DEER, 3), (of_deer(), ActorKind.DOG, 0)):
        command, name = editing.insert_asset(drive.scenario, asset, Pose.from_heading(1.0, [9.0, 2.0, 0.7]))
        edited = after(drive, command)
        found = city.edited(city_edits_of(edited, city)).track(added_track_id(city.spec, name))
        assert (found.kind, found.seed) == (kind, seed)
        assert in_world(edited, found.poses, 0.7)[:2] == pytest.approx([9.0, 2.0], abs=1e-6)
    stranger = OfAsset(name="cart", actor_class=ActorClass.OTHER, size_m=(1.0, 1.0, 1.0))
    command, _ = editing.insert_asset(drive.scenario, stranger, Pose.identity())
    with pytest.raises(UserError, match="no other"):
        city_edits_of(after(drive, command), city)


def test_ego_and_weather_follow(drive: EditedDrive, city: CityDrive) -> None:
    path = AuthoredPath(handles=(Handle(x_m=0.0, y_m=0.0), Handle(x_m=20.0, y_m=3.0)))
    edited = after(drive, editing.set_ego_path(drive.scenario, Authored(path=path)))
    edited = after(edited, editing.set_conditions(edited.scenario, Conditions(weather="rain")))
    truth = city.edited(city_edits_of(edited, city))
    pose = edited.ego_at(0.8)
    expected = [*pose.translation.tolist(), float(pose.heading)]
    assert in_world(edited, truth.ego, 0.8) == pytest.approx(expected, abs=1e-6)
    assert np.abs(expected[1]) > 0.5
    assert truth.spec.weather == "rain"
    snow = after(drive, editing.set_conditions(drive.scenario, Conditions(weather="snow")))
    with pytest.raises(UserError, match="no snow"):
        city_edits_of(snow, city)
