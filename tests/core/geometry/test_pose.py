"""Rigid poses and poses over time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation, Slerp

from core.geometry import Pose, PoseTrack

quaternions = arrays(float, 4, elements=st.floats(-1, 1, allow_subnormal=False)).filter(
    lambda q: np.linalg.norm(q) > 0.1
)
translations = arrays(float, 3, elements=st.floats(-1e4, 1e4, allow_subnormal=False))
poses = st.builds(Pose.from_quaternion, quaternions, translations)
many = settings(deadline=None, max_examples=200)
POINTS = np.array([[1.0, 2.0, 3.0], [-4.0, 0.5, 0.0]])


@given(a=poses, b=poses)
@many
def test_composing_poses_maps_points_one_after_the_other(a: Pose, b: Pose) -> None:
    np.testing.assert_allclose((a @ b).apply(POINTS), a.apply(b.apply(POINTS)), atol=1e-8)


@given(pose=poses)
@many
def test_the_inverse_undoes_a_pose(pose: Pose) -> None:
    np.testing.assert_allclose((pose @ pose.inverse()).matrix, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(pose.inverse().apply(pose.apply(POINTS)), POINTS, atol=1e-8)


@given(wxyz=quaternions)
@many
def test_quaternions_follow_scipy_and_come_back(wxyz: np.ndarray) -> None:
    pose = Pose.from_quaternion(wxyz, [0, 0, 0])
    theirs = Rotation.from_quat(wxyz, scalar_first=True)
    np.testing.assert_allclose(pose.rotation, theirs.as_matrix(), atol=1e-12)
    back = pose.quaternion
    assert back[0] >= 0
    np.testing.assert_allclose(abs(back @ wxyz) / np.linalg.norm(wxyz), 1.0, atol=1e-12)


@pytest.mark.parametrize("axis", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0.8, 0]])
def test_half_turns_have_quaternions(axis: list[float]) -> None:
    pose = Pose.from_quaternion([0.0, *axis], [0, 0, 0])
    np.testing.assert_allclose(np.abs(pose.quaternion), [0.0, *axis], atol=1e-12)


@given(heading=st.floats(-3.1, 3.1))
@many
def test_a_heading_turns_counter_clockwise_from_x(heading: float) -> None:
    pose = Pose.from_heading(heading, [5.0, 6.0, 7.0])
    np.testing.assert_allclose(pose.heading, heading, atol=1e-12)
    np.testing.assert_allclose(pose.apply([[1.0, 0, 0]])[0], [5 + np.cos(heading), 6 + np.sin(heading), 7])


def test_arrays_of_poses_work_like_single_ones() -> None:
    stack = Pose.from_heading(np.linspace(0, 2, 5), np.arange(15.0).reshape(5, 3))
    assert len(stack) == 5
    mapped = stack.apply(POINTS)
    assert mapped.shape == (5, 2, 3)
    for i in range(5):
        np.testing.assert_allclose(mapped[i], stack[i].apply(POINTS))
        np.testing.assert_allclose(stack.quaternion[i], stack[i].quaternion)
        np.testing.assert_allclose(stack.inverse()[i].matrix, stack[i].inverse().matrix)
    np.testing.assert_array_equal(Pose.stack([stack[i] for i in range(5)]).matrix, stack.matrix)
    with pytest.raises(TypeError):
        len(stack[0])


@pytest.mark.parametrize(
    ("wxyz", "translation"), [([0, 0, 0, 0], [0, 0, 0]), ([1, 0, np.nan, 0], [0, 0, 0]), ([1, 0, 0, 0], [0, np.inf, 0])]
)
def test_numbers_that_make_no_pose_are_refused(wxyz: list[float], translation: list[float]) -> None:
    with pytest.raises(ValueError):
        Pose.from_quaternion(wxyz, translation)


def random_track(n: int = 20) -> PoseTrack:
    rng = np.random.default_rng(3)
    t_ns = np.cumsum(rng.integers(1, 200, n)) * 1_000_000 + 1_600_000_000_000_000_000
    return PoseTrack(t_ns, Pose.from_quaternion(rng.normal(size=(n, 4)), rng.normal(size=(n, 3))))


def test_poses_between_two_times_follow_slerp_and_a_straight_line() -> None:
    track = random_track()
    seconds = (track.t_ns - track.t_ns[0]) * 1e-9
    query = np.random.default_rng(4).integers(track.t_ns[0], track.t_ns[-1], (6, 50))
    found = track.at(query)
    at = (query - track.t_ns[0]) * 1e-9
    theirs = Slerp(seconds, Rotation.from_matrix(track.poses.rotation))(at.reshape(-1)).as_matrix()
    np.testing.assert_allclose(found.rotation.reshape(-1, 3, 3), theirs, atol=1e-9)
    for axis in range(3):
        expected = np.interp(at, seconds, track.poses.translation[:, axis])
        np.testing.assert_allclose(found.translation[..., axis], expected, atol=1e-9)


def test_recorded_poses_come_back_at_their_own_times() -> None:
    track = random_track()
    np.testing.assert_allclose(track.at(track.t_ns).matrix, track.poses.matrix, atol=1e-12)


def test_poses_are_held_outside_the_recorded_span() -> None:
    track = random_track()
    first, last = int(track.t_ns[0]), int(track.t_ns[-1])
    np.testing.assert_allclose(track.at(first - 10**10).matrix, track.poses.matrix[0], atol=1e-12)
    np.testing.assert_allclose(track.at(last + 10**10).matrix, track.poses.matrix[-1], atol=1e-12)


def test_one_pose_holds_for_ever() -> None:
    track = PoseTrack([5], Pose.from_heading([1.0], [[1.0, 2.0, 3.0]]))
    np.testing.assert_array_equal(track.at([0, 5, 99]).matrix, np.repeat(track.poses.matrix, 3, axis=0))


def test_a_turn_takes_the_shorter_way() -> None:
    track = PoseTrack([0, 10], Pose.from_heading([np.radians(170), np.radians(-170)], np.zeros((2, 3))))
    np.testing.assert_allclose(abs(track.at(5).heading), np.pi, atol=1e-9)
    np.testing.assert_allclose(track.at(2).heading, np.radians(174), atol=1e-9)


@pytest.mark.parametrize("t_ns", [[], [1], [2, 1], [1, 1]])
def test_times_that_do_not_fit_are_refused(t_ns: list[int]) -> None:
    count = 0 if not t_ns else 2
    with pytest.raises(ValueError):
        PoseTrack(t_ns, Pose.from_heading(np.zeros(count), np.zeros((count, 3))))


def test_a_track_with_a_pose_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError):
        PoseTrack([0, 1], Pose.from_heading([0.0, np.nan], np.zeros((2, 3))))
