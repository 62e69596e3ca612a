"""Figures of films say what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.features import FixedFeatures, frechet_distance
from core.evaluation.film_quality import film_figures

CHUNK, FRAME_S = 4, 0.1


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """Smooth waves that move evenly, 64 frames of two cameras."""
    t, v, y, x = np.meshgrid(np.arange(64), np.arange(2), np.arange(24), np.arange(32), indexing="ij")
    waves = [0.5 + 0.3 * np.sin((x + 0.7 * t) / 4 + phase + v) * np.cos(y / 5) for phase in (0.0, 0.8, 1.9)]
    return np.stack(waves, -1).astype(np.float32)


def figures(truth: np.ndarray, made: np.ndarray) -> dict[str, float | None]:
    return film_figures(truth, made, given=CHUNK, chunk=CHUNK, frame_s=FRAME_S)


def test_the_truth_itself_has_nothing_wrong(truth: np.ndarray) -> None:
    found = figures(truth, truth)
    assert found["psnr_5s"] == 100.0
    assert found["ssim"] == pytest.approx(1.0)
    assert found["seam"] == found["motion"] == 1.0
    assert found["saturation_drift"] == found["contrast_drift"] == found["sharpness_drift"] == 0.0


def test_a_jump_at_each_chunk_is_a_seam(truth: np.ndarray) -> None:
    jumping = truth + 0.02 * (np.arange(64) // CHUNK % 2)[:, None, None, None, None].astype(np.float32)
    seam = figures(truth, jumping)["seam"]
    assert seam is not None and seam > 1.2


def test_a_still_film_has_no_motion_and_no_seams(truth: np.ndarray) -> None:
    still = truth.copy()
    still[CHUNK:] = still[CHUNK - 1]
    found = figures(truth, still)
    assert found["motion"] == pytest.approx(0.0, abs=1e-6)
    assert found["seam"] is None


def test_colours_that_grow_drift_and_the_truth_is_left_more_and_more(truth: np.ndarray) -> None:
    t_s = (np.arange(64) * FRAME_S)[:, None, None, None, None]
    grey = truth.mean(-1, keepdims=True)
    growing = (grey + (truth - grey) * (1 + 0.1 * t_s)).astype(np.float32)
    found = figures(truth, growing)
    assert found["saturation_drift"] == pytest.approx(0.1, rel=0.05)
    assert found["psnr_1s"] is not None and found["psnr_5s"] is not None
    assert found["psnr_1s"] > found["psnr_5s"] + 5


def test_a_film_that_blurs_loses_sharpness(truth: np.ndarray) -> None:
    import cv2

    noisy = (truth + 0.1 * np.random.default_rng(0).standard_normal(truth.shape)).astype(np.float32)
    blurred = np.stack([[cv2.GaussianBlur(view, (0, 0), 0.3 + 0.02 * t) for view in f] for t, f in enumerate(noisy)])
    drift = figures(noisy, blurred)["sharpness_drift"]
    assert drift is not None and drift < -0.05


def test_what_lies_beyond_the_end_is_not_known(truth: np.ndarray) -> None:
    found = figures(truth[:20], truth[:20])
    assert found["psnr_1s"] is not None
    assert found["psnr_5s"] is None


def test_features_tell_blur_and_tint_from_more_of_the_same(truth: np.ndarray) -> None:
    import cv2

    features = FixedFeatures()
    rough = truth[:, 0] + 0.1 * np.random.default_rng(1).standard_normal(truth[:, 0].shape).astype(np.float32)
    known = features(rough[::2])
    same = frechet_distance(features(rough[1::2]), known)
    blurred = np.stack([cv2.GaussianBlur(each, (0, 0), 1.0) for each in rough[1::2]])
    assert frechet_distance(known, known) == pytest.approx(0.0, abs=1e-6)
    assert frechet_distance(features(blurred), known) > 5 * same
    assert frechet_distance(features(rough[1::2] * [1.0, 1.0, 0.7]), known) > 5 * same
