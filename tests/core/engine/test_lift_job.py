"""A log becomes a scene on disk that the engine holds."""

from pathlib import Path

import numpy as np
import pytest

from core.engine import JobCancelledError, JobRunner, LiftRequest, Outcome, RenderRequest, SceneResult, View
from core.errors import UserError
from core.logs import open_log
from core.scene import load_scene, scene_from_arrays


class Impatient:
    """Cancels as soon as work has begun."""

    def __init__(self, patience: int) -> None:
        self.steps: list[tuple[float, str]] = []
        self.shown: list[Outcome] = []
        self._patience = patience

    @property
    def cancelled(self) -> bool:
        return len(self.steps) > self._patience

    def progress(self, fraction: float, text: str) -> None:
        self.steps.append((fraction, text))

    def partial(self, outcome: Outcome) -> None:
        self.shown.append(outcome)


def test_a_lifted_log_is_saved_held_and_can_be_drawn(real_piece: Path, tmp_path: Path) -> None:
    runner, listener = JobRunner(), Impatient(10_000)
    folder = tmp_path / "piece.scene"
    request = LiftRequest(log_path=real_piece, folder=folder, scene_id="piece", window_s=(0.0, 0.15))
    value = runner.run_here(request, listener).value
    assert value.splats == len(load_scene(folder)) > 1000  # type: ignore[attr-defined]
    fractions = [fraction for fraction, _ in listener.steps]
    assert fractions == sorted(fractions)
    unfinished = [scene_from_arrays(one.value.names, one.arrays) for one in listener.shown]  # type: ignore[attr-defined]
    assert [one.value.stage for one in listener.shown] == ["placed", "painted"]  # type: ignore[attr-defined]
    assert [len(scene) for scene in unfinished] == [value.splats] * 2  # type: ignore[attr-defined]
    assert [len(np.unique(scene.static.colours, axis=0)) > 100 for scene in unfinished] == [False, True]
    final = load_scene(folder).static
    apart = [float(np.abs(scene.static.colours - final.colours).mean()) for scene in unfinished]
    assert apart[0] > apart[1] > 0
    log = open_log(real_piece)
    camera = log.camera("front_camera")
    pose = log.ego.at(int(camera.t_ns[0])) @ camera.ego_from_camera
    view = View.of("front", camera.camera, pose, log.t_s(int(camera.t_ns[0])), size_px=(160, 90))
    drawn = runner.run_here(RenderRequest(scene_id="piece", views=(view,))).arrays["front/rgb"]
    assert drawn.std() > 20


def test_a_cancelled_lift_leaves_no_folder(real_piece: Path, tmp_path: Path) -> None:
    request = LiftRequest(log_path=real_piece, folder=tmp_path / "never.scene", scene_id="never")
    with pytest.raises(JobCancelledError):
        JobRunner().run_here(request, Impatient(1))
    assert not request.folder.exists()


def test_a_window_without_images_is_told(real_piece: Path, tmp_path: Path) -> None:
    request = LiftRequest(log_path=real_piece, folder=tmp_path / "x", scene_id="x", window_s=(50.0, 60.0))
    with pytest.raises(UserError, match="Choose a stretch between 0 and"):
        JobRunner().run_here(request)


def test_samples_that_cannot_be_read_are_left_out_counted_and_logged(
    small_pandaset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    image = small_pandaset / "camera" / "front_camera" / "01.jpg"
    sweep = small_pandaset / "lidar" / "03.pkl.gz"
    for path in (image, sweep):
        path.write_bytes(path.read_bytes()[:-100])
    request = LiftRequest(log_path=small_pandaset, folder=tmp_path / "lacking.scene", scene_id="lacking")
    value = JobRunner().run_here(request).value
    assert isinstance(value, SceneResult)
    assert value.left_out == 2
    assert str(image) in caplog.text
    assert str(sweep) in caplog.text
