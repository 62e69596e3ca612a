"""`driftless evaluate counterfactual` and `premise`, as a script meets them, on the street and with random weights."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from study_street import small_worldrec, subject
from typer.testing import CliRunner

from app.cli import cli
from core.errors import UserError
from core.evaluation.studies.drives import Place
from core.evaluation.studies.subject import Subject
from core.worldrec.model.weights import save_network, weights_of

pytestmark = pytest.mark.usefixtures("own_log_folder")


@dataclass(frozen=True)
class Street:
    """Stands for a drive of the city."""

    name: str

    def subject(self, *_: Any, **__: Any) -> Subject:
        return replace(subject(), name=self.name)


@pytest.fixture
def streets(small_generator: Path, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Both commands study streets; where they would have kept cities."""
    save_network(small_worldrec(), weights_of("tiny"))
    asked: list[Place] = []

    def found(place: Place, count: int) -> list[Street]:
        asked.append(place)
        return [Street(f"street {number}") for number in range(count)]

    monkeypatch.setattr("core.evaluation.studies.setting_up.drives_in", found)
    return asked


def evaluate(*arguments: str | Path) -> str:
    command = ["evaluate", *(str(argument) for argument in arguments)]
    return CliRunner().invoke(cli, command, catch_exceptions=False).stdout


def test_the_counterfactual_benchmark_needs_no_generator_that_heeds_a_scene(
    streets: list[Place], tmp_path: Path
) -> None:
    out = tmp_path / "report"
    told = json.loads(evaluate("counterfactual", "--out", out, "--drives", "1", "--steps", "1", "--json"))
    assert list(told["mean"])[:2] == ["reconstruction", "generation, dmd, 1 step"]
    assert told["mean"]["reconstruction"]["psnr/observed"] > 15
    assert [each["command"].split(" --")[0] for each in told["missing"]] == ["driftless train joint"]
    assert (out / "index.html").exists()
    lines = evaluate("counterfactual", "--out", out, "--drives", "1", "--steps", "1").splitlines()
    assert lines[0].startswith("Missing: A generator that heeds a scene")
    assert any(line.startswith("reconstruction ") and " dB / 0." in line for line in lines)
    assert streets[0].seconds == 4.0
    with pytest.raises(UserError, match="--drives"):
        evaluate("counterfactual", "--out", out, "--drives", "0")


def test_the_premise_study_tells_its_verdicts(streets: list[Place], tmp_path: Path) -> None:
    out = tmp_path / "report"
    lines = evaluate("premise", "--out", out, "--drives", "1", "--horizons", "1,3").splitlines()
    assert "Few steps: undecided" in lines
    assert "Scene and generator as one: undecided" in lines
    assert sum(line.startswith("Missing: ") for line in lines) == 6
    assert streets[0].seconds == pytest.approx(7.7)
    assert json.loads((out / "results.json").read_text())["setting"]["horizons"] == [1, 3]
    with pytest.raises(UserError, match="--horizons"):
        evaluate("premise", "--out", out, "--horizons", "long")
