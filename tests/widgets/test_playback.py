"""The clock: steps, shuttle, loop, marks; time is told to it, so nothing here waits."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from widgets.playback import Playback


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playback(qtbot: QtBot, clock: Clock) -> Playback:
    made = Playback(clock=clock)
    made.set_range(0.0, 2.0)
    made.set_frames([0.05 + 0.1 * index for index in range(20)])
    return made


@pytest.fixture
def wait(playback: Playback, clock: Clock) -> Callable[[float], None]:
    def pass_time(seconds: float) -> None:
        clock.now_s += seconds
        playback.tick()

    return pass_time


def test_play_follows_the_clock_from_here(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.seek(0.5)
    playback.play()
    assert playback.t_s == 0.5
    wait(0.25)
    assert playback.t_s == pytest.approx(0.75)
    playback.pause()
    wait(0.0)
    assert not playback.playing


def test_seeking_while_playing_goes_on_from_there(
    playback: Playback, clock: Clock, wait: Callable[[float], None]
) -> None:
    playback.play()
    clock.now_s += 0.3
    playback.seek(1.0)
    wait(0.1)
    assert playback.t_s == pytest.approx(1.1)


def test_play_stops_at_the_end_and_then_starts_again(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.seek(1.9)
    playback.play()
    wait(5.0)
    assert playback.t_s == 2.0
    assert not playback.playing
    playback.play()
    assert playback.t_s == 0.0
    playback.pause()
    playback.set_in(0.4)
    playback.end()
    playback.play()
    assert playback.t_s == 0.4


def test_loop_plays_from_in_to_out(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.set_in(0.5)
    playback.set_out(1.0)
    playback.set_loop(True)
    playback.seek(0.9)
    playback.play()
    wait(0.2)
    assert playback.t_s == 0.5
    assert playback.playing


def test_a_playhead_behind_out_plays_on_before_it_loops(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.set_in(0.5)
    playback.set_out(1.0)
    playback.set_loop(True)
    playback.seek(1.5)
    playback.play()
    wait(0.1)
    assert playback.t_s == pytest.approx(1.6)
    wait(1.0)
    assert playback.t_s == 0.5


def test_steps_stop_on_frames(playback: Playback) -> None:
    playback.seek(0.0)
    playback.step(1)
    assert playback.t_s == pytest.approx(0.05)
    playback.step(1)
    assert playback.t_s == pytest.approx(0.15)
    playback.seek(0.2)
    playback.step(-1)
    assert playback.t_s == pytest.approx(0.15)
    playback.step(-1)
    assert playback.t_s == pytest.approx(0.05)
    playback.step(-1)
    assert playback.t_s == pytest.approx(0.05), "there is no frame before the first"
    playback.step(100)
    assert playback.t_s == pytest.approx(1.95)


def test_stepping_stops_play(playback: Playback) -> None:
    playback.play()
    playback.step(1)
    assert not playback.playing


def test_shuttle_doubles_turns_and_stops(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.seek(1.0)
    rates = []
    for _ in range(4):
        playback.shuttle_forward()
        rates.append(playback.rate)
    assert rates == [1.0, 2.0, 4.0, 4.0]
    playback.shuttle_back()
    assert playback.rate == -1.0
    wait(0.1)
    assert playback.t_s == pytest.approx(0.9)
    playback.shuttle_back()
    assert playback.rate == -2.0
    playback.shuttle_stop()
    assert not playback.playing
    playback.shuttle_forward()
    assert playback.rate == 1.0


def test_backwards_play_stops_at_the_start(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.seek(0.1)
    playback.shuttle_back()
    wait(1.0)
    assert playback.t_s == 0.0
    assert not playback.playing


def test_a_chosen_speed_lasts_until_k(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.set_speed(0.5)
    playback.play()
    wait(0.4)
    assert playback.t_s == pytest.approx(0.2)
    playback.toggle()
    playback.toggle()
    assert playback.rate == 0.5
    playback.shuttle_stop()
    playback.play()
    assert playback.rate == 1.0


def test_frames_passed_over_are_counted(playback: Playback, wait: Callable[[float], None]) -> None:
    playback.seek(0.05)
    playback.play()
    wait(0.11)
    assert playback.skipped == 0
    wait(0.31)
    assert playback.skipped == 2
    playback.pause()
    playback.play()
    assert playback.skipped == 0


def test_in_and_out_keep_their_order(playback: Playback) -> None:
    playback.set_in(1.0)
    playback.set_out(0.5)
    assert (playback.in_s, playback.out_s) == (None, 0.5)
    playback.set_in(0.8)
    assert (playback.in_s, playback.out_s) == (0.8, None)


def test_marks_are_set_removed_and_visited(playback: Playback) -> None:
    for place in (1.5, 0.5):
        playback.seek(place)
        playback.toggle_mark()
    assert playback.marks_s == (0.5, 1.5)
    playback.next_mark()
    assert playback.t_s == 1.5
    playback.next_mark()
    assert playback.t_s == 1.5
    playback.previous_mark()
    assert playback.t_s == 0.5
    playback.toggle_mark()
    assert playback.marks_s == (1.5,)


def test_a_new_range_starts_anew(playback: Playback, qtbot: QtBot) -> None:
    playback.seek(1.0)
    playback.toggle_mark()
    playback.set_in()
    playback.play()
    with qtbot.waitSignals([playback.t_changed, playback.range_changed, playback.marks_changed]):
        playback.set_range(0.0, 5.0)
    assert (playback.t_s, playback.in_s, playback.marks_s, playback.playing) == (0.0, None, (), False)


def test_nothing_leaves_the_range(playback: Playback) -> None:
    playback.jump(-3.0)
    assert playback.t_s == 0.0
    playback.jump(50.0)
    assert playback.t_s == 2.0


def test_a_log_without_length_does_not_play(qtbot: QtBot) -> None:
    playback = Playback()
    playback.play()
    assert not playback.playing
