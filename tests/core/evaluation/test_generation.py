"""Generators are held against drives that were recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from lift_street import FRAMES, street

from core.errors import UserError
from core.evaluation.generation import CEILING, FLOOR, Generator, evaluated, made_by, truth_of
from core.evaluation.generation_report import GenerationReport
from core.worldgen.model.config import WorldGenConfig
from core.worldgen.model.transformer import WorldGen
from core.worldgen.model.weights import Origin, save_worldgen
from core.worldgen.tokenizer import FrameTokenizer
from core.worldgen.tokenizer.config import TokenizerConfig

SMALL = WorldGenConfig(width=24, depth=1, heads=2, feedforward=24, latent_channels=4, image_height=32)


@pytest.fixture(scope="module")
def tokenizer() -> FrameTokenizer:
    torch.manual_seed(0)
    return FrameTokenizer(TokenizerConfig(channels=4, widths=(8, 8, 8))).eval().requires_grad_(False)


def generator(tmp_path: Path, stage: str) -> Generator:
    torch.manual_seed(1)
    path = tmp_path / f"{stage}.safetensors"
    network = WorldGen(SMALL)
    for parameter in network.parameters():  # some begin with zeros, and the network would say nothing
        torch.nn.init.normal_(parameter, std=0.1)
    save_worldgen(network, path, Origin(stage=stage, steps=1, seed=0, anew=stage == "dmd"))
    return Generator.of(path)


def truth(tokenizer: FrameTokenizer, frames: int = FRAMES) -> object:
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


def test_the_report_has_a_row_for_each_stage_and_number_of_steps(tmp_path: Path, tokenizer: FrameTokenizer) -> None:
    report = GenerationReport(tmp_path / "report")
    made = [generator(tmp_path, "teacher-forcing"), generator(tmp_path, "dmd")]
    figures = evaluated([truth(tokenizer)], made, tokenizer, steps=(1, 2), seeds=(0,), look=report.look)
    report.write(figures, {"steps": [1, 2]})
    ways = [f"{stage}, {count}" for stage in ("teacher-forcing", "dmd") for count in ("1 step", "2 steps")]
    assert list(figures) == [CEILING, FLOOR, *ways]
    assert figures[FLOOR]["motion"] == pytest.approx(0.0, abs=1e-6)
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    assert results["mean"]["dmd, 2 steps"]["psnr"] == pytest.approx(figures["dmd, 2 steps"]["psnr"], abs=1e-4)
    assert "not FID" in results["feature_distance"]
    page = (tmp_path / "report" / "index.html").read_text()
    assert page.count("<tr><td>") == 6
    for picture in ("00-00.png", "00-04.png"):
        assert (tmp_path / "report" / "pictures" / picture).exists()


def test_a_log_of_one_chunk_is_too_short(tokenizer: FrameTokenizer) -> None:
    with pytest.raises(UserError, match="there must be more than 4"):
        truth(tokenizer, frames=4)
