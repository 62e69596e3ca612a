"""Speed over time and over distance."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.scenario.motion import SpeedOverDistance, SpeedOverTime, from_arrivals, over_distance, over_time

speeds = st.just(0.0) | st.floats(1e-3, 30.0)
profiles = st.lists(st.tuples(st.floats(0.2, 4.0), speeds), min_size=1, max_size=6).map(
    lambda pairs: SpeedOverTime.of(np.cumsum([step for step, _ in pairs]), [speed for _, speed in pairs])
)
many = settings(deadline=None, max_examples=60)


@given(profiles)
@many
def test_a_speed_stays_between_those_of_its_two_knots(profile: SpeedOverTime) -> None:
    t_s = np.linspace(-1.0, 30.0, 500)
    speed = profile.speed_at(t_s)
    knots_s, knots_mps = np.array([[knot.t_s, knot.speed_mps] for knot in profile.knots]).T
    after = np.clip(np.searchsorted(knots_s, t_s), 0, len(knots_s) - 1)
    before = np.clip(np.searchsorted(knots_s, t_s, side="right") - 1, 0, len(knots_s) - 1)
    assert (speed >= np.minimum(knots_mps[before], knots_mps[after]) - 1e-9).all()
    assert (speed <= np.maximum(knots_mps[before], knots_mps[after]) + 1e-9).all()


@given(profiles)
@many
def test_distance_is_what_the_speed_adds_up_to(profile: SpeedOverTime) -> None:
    progress = profile.progress(0.0, 20.0)
    fine = np.linspace(0.0, 20.0, 20001)
    slow = np.concatenate([[0.0], np.cumsum((profile.speed_at(fine[1:]) + profile.speed_at(fine[:-1])) / 2 * 0.001)])
    np.testing.assert_allclose(progress.distance_at(fine), slow, atol=0.05, rtol=0.01)
    assert (np.diff(progress.distance_at(fine)) >= 0).all()


@given(profiles, st.floats(0.0, 100.0))
@many
def test_an_arrival_is_when_the_distance_is_reached_first(profile: SpeedOverTime, s_m: float) -> None:
    progress = profile.progress(0.0, 20.0)
    arrival = progress.arrival_at(s_m)
    if arrival is None:
        assert profile.knots[-1].speed_mps == 0.0
        assert progress.s_m[-1] < s_m
    else:
        assert float(progress.distance_at(arrival)) == pytest.approx(s_m, abs=1e-6)
        assert float(progress.distance_at(arrival - 1e-3)) <= s_m + 1e-6


def test_braking_evenly_over_a_distance_takes_the_time_of_the_textbook() -> None:
    # v² falls evenly: from 10 m/s to a stop within 25 m is 2 m/s², so 5 s.
    progress = SpeedOverDistance.of([0.0, 25.0], [10.0, 0.0]).progress(3.0, 25.0)
    assert progress.arrival_at(25.0) == pytest.approx(8.0, abs=1e-6)
    assert float(progress.distance_at(5.5)) == pytest.approx(10 * 2.5 - 2.5**2, abs=0.02)
    assert progress.speed_at(99.0) == 0.0


def test_starting_from_a_stand_takes_a_finite_time() -> None:
    assert SpeedOverDistance.of([0.0, 25.0], [0.0, 10.0]).progress(0.0, 25.0).arrival_at(25.0) == pytest.approx(5.0)


def test_one_that_stands_before_the_end_never_arrives() -> None:
    progress = SpeedOverDistance.of([0.0, 20.0, 30.0], [5.0, 0.0, 0.0]).progress(0.0, 50.0)
    assert progress.arrival_at(40.0) is None
    assert float(progress.distance_at(1e4)) == pytest.approx(20.0, abs=0.3)


@given(st.lists(st.tuples(st.floats(0.5, 4.0), st.floats(0.5, 30.0)), min_size=2, max_size=6))
@many
def test_time_and_distance_profiles_say_the_same_of_each_knot(pairs: list[tuple[float, float]]) -> None:
    profile = SpeedOverTime.of(np.cumsum([step for step, _ in pairs]), [speed for _, speed in pairs])
    first, last = profile.knots[0].t_s, profile.knots[-1].t_s
    over = over_distance(profile, first, last)
    np.testing.assert_allclose([k.speed_mps for k in over.knots], [k.speed_mps for k in profile.knots], atol=1e-9)
    way = profile.progress(first, last)
    np.testing.assert_allclose([k.s_m for k in over.knots], way.distance_at([k.t_s for k in profile.knots]), atol=1e-9)
    length = over.knots[-1].s_m
    again = over_time(over, first, length)
    np.testing.assert_allclose([k.speed_mps for k in again.knots], [k.speed_mps for k in over.knots], atol=1e-6)
    assert again.knots[-1].t_s == pytest.approx(over.progress(first, length).arrival_at(length))


@given(st.lists(st.tuples(st.floats(0.5, 3.0), st.floats(0.0, 40.0)), min_size=2, max_size=6))
@example([(1.0, 0.0), (1.0, 0.0), (0.5, 1.0), (1.0, 0.0)])
@many
def test_places_at_times_become_speeds_that_lead_there(pairs: list[tuple[float, float]]) -> None:
    t_s = np.cumsum([step for step, _ in pairs])
    s_m = np.cumsum([0.0, *[way for _, way in pairs[1:]]])
    way = from_arrivals(t_s, s_m).progress(float(t_s[0]), float(t_s[-1]))
    np.testing.assert_allclose(way.distance_at(t_s), s_m, atol=0.02 * max(s_m[-1], 1.0))


def test_knots_are_dragged_added_and_removed() -> None:
    profile = SpeedOverTime.of([0.0, 2.0, 4.0], [5.0, 8.0, 5.0])
    assert [k.t_s for k in profile.with_knot(3.0, 1.0).knots] == [0.0, 2.0, 3.0, 4.0]
    dragged = profile.with_knot(5.0, -2.0, moved=1)
    assert [(k.t_s, k.speed_mps) for k in dragged.knots] == [(0.0, 5.0), (4.0, 5.0), (5.0, 0.0)]
    assert [k.t_s for k in profile.without_knot(0).knots] == [2.0, 4.0]
    alone = SpeedOverTime.of([1.0], [3.0])
    assert alone.without_knot(0) == alone


def test_knots_in_disorder_are_refused() -> None:
    with pytest.raises(ValueError, match="do not rise"):
        SpeedOverTime.of([1.0, 1.0], [3.0, 4.0])
    with pytest.raises(ValueError, match="do not rise"):
        SpeedOverDistance.of([2.0, 1.0], [3.0, 4.0])
