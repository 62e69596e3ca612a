"""Curves measured along themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry import Curve

many = settings(deadline=None, max_examples=60)


def arc(radius_m: float = 20.0, angle_rad: float = np.pi, points: int = 60, turn: int = 1) -> Curve:
    """From the origin along x, then left for turn = 1, right for turn = -1."""
    angle = np.linspace(0.0, angle_rad, points)
    x, y = radius_m * np.sin(angle), turn * radius_m * (1 - np.cos(angle))
    return Curve.through(np.stack([x, y, 0 * x], -1))


def wave(height_m: float = 0.0) -> Curve:
    x = np.linspace(0, 100, 81)
    return Curve.through(np.stack([x, 6 * np.sin(x / 9), height_m * x / 100], -1))


def test_the_length_of_an_arc_is_radius_times_angle() -> None:
    assert arc().length_m == pytest.approx(20 * np.pi, abs=1e-4)
    assert Curve.through([[0, 0, 0], [3, 4, 0]]).length_m == pytest.approx(5.0)
    assert Curve.through([[0, 0, 0], [3, 4, 12]]).length_m == pytest.approx(13.0)


@pytest.mark.parametrize("turn", [1, -1])
def test_the_curvature_of_an_arc_is_one_over_its_radius_left_positive(turn: int) -> None:
    curve = arc(turn=turn)
    s_m = np.linspace(0, curve.length_m, 200)
    np.testing.assert_allclose(curve.curvature(s_m), turn / 20, rtol=5e-3)
    np.testing.assert_allclose(curve.curvature([-1.0, curve.length_m + 1]), 0.0)


def test_headings_and_normals_follow_the_arc() -> None:
    curve = arc()
    s_m = np.linspace(0, curve.length_m * 0.99, 50)
    np.testing.assert_allclose(curve.heading(s_m), s_m / 20, atol=1e-4)
    np.testing.assert_allclose(curve.left(s_m), np.stack([-np.sin(s_m / 20), np.cos(s_m / 20), 0 * s_m], -1), atol=1e-4)


def leads_back(points: list[np.ndarray]) -> bool:
    """Whether points turn back so sharply that a curve through them almost has a cusp."""
    steps = np.diff(points, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    return bool(((steps[1:] * steps[:-1]).sum(1) < np.cos(np.radians(150))).any())


@given(points=st.lists(st.tuples(*[st.floats(-30, 30)] * 3), min_size=2, max_size=12, unique=True))
@many
def test_equal_steps_are_equally_long(points: list[tuple[float, float, float]]) -> None:
    spaced = [np.array(points[0])]
    for point in points[1:]:
        if np.linalg.norm(np.subtract(point, spaced[-1])) > 2:
            spaced.append(np.array(point))
    if len(spaced) < 2 or leads_back(spaced):
        return
    curve = Curve.through(spaced)
    np.testing.assert_allclose(curve.at(curve.points_s_m), curve.points_m, atol=1e-9)
    s_m = np.linspace(0, curve.length_m, 20 * len(spaced) + 1)
    fine = curve.at(np.linspace(0, curve.length_m, 20000 * len(spaced) + 1))
    walked = np.linalg.norm(np.diff(fine, axis=0), axis=1).reshape(-1, 1000).sum(1)
    np.testing.assert_allclose(walked, s_m[1], rtol=0.02)
    np.testing.assert_allclose(walked.sum(), curve.length_m, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(curve.tangent(s_m), axis=-1), 1.0)


def test_position_heading_and_curvature_are_continuous() -> None:
    curve = Curve.through([[0, 0, 0], [10, 0, 0], [20, 5, 1], [25, 15, 1], [40, 15, 0]])
    s_m = np.linspace(0, curve.length_m, 20001)
    assert np.abs(np.diff(curve.heading(s_m))).max() < 2e-3
    assert np.abs(np.diff(curve.curvature(s_m))).max() < 2e-3


def test_a_curve_goes_on_straight_beyond_its_ends() -> None:
    curve = arc()
    np.testing.assert_allclose(curve.at(-3.0), [-3, 0, 0], atol=1e-3)
    np.testing.assert_allclose(curve.at(curve.length_m + 3), [-3, 40, 0], atol=1e-3)
    np.testing.assert_allclose(curve.tangent(curve.length_m + 3), curve.tangent(curve.length_m))


@pytest.mark.parametrize("lateral_m", [4.0, -4.0])
def test_the_offset_of_an_arc_is_an_arc(lateral_m: float) -> None:
    curve = arc(angle_rad=2.0).offset(lateral_m)
    assert curve.length_m == pytest.approx((20 - lateral_m) * 2.0, abs=2e-3)
    far = np.linalg.norm(curve.at(np.linspace(0, curve.length_m, 100)) - [0, 20, 0], axis=1)
    np.testing.assert_allclose(far, 20 - lateral_m, atol=1e-3)


def test_an_offset_inside_a_tight_bend_does_not_loop() -> None:
    hairpin = Curve.through([[0, 0, 0], [20, 0, 0], [23, 3, 0], [20, 6, 0], [0, 6, 0]])
    inside = hairpin.offset(2.5)
    turned = np.unwrap(inside.heading(np.linspace(0, inside.length_m, 2000)))
    assert np.ptp(turned) < 1.5 * np.pi


@pytest.mark.parametrize("curve", [arc(), arc(turn=-1), wave(), wave(height_m=8.0)])
def test_projecting_finds_the_place_along_and_beside(curve: Curve) -> None:
    rng = np.random.default_rng(1)
    s_m, lateral_m = rng.uniform(0, curve.length_m, (4, 250)), rng.uniform(-3, 3, (4, 250))
    points = curve.at(s_m) + lateral_m[..., None] * curve.left(s_m) + [0, 0, 5]
    found_s_m, found_lateral_m = curve.project(points)
    np.testing.assert_allclose(found_s_m, s_m, atol=1e-6)
    np.testing.assert_allclose(found_lateral_m, lateral_m, atol=1e-6)


def test_projecting_measures_against_the_straight_continuation_beyond_the_ends() -> None:
    curve = wave(height_m=20.0)
    s_m = np.array([-7.0, -0.01, curve.length_m + 0.01, curve.length_m + 12])
    found_s_m, found_lateral_m = curve.project(curve.at(s_m) + 1.5 * curve.left(s_m))
    np.testing.assert_allclose(found_s_m, s_m, atol=1e-6)
    np.testing.assert_allclose(found_lateral_m, 1.5, atol=1e-6)


@given(x=st.floats(-40, 140), y=st.floats(-60, 60))
@many
def test_no_sampled_place_is_nearer_than_the_projected_one(x: float, y: float) -> None:
    curve = wave()
    s_m, lateral_m = curve.project([x, y])
    sampled = curve.at(np.linspace(0, curve.length_m, 5001))[:, :2]
    nearest = np.linalg.norm(sampled - [x, y], axis=1).min()
    foot = curve.at(np.clip(s_m, 0, curve.length_m))[:2]
    assert np.linalg.norm(foot - [x, y]) <= nearest + 1e-3
    assert abs(lateral_m) <= nearest + 1e-6


@pytest.mark.parametrize("curve", [arc(), wave(), Curve.through([[0, 0, 0], [30, 0, 0], [32, 4, 0], [0, 5, 0]])])
def test_whatever_is_projected_within_a_reach_may_reach(curve: Curve) -> None:
    points = np.random.default_rng(2).uniform(-250, 250, (20_000, 2))
    within = np.abs(curve.project(points)[1]) <= 4.0
    may = curve.may_reach(points, 4.0)
    assert may[within].all()
    assert within.any() and may.mean() < 0.5


def test_one_place_has_the_shape_of_one_place() -> None:
    curve = arc()
    assert curve.at(1.0).shape == (3,) and curve.at([[1.0, 2.0]]).shape == (1, 2, 3)
    assert curve.heading(1.0).shape == curve.curvature(1.0).shape == ()
    s_m, lateral_m = curve.project([1.0, 2.0, 0.0])
    assert s_m.shape == lateral_m.shape == ()


def test_a_vehicle_that_stands_still_leaves_one_point() -> None:
    standing = [[0, 0, 0]] * 10 + [[x, 0, 0] for x in range(1, 6)] + [[5, 0, 0]] * 10
    curve = Curve.through(standing)
    assert len(curve.points_m) == 6
    assert curve.length_m == pytest.approx(5.0)
    np.testing.assert_allclose(curve.at(curve.length_m), [5, 0, 0])


def test_points_nearer_than_the_spacing_are_left_out_but_never_the_last() -> None:
    jitter = np.array([[0, 0, 0], [0.1, 0.05, 0], [0.05, -0.05, 0], [4, 0, 0], [8, 0, 0], [8.2, 0, 0]])
    np.testing.assert_array_equal(Curve.through(jitter, min_spacing_m=0.5).points_m, jitter[[0, 3, 5]])


@pytest.mark.parametrize(
    "points",
    [[], [[0, 0, 0]], [[1, 1, 1]] * 5, [[0, 0], [1, 1]], [[0, 0, 0], [np.nan, 0, 0]], [[0, 0, 0], [0, np.inf, 0]]],
)
def test_points_that_make_no_curve_are_refused(points: list[list[float]]) -> None:
    with pytest.raises(ValueError):
        Curve.through(points)


def test_points_that_lead_straight_back_have_a_direction_everywhere() -> None:
    curve = Curve.through([[0, 0, 0], [0, 2, 0], [0, 0, 0]])
    s_m = np.linspace(0, curve.length_m, 1001)
    np.testing.assert_allclose(np.linalg.norm(curve.tangent(s_m), axis=-1), 1.0)
