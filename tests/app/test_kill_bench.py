"""The benchmark that kills windows finds nothing lost and nothing broken."""

from pathlib import Path

from app.bench.kills import killed_again_and_again


def test_a_killed_window_loses_at_most_one_gesture(small_pandaset: Path, tmp_path: Path) -> None:
    figures = killed_again_and_again(small_pandaset, tmp_path, 1)
    assert [figure.value for figure in figures if figure.name == "kills"] == [1]
    assert all(figure.within_budget for figure in figures if figure.budget is not None)
