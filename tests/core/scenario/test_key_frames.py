"""Key frames: pasted, shifted, mirrored."""

from __future__ import annotations

from core.scenario import KeyFrame, Placement
from core.scenario.editing.key_frames import mirrored, pasted, shifted, with_frames


def frames(*rows: tuple[float, float]) -> tuple[KeyFrame, ...]:
    return tuple(KeyFrame(t_s=t_s, place=Placement(position_m=(x_m, 0.0, 0.0))) for t_s, x_m in rows)


def rows(found: tuple[KeyFrame, ...]) -> list[tuple[float, float]]:
    return [(frame.t_s, frame.place.position_m[0]) for frame in found]


def test_a_frame_takes_the_place_of_one_at_its_time() -> None:
    assert rows(with_frames(frames((0, 0), (2, 2)), frames((2, 9), (1, 5)))) == [(0, 0), (1, 5), (2, 9)]


def test_copied_frames_come_to_be_at_a_time() -> None:
    assert rows(pasted(frames((0, 0), (4, 4)), frames((1, 7), (2, 8)), 3.0)) == [(0, 0), (3, 7), (4, 8)]
    assert rows(pasted(frames((0, 0)), (), 3.0)) == [(0, 0)]


def test_mirroring_twice_changes_nothing() -> None:
    given = frames((0.5, 0), (1, 1), (4, 9))
    assert rows(mirrored(given)) == [(0.5, 9), (3.5, 1), (4, 0)]
    assert mirrored(mirrored(given)) == given
    assert mirrored(()) == ()
    assert rows(shifted(given, 1.0)) == [(1.5, 0), (2, 1), (5, 9)]
