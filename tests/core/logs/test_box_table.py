"""All boxes at one time are those that each track gives by itself."""

import numpy as np
import pytest

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.logs.box_table import BoxTable

S = 1_000_000_000


def track_at(name: str, seconds: list[float], rng: np.random.Generator) -> Track:
    times = np.array([round(second * S) for second in seconds], dtype=np.int64)
    quaternions = rng.normal(size=(len(times), 4))
    poses = Pose.from_quaternion(
        quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True), rng.normal(size=(len(times), 3))
    )
    return Track(
        id=name, actor_class=ActorClass.CAR, source_label="car", poses=PoseTrack(times, poses), size_m=(4, 2, 1.5)
    )


@pytest.fixture
def tracks() -> list[Track]:
    rng = np.random.default_rng(3)
    return [
        track_at("gap", [1.0, 1.5, 2.0, 5.0, 5.5], rng),
        track_at("once", [2.0], rng),
        track_at("late", [4.0, 4.1, 4.2], rng),
    ]


@pytest.mark.parametrize("second", [0.9, 1.0, 1.2, 1.5, 1.999, 2.0, 2.1, 3.0, 4.0, 4.15, 4.2, 4.3, 5.0, 5.2, 5.5, 6.0])
def test_answers_like_each_track_by_itself(tracks: list[Track], second: float) -> None:
    t_ns = round(second * S)
    found = BoxTable(tracks).at(t_ns)
    expected = {track.id: box for track in tracks if (box := track.box_at(t_ns)) is not None}
    assert [track.id for track in found.tracks] == list(expected)
    assert len(found) == len(expected)
    for track, box in zip(found.tracks, found.boxes(), strict=True):
        assert np.allclose(box.world_from_box.matrix, expected[track.id].world_from_box.matrix, atol=1e-9)
        assert box.size_m == expected[track.id].size_m


def test_a_log_without_tracks_has_no_boxes() -> None:
    assert len(BoxTable(()).at(5)) == 0
    assert BoxTable(()).at(5).boxes() == []


@pytest.mark.parametrize("second", [0.9, 2.0, 4.15])
def test_poses_of_all_tracks_are_the_identity_where_they_have_no_box(tracks: list[Track], second: float) -> None:
    there, poses = BoxTable(tracks).poses_at(round(second * S))
    assert len(poses) == len(tracks)
    for track, exists, matrix in zip(tracks, there, poses.matrix, strict=True):
        box = track.box_at(round(second * S))
        assert exists == (box is not None)
        np.testing.assert_allclose(matrix, np.eye(4) if box is None else box.world_from_box.matrix, atol=1e-9)
