"""The benchmark that kills windows finds nothing lost and nothing broken."""

from pathlib import Path

import pytest

from app.bench import kills
from app.bench.kills import killed_again_and_again


def test_a_killed_window_loses_at_most_one_gesture(small_pandaset: Path, tmp_path: Path) -> None:
    figures = killed_again_and_again(small_pandaset, tmp_path, 1)
    assert [figure.value for figure in figures if figure.name == "kills"] == [1]
    assert all(figure.within_budget for figure in figures if figure.budget is not None)


def test_a_kill_before_the_first_gesture_is_on_the_disk_costs_that_gesture(
    small_pandaset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kills, "_killed", lambda *_: 1)
    figures = {figure.name: figure.value for figure in killed_again_and_again(small_pandaset, tmp_path, 1)}
    assert figures["gestures made"] == 0
    assert figures["gestures lost by a kill, at most"] == 1
    assert figures["kills after which the project was damaged"] == 0
