"""Generators are held against drives that were recorded."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from lift_street import FRAMES, street

from core.errors import UserError
from core.evaluation.film_cells import FilmCells, Judged
from core.evaluation.generation import Generator, Truth, check_alike, least_height, made_by, truth_of
from core.evaluation.generation_report import write_report
from core.evaluation.generation_table import CEILING, FLOOR, Table, evaluated
from core.evaluation.student import compared
from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.transformer import WorldGen
from core.worldgen.model.weights import Origin, save_worldgen
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig

SMALL = WorldGenConfig(width=24, depth=1, heads=2, feedforward=24, latent_channels=4, image_height=32, window=8)


@pytest.fixture(scope="module")
def tokenizer() -> FrameTokenizer:
    torch.manual_seed(0)
    return FrameTokenizer(TokenizerConfig(channels=4, widths=(8, 8, 8))).eval().requires_grad_(False)


def generator(tmp_path: Path, stage: str, height: int = 32) -> Generator:
    torch.manual_seed(1)
    path = tmp_path / f"{stage}-{height}.safetensors"
    network = WorldGen(SMALL.model_copy(update={"image_height": height}))
    for parameter in network.parameters():  # some begin with zeros, and the network would say nothing
        torch.nn.init.normal_(parameter, std=0.1)
    save_worldgen(network, path, Origin(stage=stage, steps=1, seed=0, anew=stage == "dmd"))
    return Generator.of(path)


def truth(tokenizer: FrameTokenizer, frames: int = FRAMES) -> Truth:
    return truth_of(street(), tokenizer, height=32, patch=2, frames=frames, chunk=4)


def test_each_stage_makes_what_follows_the_given_frames(tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    drive = truth(tokenizer)
    for stage in ("bidirectional", "teacher-forcing", "dmd"):
        made, seconds = made_by(generator(tmp_path, stage), drive, tokenizer, steps=2, seed=3)
        again, _ = made_by(generator(tmp_path, stage), drive, tokenizer, steps=2, seed=3)
        other, _ = made_by(generator(tmp_path, stage), drive, tokenizer, steps=2, seed=4)
        assert made.shape == drive.pictures.shape == (FRAMES, 1, 32, 48, 3)
        assert np.array_equal(made, again)
        assert np.array_equal(made[:4], other[:4])
        assert not np.array_equal(made[4:], other[4:])
        assert seconds > 0


def test_one_that_learned_from_larger_pictures_makes_those_and_is_judged_like_the_others(
    tmp_path: Path, tokenizer: FrameTokenizer
) -> None:
    sizes = {"patch": 2, "frames": 8, "chunk": 4}
    drive = truth_of(street(), tokenizer, height=32, larger=[64], **sizes)
    alone = truth_of(street(), tokenizer, height=64, **sizes)
    other = generator(tmp_path, "dmd", 64)
    assert drive.of(other).pictures.shape == (8, 1, 64, 96, 3)
    assert drive.of(generator(tmp_path, "dmd")) is drive
    large, _ = made_by(other, alone, tokenizer, steps=2, seed=3)
    made, _ = made_by(other, drive, tokenizer, steps=2, seed=3)
    assert made.shape == drive.pictures.shape
    means = large.reshape(8, 1, 32, 2, 48, 2, 3).mean((3, 5))
    np.testing.assert_allclose(made, means, atol=1e-4)
    assert least_height([other, generator(tmp_path, "ode")]) == 32
    check_alike([other, generator(tmp_path, "ode")], tokenizer)
    with pytest.raises(UserError, match="does not go with the others"):
        check_alike([generator(tmp_path, "dmd", 48), generator(tmp_path, "ode")], tokenizer)


def test_one_that_is_not_causal_makes_clips_one_after_the_other(tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    """Of two films of which the second is longer than what the network sees at once, the beginnings are the same."""
    window = SMALL.window
    drive = truth(tokenizer)
    assert window < FRAMES
    told = drive.film.conditions(chunk=4, stride=8)
    options = {"steps": 2, "seed": 3}
    long, _ = made_by(generator(tmp_path, "bidirectional"), drive, tokenizer, **options)
    short, _ = made_by(
        generator(tmp_path, "bidirectional"), drive, tokenizer, **options, conditions=told.frames(0, window)
    )
    assert len(short) == window
    np.testing.assert_allclose(long[:window], short, atol=1e-5)


def test_the_report_has_a_row_for_each_stage_and_number_of_steps(tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    folder = tmp_path / "report"
    made = [generator(tmp_path, "teacher-forcing"), generator(tmp_path, "dmd")]
    options = {"steps": (2, 4), "seeds": (0,), "steered": 1}
    tables = list(evaluated([truth(tokenizer)], made, tokenizer, FilmCells(folder, "any"), **options))
    write_report(tables[-1], {"steps": [2, 4]}, folder)
    figures = tables[-1].means()
    ways = [f"{stage}, {count} steps" for stage in ("teacher-forcing", "dmd") for count in (2, 4)]
    assert list(figures) == [CEILING, FLOOR, *ways]
    assert figures[FLOOR]["motion"] == pytest.approx(0.0, abs=1e-6)
    assert figures["dmd, 4 steps"]["turn"] is not None
    assert figures["dmd, 4 steps"]["weather"] is None  # only the demo city can tell
    assert "turn" not in figures["dmd, 2 steps"]
    results = json.loads((folder / "results.json").read_text())
    assert results["mean"]["dmd, 2 steps"]["psnr"] == pytest.approx(figures["dmd, 2 steps"]["psnr"], abs=1e-4)
    assert "not FID" in results["feature_distance"]
    assert results["student"]["student"] == "dmd, 4 steps"
    page, card = ((folder / name).read_text() for name in ("index.html", "table.md"))
    assert page.count("<tr><td>") == 6 + 4
    assert page.count("<img") == 7
    assert "| dmd, 4 steps |" in card
    assert "### The student against its teacher" in card


def test_films_that_ran_away_are_told_and_hold_no_rule(tmp_path: Path) -> None:
    names = ("psnr", "seam", "motion", "saturation_drift", "contrast_drift", "sharpness_drift")
    good, gone = (dict.fromkeys(names, value) for value in (1.0, float("nan")))

    def judged(figures: dict[str, float]) -> list[Judged]:
        return [Judged(dict(figures), np.random.default_rng(0).random((8, 4), np.float32), None)]

    films = {"teacher-forcing, 50 steps": judged(good), "dmd, 4 steps": judged(gone)}
    write_report(Table(films, known=[np.random.default_rng(1).random((8, 4), np.float32)]), {}, tmp_path)
    text = (tmp_path / "results.json").read_text()
    results = json.loads(text, parse_constant=pytest.fail)
    assert results["ran_away"] == ["dmd, 4 steps"]
    assert results["mean"]["dmd, 4 steps"]["psnr"] is None
    assert not any(results["student"]["holds"][name] for name in ("seam", "motion", "steepest drift per second"))
    card = (tmp_path / "table.md").read_text()
    assert "| dmd, 4 steps, ran away |" in card
    assert "nan" not in card


def test_an_evaluation_that_was_cut_short_goes_on(
    tmp_path: Path, tokenizer: FrameTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive, made, folder = truth(tokenizer), [generator(tmp_path, "dmd")], tmp_path / "report"

    def run(steps: tuple[int, ...], most: int, setting: str = "one") -> Table:
        options = {"steps": steps, "seeds": (0,), "steered": 0}
        tables = evaluated([drive], made, tokenizer, FilmCells(folder, setting), **options)
        return list(islice(tables, most))[-1]

    first = run((1, 4), most=2).means()
    assert set(first) == {CEILING, FLOOR, "dmd, 4 steps"}  # four come first
    calls: list[int] = []

    def counted(*args: object, steps: int, **named: object) -> tuple[np.ndarray, float]:
        calls.append(steps)
        return made_by(*args, steps=steps, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("core.evaluation.generation_table.made_by", counted)
    whole = run((1, 4), most=9).means()
    assert calls == [1]
    assert whole["dmd, 4 steps"] == pytest.approx(first["dmd, 4 steps"])
    run((4,), most=9, setting="another")
    assert calls == [1, 4]


def test_rules_tell_whether_a_student_may_stand_in() -> None:
    teacher = {"feature_distance": 1.0, "seam": 1.0, "motion": 1.0, "saturation_drift": 0.02, "contrast_drift": 0.0}
    teacher |= {"sharpness_drift": -0.01}
    means = {"teacher-forcing, 8 steps": teacher | {"motion": 9.0}, "teacher-forcing, 50 steps": teacher}
    assert compared(means) is None
    good = teacher | {"feature_distance": 1.09, "seam": 1.14, "motion": 0.91, "contrast_drift": -0.029}
    bad = teacher | {"feature_distance": 1.2, "seam": None, "motion": 0.8, "contrast_drift": -0.04}
    student, against, rules = compared(means | {"ode, 4 steps": bad, "dmd, 4 steps": good}) or pytest.fail("no pair")
    assert (student, against) == ("dmd, 4 steps", "teacher-forcing, 50 steps")
    assert len(rules) == 4 and all(rule.holds for rule in rules)
    _, _, rules = compared(means | {"ode, 4 steps": bad}) or pytest.fail("no pair")
    assert [rule.holds for rule in rules] == [False, False, False]


def test_a_log_of_one_chunk_is_too_short(tokenizer: FrameTokenizer) -> None:
    with pytest.raises(UserError, match="there must be more than 4"):
        truth(tokenizer, frames=4)
