"""Which space a log's cameras saw, and how far from it a camera is."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from scene_street import drive_scene, ground, wall
from synthetic_drive import FRONT, mounting, small_drive

from core.errors import UserError
from core.geometry import Pose
from core.scene import ObservedSpace, load_scene, observed_space, save_scene, with_observation
from core.splats import GaussianCloud

WALL_X_M = 30.0


@pytest.fixture(scope="module")
def space() -> ObservedSpace:
    scene = drive_scene(GaussianCloud.concatenated([ground(), wall(WALL_X_M)]))
    return observed_space(small_drive(), None, scene)


def front_at(x_m: float, y_m: float, turn_rad: float = 0.0) -> Pose:
    return Pose.from_heading(0.0, [x_m, y_m, 0.0]) @ mounting(turn_rad, x_m=1.0)


def test_space_is_free_up_to_a_surface_and_unknown_behind(space: ObservedSpace) -> None:
    points = np.array([[15, 0, 1.5], [WALL_X_M, 0, 1.5], [WALL_X_M + 5, 0, 1.5], [15, 0, -4.5], [900.0, 0, 0]])
    views, nearest_m, surface = space.at(points)
    assert (views > 0).tolist() == [True, True, False, False, False]
    assert surface.tolist() == [False, True, False, False, False]
    # The front camera comes as far as 10.5 m.
    assert nearest_m[0] == pytest.approx(4.5, abs=1.0)
    assert nearest_m[1] == pytest.approx(19.5, abs=1.5)
    assert np.isinf(nearest_m[2])


def test_what_lies_behind_an_actor_was_not_seen() -> None:
    log = small_drive()
    seen = observed_space(log, (0.0, 0.05), drive_scene(GaussianCloud.empty()))
    car = next(track for track in log.tracks if track.id == "car").poses.poses.translation[0]
    beyond = np.array([1.0, 0.0, 1.5]) + 1.4 * (car - [1.0, 0.0, 1.5])
    views, _, surface = seen.at([car, beyond, beyond * [1, -1, 1]])
    assert views.tolist()[1:] == [0, 1]
    assert not surface.any()


def test_a_pose_of_the_recording_is_trusted(space: ObservedSpace) -> None:
    trust = space.trust(FRONT, front_at(5.0, 0.0))
    assert trust.distance_m < 0.3
    assert trust.turn_rad < 1e-6
    assert trust.observed > 0.97
    assert trust.fineness > 0.9


def test_trust_falls_with_distance_and_with_turning_away(space: ObservedSpace) -> None:
    beside, turned = space.trust(FRONT, front_at(5.0, -4.0)), space.trust(FRONT, front_at(5.0, 0.0, -0.8))
    behind_wall = space.trust(FRONT, front_at(45.0, 0.0))
    assert beside.distance_m == pytest.approx(4.0, abs=0.3)
    assert turned.turn_rad == pytest.approx(0.8, abs=0.01)
    assert turned.observed < 0.9
    assert behind_wall.observed < 0.05
    assert space.trust(FRONT, front_at(24.0, 0.0)).fineness < 0.5


def test_a_pose_without_any_observation_is_infinitely_far() -> None:
    nothing = observed_space(small_drive(), (90.0, 91.0), drive_scene(ground()))
    trust = nothing.trust(FRONT, front_at(0.0, 0.0))
    assert (trust.distance_m, trust.observed) == (np.inf, 0.0)
    assert nothing.at([0.0, 0.0, 0.0])[0] == 0


def test_it_is_kept_with_the_scene_and_is_the_same_each_time(tmp_path: Path) -> None:
    scene, log = drive_scene(wall(WALL_X_M)), small_drive()
    one, other = with_observation(scene, log), with_observation(scene, log)
    first, second = (save_scene(each, tmp_path / name) for each, name in ((one, "one"), (other, "other")))
    assert (first / "splats.safetensors").read_bytes() == (second / "splats.safetensors").read_bytes()
    again = load_scene(first)
    assert again.observed is not None
    assert one.observed is not None
    assert again.observed.trust(FRONT, front_at(3.0, 1.0)) == one.observed.trust(FRONT, front_at(3.0, 1.0))
    points = np.random.default_rng(3).uniform([-20, -20, -2], [40, 20, 8], (500, 3))
    for before, after in zip(one.observed.at(points), again.observed.at(points), strict=True):
        assert np.array_equal(before, after)
    for before, after in zip(one.actors, again.actors, strict=True):
        assert before.coverage is not None
        assert after.coverage is not None
        assert np.array_equal(before.coverage.px_per_m, after.coverage.px_per_m)
    assert sum(values.nbytes for values in one.observed.packed().values()) < 300_000


def test_a_scene_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    folder = save_scene(drive_scene(ground()), tmp_path / "scene")
    names = folder / "scene.json"
    names.write_text(names.read_text().replace('"version": 2', '"version": 1'))
    scene = load_scene(folder)
    assert scene.observed is None
    assert scene.actors[0].coverage is None


@pytest.mark.parametrize("name", ["observed.voxels", "observed.grid", "actor.1.px_per_m"])
def test_damage_is_told(name: str, tmp_path: Path) -> None:
    folder = save_scene(with_observation(drive_scene(ground()), small_drive()), tmp_path / "scene")
    arrays = load_file(folder / "splats.safetensors")
    arrays[name] = arrays[name][:-1]
    save_file(arrays, folder / "splats.safetensors")
    with pytest.raises(UserError, match="damaged"):
        load_scene(folder)
    del arrays["observed.grid"]
    save_file(arrays, folder / "splats.safetensors")
    with pytest.raises(UserError, match=r"missing|damaged"):
        load_scene(folder)
