"""Which sides of actors a log's cameras saw."""

from dataclasses import replace

import numpy as np
import pytest
from scene_street import drive_scene, ground, wall
from synthetic_drive import small_drive

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, DrivingLog, Track
from core.scene import Coverage, Scene, with_observation
from core.scene.coverage import seen_shares, surface
from core.splats import GaussianCloud


def coverages(scene: Scene, log: DrivingLog, **options: object) -> dict[str, Coverage]:
    seen = with_observation(scene, log, **options)  # type: ignore[arg-type]
    return {actor.track.id: actor.coverage for actor in seen.actors if actor.coverage is not None}


@pytest.fixture(scope="module")
def seen() -> dict[str, Coverage]:
    return coverages(drive_scene(ground()), small_drive())


def test_sides_that_face_the_cameras_are_seen_and_others_are_not(seen: dict[str, Coverage]) -> None:
    car = seen["car"].side_shares  # ahead on the left
    assert car["back"] == car["right"] == 1.0
    assert car["front"] == car["left"] == 0.0
    follower = seen["follower"].side_shares  # behind
    assert follower["front"] == 1.0
    assert follower["back"] == 0.0


def test_fineness_is_that_of_the_nearest_view(seen: dict[str, Coverage]) -> None:
    # The last image is taken 7.5 m before the car's back, through a lens of 180 px.
    assert seen["car"].side_px_per_m["back"] == pytest.approx(180 / 7.5, rel=0.1)
    assert seen["car"].side_px_per_m["front"] == 0.0


def test_single_directions_and_what_a_new_camera_would_see(seen: dict[str, Coverage]) -> None:
    car, size_m = seen["car"], (4.0, 1.8, 1.5)
    assert car.seen((-1.0, 0.1, 0.2))
    assert not car.seen((1.0, 0.1, 0.2))
    assert not car.seen((0.1, 0.1, -1.0))
    places_m = [(-20.0, 0.0, 0.3), (20.0, 0.0, 0.3), (-8.0, 8.0, 0.3), (0.0, 0.0, 0.0)]
    behind, ahead, askew, inside = seen_shares([car] * 4, places_m, [size_m] * 4)
    assert behind > 0.95
    assert ahead < 0.05
    assert 0.2 < askew < 0.8
    assert inside == 1.0
    assert len(seen_shares([], np.zeros((0, 3)), np.zeros((0, 3)))) == 0


def test_a_wall_hides_what_is_behind_it() -> None:
    hidden = coverages(drive_scene(wall(15.0)), small_drive())
    assert hidden["car"].share == hidden["walker"].share == 0.0
    assert hidden["follower"].share > 0.1


def test_an_actor_hides_another() -> None:
    log = small_drive()
    poses = PoseTrack(
        log.ego.t_ns, Pose.from_heading(np.zeros(len(log.ego)), np.tile([14, 2.5, 2.0], (len(log.ego), 1)))
    )
    bus = Track(id="bus", actor_class=ActorClass.BUS, source_label="bus", poses=poses, size_m=(5.0, 4.0, 4.0))
    hidden = coverages(drive_scene(GaussianCloud.empty()), replace(log, tracks=(*log.tracks, bus)))
    assert hidden["car"].side_shares["back"] == 0.0
    assert hidden["walker"].side_shares["back"] == 1.0


def test_window_and_cameras_are_those_that_the_scene_was_made_of() -> None:
    scene, log = drive_scene(ground()), small_drive()
    early = coverages(scene, log, window_s=(0.0, 0.3))["car"]
    assert early.side_px_per_m["back"] == pytest.approx(180 / 15.5, rel=0.1)
    assert coverages(scene, log, cameras=["back"])["car"].share == 0.0
    assert coverages(scene, log, window_s=(90.0, 91.0))["car"].share == 0.0


def test_the_patches_cover_the_box() -> None:
    size_m = (4.0, 2.0, 1.5)
    points, normals, areas = surface(size_m)
    assert areas.sum() == pytest.approx(2 * (4 * 2 + 4 * 1.5 + 2 * 1.5))
    half = np.array(size_m) / 2
    assert (np.abs(points) <= half + 1e-9).all()
    assert np.isclose((points * normals).sum(-1), (np.abs(normals) * half).sum(-1)).all()
    assert np.linalg.norm(normals, axis=-1) == pytest.approx(1.0)
    front = np.linalg.norm(normals[1, [14, 15, 0, 1]] - [1, 0, 0], axis=-1)
    assert front == pytest.approx(0.0)
