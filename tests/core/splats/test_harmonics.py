"""Harmonics: the colour that a direction sees, and splats that turn."""

import numpy as np
import pytest
from scipy.special import sph_harm_y

from core.geometry import Pose
from core.splats.harmonics import COUNTS, harmonic_basis, harmonic_colours, rotated_harmonics


def _unit_vectors(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_basis_is_the_real_part_and_imaginary_part_of_the_complex_harmonics() -> None:
    directions = _unit_vectors(50)
    polar, azimuth = np.arccos(directions[:, 2]), np.arctan2(directions[:, 1], directions[:, 0])
    expected = []
    for band in range(1, 5):
        for order in range(-band, band + 1):
            value = sph_harm_y(band, abs(order), polar, azimuth)
            if order < 0:
                expected.append(np.sqrt(2) * value.imag)
            elif order == 0:
                expected.append(value.real)
            else:
                expected.append(np.sqrt(2) * value.real)
    np.testing.assert_allclose(harmonic_basis(directions, 4), np.stack(expected, -1), atol=1e-12)


def test_first_band_is_minus_y_z_minus_x() -> None:
    red = harmonic_colours(np.eye(3, dtype=np.float32)[None] / 0.4886025, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(red, [[0.0, 0.0, -1.0]], atol=1e-6)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
@pytest.mark.parametrize("mirrored", [False, True])
def test_colour_turns_along(degree: int, mirrored: bool) -> None:
    harmonics = np.random.default_rng(degree).normal(size=(40, COUNTS[degree], 3))
    directions = _unit_vectors(40, seed=1)
    rotation = Pose.from_quaternion(_unit_vectors(1, 2) @ np.eye(3, 4) + [0, 0, 0, 0.7], np.zeros(3)).rotation[0]
    if mirrored:
        rotation = rotation @ np.diag([1.0, -1.0, 1.0])
    before = harmonic_colours(harmonics, directions)
    after = harmonic_colours(rotated_harmonics(harmonics, rotation), directions @ rotation.T)
    np.testing.assert_allclose(after, before, atol=1e-12)


def test_half_a_turn_about_x_only_flips_signs() -> None:
    harmonics = np.random.default_rng(3).normal(size=(5, 24, 3)).astype(np.float32)
    turned = rotated_harmonics(harmonics, np.diag([1.0, -1.0, -1.0]))
    assert turned.dtype == np.float32
    np.testing.assert_allclose(np.abs(turned), np.abs(harmonics), atol=1e-6)


def test_no_harmonics_add_no_colour() -> None:
    assert harmonic_basis(_unit_vectors(4), 0).shape == (4, 0)
