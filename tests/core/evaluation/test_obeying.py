"""Whether what was generated obeys is told from pictures of which it is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.evaluation.flow import flow_agreement, shift_px
from core.evaluation.obeying import TURN_RADPS, turn_share, turned, weather_share
from core.geometry import PinholeCamera, Pose
from core.worldgen.conditions.viewpoints import Viewpoints

CAMERA = PinholeCamera(112, 64, 90.0, 90.0, 55.5, 31.5)
FRAME_S = 0.1


@pytest.fixture(scope="module")
def wall() -> np.ndarray:
    """A wide picture of blobs."""
    random = np.random.default_rng(3).random((64, 600, 3), np.float32)
    return cv2.GaussianBlur(random, (0, 0), 3.0) * 4 - 1.5


def panned(wall: np.ndarray, px: float, frames: int = 9) -> np.ndarray:
    """Pictures (T, H, W, 3) that move to the right by so much from frame to frame."""
    moves = [np.float32([[1, 0, number * px - 240], [0, 1, 0]]) for number in range(frames)]
    return np.stack([cv2.warpAffine(wall, move, (112, 64)) for move in moves]).clip(0, 1)


def film(wall: np.ndarray, *px: float) -> np.ndarray:
    """(T, V, H, W, 3), a camera for each motion."""
    return np.stack([panned(wall, each) for each in px], 1)


def test_motion_is_compared_with_the_truths(wall: np.ndarray) -> None:
    truth = film(wall, 2.0, -1.0)
    assert flow_agreement(truth, truth) == pytest.approx(1.0)
    assert flow_agreement(truth, film(wall, -2.0, 1.0)) == pytest.approx(-1.0, abs=0.1)
    assert flow_agreement(truth, film(wall, 0.0, 0.0)) == pytest.approx(0.0, abs=0.02)
    assert flow_agreement(truth, film(wall, 1.0, -0.5)) == pytest.approx(0.5, abs=0.1)
    assert flow_agreement(truth, film(wall, 4.0, -2.0)) == pytest.approx(0.5, abs=0.15)
    assert flow_agreement(film(wall, 0.0), truth[:, :1]) is None
    assert shift_px(truth[:, 0]) == pytest.approx(2.0, abs=0.1)


def test_pictures_that_turn_as_far_as_the_drive_obey(wall: np.ndarray) -> None:
    """Who turns left sees everything move to the right."""
    px = TURN_RADPS * FRAME_S * 90.0
    left, right = panned(wall, px), panned(wall, -px)
    assert turn_share(left, right, CAMERA, FRAME_S) == pytest.approx(1.0, abs=0.05)
    assert turn_share(right, left, CAMERA, FRAME_S) == pytest.approx(-1.0, abs=0.05)
    assert turn_share(panned(wall, px + 1), panned(wall, 1 - px), CAMERA, FRAME_S) == pytest.approx(1.0, abs=0.05)
    assert turn_share(left, left, CAMERA, FRAME_S) == pytest.approx(0.0, abs=0.02)


def test_a_turned_drive_leaves_the_frames_before_and_goes_as_fast_to_the_side() -> None:
    frames, mount = 9, Pose.from_rotation(np.eye(3), [1.0, 0.0, 1.5])
    t_ns = np.repeat((np.arange(frames) * 100_000_000)[:, None], 1, 1)
    ego = Pose.from_heading(np.full(frames, 0.4), np.arange(frames)[:, None] * [np.cos(0.4), np.sin(0.4), 0.0])
    straight = Viewpoints((CAMERA,), t_ns, Pose(ego.matrix[:, None] @ mount.matrix), ego)
    left = turned(straight, 4, TURN_RADPS)
    np.testing.assert_array_equal(left.world_from_ego.matrix[:4], ego.matrix[:4])
    assert left.world_from_ego.heading[-1] == pytest.approx(0.4 + 5 * TURN_RADPS * FRAME_S)
    steps = np.linalg.norm(np.diff(left.world_from_ego.translation, axis=0), axis=1)
    np.testing.assert_allclose(steps, 1.0)
    aside = ego.inverse()[-1].apply(left.world_from_ego.translation[-1:])[0]
    assert aside[1] > 0.3
    mounts = left.world_from_ego.inverse().matrix @ left.world_from_camera.matrix[:, 0]
    np.testing.assert_allclose(mounts, np.repeat(mount.matrix[None], frames, 0), atol=1e-9)


def test_weather_counts_as_far_as_pictures_change_like_the_truth(wall: np.ndarray) -> None:
    day = film(wall, 1.0)
    truth = {"clear": day, "night": 0.3 * day, "fog": 0.5 * day + 0.4}
    assert weather_share(truth, truth, "clear") == pytest.approx(1.0)
    assert weather_share(dict.fromkeys(truth, day), truth, "clear") == pytest.approx(0.0)
    half = {name: (day + each) / 2 for name, each in truth.items()}
    assert weather_share(half, truth, "clear") == pytest.approx(0.5, abs=0.05)
    opposite = {"clear": day, "night": 1.7 * day}
    assert (weather_share(opposite, truth, "clear") or 0.0) < -0.5
    assert weather_share({"clear": day}, {"clear": day}, "clear") is None
