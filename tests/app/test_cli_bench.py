"""`driftless bench`: which benchmarks there are, what they print, and that they can drive the window."""

import json
from pathlib import Path

import pytest

from app.bench import command
from app.bench.registry import NAMES, Benchmark, Figure, benchmarks
from app.bench.window_process import measure_in_window
from core.errors import UserError


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = [Figure("light", 1.0, "kg", budget=2.0), Figure("heavy", 3.0, "kg", budget=2.0), Figure("free", 4.0, "m")]
    monkeypatch.setattr(command, "benchmarks", lambda name: [Benchmark("weight", "Weighing", lambda: figures)])
    monkeypatch.setattr(command, "machine_facts", lambda: {"processor": "abacus"})


def test_every_benchmark_is_reached_by_its_name() -> None:
    assert tuple(benchmark.name for benchmark in benchmarks()) == NAMES
    assert [benchmark.name for benchmark in benchmarks("scrub")] == ["scrub"]
    with pytest.raises(UserError, match="startup, gui_block"):
        benchmarks("lunch")


def test_json_tells_machine_figures_and_budgets(pretended: None, capsys: pytest.CaptureFixture[str]) -> None:
    command.run_benchmarks(None, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["machine"] == {"processor": "abacus"}
    assert [record["within_budget"] for record in answer["figures"]] == [True, False, None]
    assert answer["figures"][0] == {
        "benchmark": "weight",
        "name": "light",
        "value": 1.0,
        "unit": "kg",
        "budget": 2.0,
        "within_budget": True,
    }


def test_the_table_tells_the_same(pretended: None, capsys: pytest.CaptureFixture[str]) -> None:
    command.run_benchmarks(None, as_json=False)
    printed = capsys.readouterr().out
    assert "abacus" in printed
    assert printed.index("within") < printed.index("over")


@pytest.mark.parametrize("name", ["open", "scrub"])
def test_the_window_can_be_driven(name: str, small_nuscenes: Path) -> None:
    figures = measure_in_window(name, small_nuscenes)
    assert len(figures) == 2
    assert all(figure.value > 0 for figure in figures)


def test_a_window_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="benchmark nothing failed"):
        measure_in_window("nothing", tmp_path)
