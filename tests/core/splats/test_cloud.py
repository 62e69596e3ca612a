"""Clouds: choosing, joining, moving and checking splats."""

from dataclasses import replace

import numpy as np
import pytest
from splat_clouds import covariances, some_cloud

from core.errors import UserError
from core.geometry import Pose
from core.splats.cloud import STATIC, GaussianCloud, Provenance
from core.splats.harmonics import harmonic_colours


@pytest.mark.parametrize("degree", range(5))
def test_degree_follows_the_number_of_harmonics(degree: int) -> None:
    assert some_cloud(degree=degree).degree == degree


def test_chosen_splats_keep_all_their_values() -> None:
    cloud = replace(some_cloud(degree=1), owners=np.arange(20, dtype=np.int32))
    chosen = cloud[cloud.opacities > 0.5]
    assert len(chosen) == (cloud.opacities > 0.5).sum()
    np.testing.assert_array_equal(chosen.harmonics, cloud.harmonics[chosen.owners])


def test_a_moved_cloud_has_moved_shapes_and_colours() -> None:
    cloud = some_cloud(degree=3)
    pose = Pose.from_quaternion([0.3, -0.5, 0.7, 0.2], [4.0, -2.0, 9.0])
    moved = cloud.moved(pose, scale=2.0)
    rotation = pose.rotation
    np.testing.assert_allclose(moved.means_m, 2 * cloud.means_m @ rotation.T + pose.translation, atol=1e-5)
    np.testing.assert_allclose(covariances(moved), 4 * rotation @ covariances(cloud) @ rotation.T, atol=1e-4)
    direction = np.array([0.6, 0.0, 0.8])
    seen, seen_after = (
        harmonic_colours(cloud.harmonics, direction),
        harmonic_colours(moved.harmonics, rotation @ direction),
    )
    np.testing.assert_allclose(seen_after, seen, atol=1e-5)


@pytest.mark.parametrize("degree", [0, 2])
def test_clouds_placed_together_are_those_moved_one_by_one(degree: int) -> None:
    cloud = some_cloud(degree=degree)
    clouds = [cloud[:5], cloud[:0], cloud[5:]]
    turns = np.array([[0.3, -0.5, 0.7, 0.2], [1.0, 0.0, 0.0, 0.0], [0.1, 0.9, -0.3, 0.4]])
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    poses = Pose.from_quaternion(turns, np.arange(9.0).reshape(3, 3))
    placed = GaussianCloud.placed(clouds, poses)
    moved = GaussianCloud.concatenated([cloud.moved(poses[row]) for row, cloud in enumerate(clouds)])
    for name in ("means_m", "quaternions", "scales_m", "opacities", "colours", *(["harmonics"] if degree else [])):
        np.testing.assert_allclose(getattr(placed, name), getattr(moved, name), atol=1e-6)
    assert len(GaussianCloud.placed([], Pose(np.empty((0, 4, 4))))) == 0


def test_moving_there_and_back_changes_nothing() -> None:
    cloud = some_cloud(degree=4)
    pose = Pose.from_quaternion([0.1, 0.9, -0.3, 0.4], [1.0, 2.0, 3.0])
    back = cloud.moved(pose).moved(pose.inverse())
    np.testing.assert_allclose(back.means_m, cloud.means_m, atol=1e-5)
    np.testing.assert_allclose(covariances(back), covariances(cloud), atol=1e-5)
    np.testing.assert_allclose(back.harmonics, cloud.harmonics, atol=1e-5)


def test_joined_clouds_fill_what_only_some_have() -> None:
    plain, rich = some_cloud(3), some_cloud(4, degree=2, seed=1)
    rich = replace(
        rich,
        lifespans_s=np.full((4, 2), 0.5, np.float32),
        owners=np.full(4, 7, np.int32),
        provenance=np.full(4, Provenance.GENERATED, np.uint8),
    )
    joined = GaussianCloud.concatenated([plain, rich]).validated()
    assert len(joined) == 7
    assert joined.degree == 2
    assert not joined.harmonics[:3].any()
    np.testing.assert_array_equal(joined.harmonics[3:], rich.harmonics)
    np.testing.assert_array_equal(joined.lifespans_s[:3], [[0, np.inf]] * 3)
    assert joined.owners.tolist() == [STATIC] * 3 + [7] * 4
    assert joined.owners.dtype == np.int32
    assert joined.provenance.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_joining_nothing_gives_an_empty_cloud() -> None:
    assert len(GaussianCloud.concatenated([]).validated()) == 0
    assert GaussianCloud.concatenated([some_cloud(2), GaussianCloud.empty()]).owners is None


def test_bounds_leave_out_strays() -> None:
    cloud = some_cloud(1000)
    cloud.means_m[0] = 1e6
    low, high = cloud.bounds()
    assert (low < -5).all() and (low > -40).all()
    assert (high > 5).all() and (high < 40).all()
    assert cloud.bounds(100)[1].max() == 1e6


def test_an_empty_cloud_has_no_bounds() -> None:
    with pytest.raises(ValueError, match="empty"):
        GaussianCloud.empty().bounds()


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("means_m", np.nan, "not finite"),
        ("colours", np.inf, "not finite"),
        ("scales_m", 0.0, "not positive"),
        ("scales_m", np.inf, "not finite"),
        ("quaternions", 0.0, "unit length"),
        ("opacities", 1.5, "outside 0 to 1"),
        ("opacities", -0.1, "outside 0 to 1"),
        ("lifespans_s", np.nan, "lifespan"),
        ("lifespans_s", -1.0, "lifespan"),
    ],
)
def test_unusable_values_are_refused_by_name(field: str, value: float, what: str) -> None:
    cloud = replace(some_cloud(), lifespans_s=np.tile(np.float32([0, np.inf]), (20, 1)))
    getattr(cloud.validated(), field)[4] = value
    with pytest.raises(UserError, match=what) as caught:
        cloud.validated()
    assert caught.value.field == field


@pytest.mark.parametrize("field", ["quaternions", "opacities", "harmonics"])
def test_shapes_that_do_not_fit_are_refused(field: str) -> None:
    cloud = replace(some_cloud(degree=1), **{field: np.ones((20, 7, 3), np.float32)})
    with pytest.raises(UserError) as caught:
        cloud.validated()
    assert caught.value.field == field
