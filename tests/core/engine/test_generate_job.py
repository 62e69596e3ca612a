"""A drive is made of a log's first frames, its path and its traffic."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.engine import GeneratedChunk, GenerateRequest, GenerateResult, JobCancelledError, JobRunner, Outcome
from core.errors import UserError
from core.worldgen.model.weights import worldgen_weights_of
from core.worldgen.tokenizer import FrameTokenizer, save_tokenizer
from core.worldgen.tokenizer.config import TokenizerConfig
from core.worldgen.tokenizer.weights import tokenizer_weights_of


class Following:
    """Notes what is told, and cancels after some chunks."""

    def __init__(self, most_chunks: int = 100) -> None:
        self.shown: list[Outcome] = []
        self._most = most_chunks

    @property
    def cancelled(self) -> bool:
        return len(self.shown) >= self._most

    def progress(self, fraction: float, text: str) -> None: ...

    def partial(self, outcome: Outcome) -> None:
        self.shown.append(outcome)


def made(log: Path, folder: Path, listener: Following | None = None, **options: object) -> GenerateResult:
    values = {"log_path": log, "folder": folder, "frames": 3, "device": "cpu", "steps": 2}
    outcome = JobRunner().run_here(GenerateRequest.model_validate(values | options), listener or Following())
    assert isinstance(outcome.value, GenerateResult)
    return outcome.value


def test_chunks_stream_out_and_lie_in_the_folder(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    listener = Following()
    result = made(real_piece, tmp_path / "take", listener)
    assert result.frames == 3
    assert len(result.cameras) == 3
    assert result.peak_memory_mb > 10
    shown = [(outcome.value, outcome.arrays) for outcome in listener.shown]
    chunks = [value for value, _ in shown if isinstance(value, GeneratedChunk)]
    assert [(chunk.begin, chunk.frames) for chunk in chunks] == [(0, 2), (2, 1)]
    assert all(min(chunk.wait_s, chunk.conditions_s, chunk.model_s, chunk.decode_s) >= -1e-3 for chunk in chunks)
    for name in result.cameras:
        files = sorted((tmp_path / "take" / name).glob("*.png"))
        assert [file.name for file in files] == ["000000.png", "000001.png", "000002.png"]
        streamed = np.concatenate([arrays[name] for _, arrays in shown])
        assert streamed.shape[1] == 32
        kept = np.stack([cv2.imread(str(file))[..., ::-1] for file in files])
        np.testing.assert_array_equal(kept, streamed)
    facts = json.loads((tmp_path / "take" / "take.json").read_text())
    assert facts["frames_hash"] == result.frames_hash
    assert facts["request"]["seed"] == 0
    assert len(facts["recorded_s"]) == 3


def test_the_same_seed_makes_the_same_frames_and_weather_is_heard(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    first, again, other = (
        made(real_piece, tmp_path / f"{number}", seed=seed, cameras=("front_camera",)).frames_hash
        for number, seed in enumerate((5, 5, 6))
    )
    assert first == again != other


def test_a_shorter_drive_takes_the_place_of_a_longer_one(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    for frames in (3, 1):
        made(real_piece, tmp_path, frames=frames, cameras=("front_camera",))
    assert len(list((tmp_path / "front_camera").glob("*.png"))) == 1


def test_being_cancelled_ends_it_within_a_step_and_keeps_what_is_there(
    small_generator: Path, real_piece: Path, tmp_path: Path
) -> None:
    with pytest.raises(JobCancelledError):
        made(real_piece, tmp_path, Following(most_chunks=1), cameras=("front_camera",))
    assert len(list((tmp_path / "front_camera").glob("*.png"))) == 2
    assert json.loads((tmp_path / "take.json").read_text())["frames_hash"] is None


def test_what_cannot_be_made_is_told(small_generator: Path, real_piece: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too short") as caught:
        made(real_piece, tmp_path, frames=100)
    assert caught.value.field == "frames"
    with pytest.raises(UserError, match="no such camera"):
        made(real_piece, tmp_path, cameras=("roof",))
    other = TokenizerConfig(channels=4, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
    save_tokenizer(FrameTokenizer(other), tokenizer_weights_of("tiny"))
    with pytest.raises(UserError, match="do not belong together"):
        made(real_piece, tmp_path)
    worldgen_weights_of("tiny").unlink()
    with pytest.raises(UserError, match="weights of WorldGen"):
        made(real_piece, tmp_path)
