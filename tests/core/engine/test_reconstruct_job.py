"""A log becomes a scene by the network, with the figures that tell what it is worth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.engine import (
    JobCancelledError,
    JobRunner,
    Metrics,
    Outcome,
    PartialScene,
    ReconstructRequest,
    ReconstructResult,
)
from core.errors import UserError
from core.scene import load_scene, scene_from_arrays

WINDOW_S = (0.0, 0.35)


class Following:
    """Notes what is told, and cancels as soon as a text is."""

    def __init__(self, until: str = "never") -> None:
        self.told: list[tuple[float, str]] = []
        self.shown: list[Outcome] = []
        self._until = until

    @property
    def cancelled(self) -> bool:
        return any(self._until in text for _, text in self.told)

    def progress(self, fraction: float, text: str) -> None:
        self.told.append((fraction, text))

    def partial(self, outcome: Outcome) -> None:
        self.shown.append(outcome)


def asked(log: Path, folder: Path, **options: object) -> ReconstructRequest:
    return ReconstructRequest.model_validate(
        {"log_path": log, "folder": folder, "scene_id": "a", "window_s": WINDOW_S} | options
    )


def metrics_of(outcome: Outcome) -> Metrics:
    assert isinstance(outcome.value, ReconstructResult)
    return outcome.value.metrics


def test_the_scene_sharpens_on_the_way_is_saved_held_and_measured(
    small_network: None, real_piece: Path, tmp_path: Path
) -> None:
    runner, listener = JobRunner(), Following()
    outcome = runner.run_here(
        asked(real_piece, tmp_path / "scene", refine_steps=4, hold_out=3, cameras=("front_camera",)), listener
    )
    scene, metrics = load_scene(tmp_path / "scene"), metrics_of(outcome)
    assert metrics.gaussians == len(scene) == len(runner.scenes.get("a")) > 1000
    assert metrics.actors == len(scene.actors)
    assert 0 < metrics.queries < metrics.gaussians
    assert metrics.psnr_heldout is not None
    assert metrics.ssim_heldout is not None
    assert metrics.psnr_inputs is not None
    assert 10 < metrics.psnr_heldout < metrics.psnr_inputs < 40
    assert 0 < metrics.ssim_heldout < 1
    assert scene.observed is not None
    assert scene.source == str(real_piece)
    fractions = [fraction for fraction, _ in listener.told]
    assert fractions == sorted(fractions)
    shown = [outcome.value for outcome in listener.shown]
    stages = [value.stage for value in shown if isinstance(value, PartialScene)]
    assert stages == sorted(stages, key=["lifted", "improved", "refined"].index)
    assert set(stages) == {"lifted", "improved", "refined"}
    first = shown[0]
    assert isinstance(first, PartialScene)
    early = scene_from_arrays(first.names, listener.shown[0].arrays)
    assert len(early) == first.splats
    assert [actor.track.id for actor in early.actors] == [actor.track.id for actor in scene.actors]


def test_without_images_held_out_there_is_no_figure_for_them(
    small_network: None, real_piece: Path, tmp_path: Path
) -> None:
    metrics = metrics_of(JobRunner().run_here(asked(real_piece, tmp_path / "scene", cameras=("front_camera",))))
    assert metrics.psnr_heldout is None
    assert metrics.ssim_heldout is None
    assert metrics.psnr_inputs is not None


def test_a_scene_goes_on_along_the_log(small_network: None, real_piece: Path, tmp_path: Path) -> None:
    first, longer, camera = tmp_path / "first", tmp_path / "longer", ("front_camera",)
    JobRunner().run_here(asked(real_piece, first, window_s=(0.0, 0.15), cameras=camera))
    listener = Following()
    outcome = JobRunner().run_here(
        asked(real_piece, longer, extends=first, window_s=None, refine_steps=2, cameras=camera), listener
    )
    before, after = load_scene(first), load_scene(longer)
    assert (before.window_s, after.window_s) == ((0.0, 0.15), (0.0, 0.3))
    assert isinstance(outcome.value, ReconstructResult)
    assert outcome.value.window_s == after.window_s
    assert metrics_of(outcome).gaussians == len(after) > len(before)
    assert metrics_of(outcome).queries > 0
    stages = [shown.value.stage for shown in listener.shown if isinstance(shown.value, PartialScene)]
    assert list(dict.fromkeys(stages)) == ["lifted", "improved", "refined"]
    assert [share for share, _ in listener.told] == sorted(share for share, _ in listener.told)


def test_a_scene_that_cannot_go_on_is_told(
    small_network: None, real_piece: Path, small_pandaset: Path, tmp_path: Path
) -> None:
    part, whole, camera = tmp_path / "part", tmp_path / "whole", ("front_camera",)
    JobRunner().run_here(asked(real_piece, part, window_s=(0.0, 0.15), cameras=camera))
    JobRunner().run_here(asked(real_piece, whole, window_s=None, cameras=camera))
    for log, scene, window_s, what in (
        (small_pandaset, part, None, "of another log"),
        (real_piece, whole, None, "whole log already"),
        (real_piece, part, (0.25, 0.35), "Time would be missing"),
        (real_piece, part, (0.0, 0.1), "made of this stretch already"),
        (real_piece, tmp_path / "nowhere", None, "nowhere"),
    ):
        with pytest.raises(UserError, match=what):
            JobRunner().run_here(asked(log, tmp_path / "out", extends=scene, window_s=window_s, cameras=camera))
    assert not (tmp_path / "out").exists()


def test_cancelled_before_there_is_a_scene_nothing_is_written(
    small_network: None, real_piece: Path, tmp_path: Path
) -> None:
    with pytest.raises(JobCancelledError):
        JobRunner().run_here(asked(real_piece, tmp_path / "scene", refine_steps=50), Following("painting"))
    assert not (tmp_path / "scene").exists()


def test_cancelled_while_it_is_refined_the_job_ends_with_what_is_there(
    small_network: None, real_piece: Path, tmp_path: Path
) -> None:
    outcome = JobRunner().run_here(
        asked(real_piece, tmp_path / "scene", refine_steps=100_000, cameras=("front_camera",)), Following("refining")
    )
    assert metrics_of(outcome).gaussians == len(load_scene(tmp_path / "scene"))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"window_s": (50.0, 60.0)}, "Choose a stretch between 0 and"),
        ({"window_s": (0.1, 0.1)}, "has no length"),
        ({"cameras": ("roof",)}, r"no camera roof.*front_camera"),
        ({"cameras": ()}, "No camera is chosen"),
        ({"hold_out": 1}, "All images would be held out"),
        ({"preset": "base"}, "weights of WorldRec cannot be read.*driftless train worldrec"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_remedy(
    small_network: None, real_piece: Path, tmp_path: Path, options: dict[str, object], what: str
) -> None:
    with pytest.raises(UserError) as error:
        JobRunner().run_here(asked(real_piece, tmp_path / "scene", **options))
    assert re.search(what, str(error.value), re.DOTALL)
