"""A scene that the engine holds is refined, saved and held instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.engine import (
    JobCancelledError,
    JobRunner,
    LiftRequest,
    LoadScene,
    Outcome,
    RefineProgress,
    RefineRequest,
    SceneResult,
)
from core.errors import UserError
from core.scene import load_scene
from core.worldrec.refine.values import values_of, with_values


class Watching:
    """Notes what is told, and cancels once so many steps were."""

    def __init__(self, patience: int = 10_000) -> None:
        self.told: list[tuple[float, str]] = []
        self.shown: list[Outcome] = []
        self._patience = patience

    @property
    def cancelled(self) -> bool:
        return len(self.told) > self._patience

    def progress(self, fraction: float, text: str) -> None:
        self.told.append((fraction, text))

    def partial(self, outcome: Outcome) -> None:
        self.shown.append(outcome)


@pytest.fixture(scope="module")
def lifted(real_piece: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lifted") / "piece.scene"
    request = LiftRequest(log_path=real_piece, folder=folder, scene_id="a", window_s=(0.0, 0.15))
    JobRunner().run_here(request)
    return folder


@pytest.fixture
def runner(lifted: Path) -> JobRunner:
    runner = JobRunner()
    runner.run_here(LoadScene(scene_id="piece", folder=lifted))
    return runner


def asked(log: Path, folder: Path, steps: int, window_s: tuple[float, float] = (0.0, 0.15)) -> RefineRequest:
    return RefineRequest(scene_id="piece", log_path=log, folder=folder, steps=steps, window_s=window_s)


def test_the_better_scene_is_shown_on_the_way_saved_and_held(
    runner: JobRunner, real_piece: Path, lifted: Path, tmp_path: Path
) -> None:
    listener = Watching()
    value = runner.run_here(asked(real_piece, tmp_path / "better", steps=8), listener).value
    before, after = load_scene(lifted), load_scene(tmp_path / "better")
    assert isinstance(value, SceneResult)
    assert value.splats == len(after) == len(before)
    assert runner.scenes.get("piece").static.means_m.tobytes() == after.static.means_m.tobytes()
    assert (after.static.means_m != before.static.means_m).any()
    fractions = [fraction for fraction, _ in listener.told]
    assert fractions == sorted(fractions)
    assert listener.shown
    assert isinstance(listener.shown[0].value, RefineProgress)
    first = with_values(before, listener.shown[0].arrays)
    assert first.static.means_m.tobytes() not in {before.static.means_m.tobytes(), after.static.means_m.tobytes()}


def test_cancelled_on_the_way_it_ends_with_the_best_so_far(
    runner: JobRunner, real_piece: Path, lifted: Path, tmp_path: Path
) -> None:
    listener = Watching(patience=15)
    runner.run_here(asked(real_piece, tmp_path / "stopped", steps=500), listener)
    assert len(listener.told) < 20
    stopped = load_scene(tmp_path / "stopped")
    assert len(stopped) == len(load_scene(lifted))
    assert set(values_of(stopped)) == set(values_of(runner.scenes.get("piece")))
    np.testing.assert_array_equal(stopped.static.colours, runner.scenes.get("piece").static.colours)


def test_cancelled_before_it_began_nothing_is_written(runner: JobRunner, real_piece: Path, tmp_path: Path) -> None:
    with pytest.raises(JobCancelledError):
        runner.run_here(asked(real_piece, tmp_path / "never", steps=5), Watching(patience=-1))
    assert not (tmp_path / "never").exists()


def test_what_cannot_be_refined_is_told_with_a_remedy(runner: JobRunner, real_piece: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Choose a stretch between 0 and"):
        runner.run_here(asked(real_piece, tmp_path / "x", steps=1, window_s=(50.0, 60.0)))
    unknown = RefineRequest(scene_id="nobody", log_path=real_piece, folder=tmp_path / "x", steps=1)
    with pytest.raises(UserError, match="does not hold that scene"):
        runner.run_here(unknown)
