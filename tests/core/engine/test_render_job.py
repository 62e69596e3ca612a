"""Pictures of a small scene, drawn in this process and in the engine's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from engine_listening import ANSWER_S, Heard

from core.engine import DropScene, Engine, JobRunner, LoadScene, RenderRequest, Request, Started, View
from core.engine.jobs import render
from core.errors import UserError
from core.geometry import FisheyeCamera, PinholeCamera, Pose, PoseTrack
from core.logs import ActorClass, Track
from core.scene import Actor, Exposure, Scene, Sky, load_scene, save_scene
from core.scene.drawing import rasteriser
from core.splats import GaussianCloud, tensor_pictures, torch_rasteriser
from core.splats.rasteriser import rasterise_cloud
from core.splats.tensor_pictures import TensorRasteriser, cuda_rasteriser

FORWARD = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [0.0, 0.0, 0.0])
"""Looks along +x: world_from_camera."""
CAMERA = PinholeCamera(48, 32, 40.0, 40.0, 23.5, 15.5)
SKY = (0.2, 0.4, 0.8)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def blob(centre_m: tuple[float, float, float], colour: tuple[float, float, float], count: int) -> GaussianCloud:
    """Opaque splats close around a point."""
    around = np.random.default_rng(1).normal(scale=0.1, size=(count, 3))
    return GaussianCloud(
        means_m=(around + centre_m).astype(np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        scales_m=np.full((count, 3), 0.3, np.float32),
        opacities=np.full(count, 0.95, np.float32),
        colours=np.tile(np.float32(colour), (count, 1)),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A red blob ahead, and a blue actor that crosses from the right to the left in two seconds."""
    poses = Pose.from_heading(np.zeros(2), np.array([[8.0, -4.0, 0.0], [8.0, 4.0, 0.0]]))
    track = Track(
        id="crossing",
        actor_class=ActorClass.CAR,
        source_label="car",
        poses=PoseTrack([0, 2_000_000_000], poses),
        size_m=(1.0, 1.0, 1.0),
        max_gap_s=3.0,
    )
    scene = Scene(
        name="small",
        start_ns=0,
        duration_s=2.0,
        static=blob((10.0, 0.0, 0.0), RED, 60),
        actors=(Actor(1, track, blob((0.0, 0.0, 0.0), BLUE, 40)),),
        sky=Sky.plain(SKY),
    )
    return save_scene(scene, tmp_path / "small.scene")


@pytest.fixture
def runner(folder: Path) -> JobRunner:
    made = JobRunner(threads=1)
    made.run_here(LoadScene(scene_id="s", folder=folder))
    return made


def front(t_s: float, name: str = "front") -> View:
    return View.of(name, CAMERA, FORWARD, t_s)


def test_only_a_picture_that_stands_for_a_camera_is_exposed_as_it_is(folder: Path) -> None:
    bright = Exposure((1.3, 1.0, 1.0), (0.05, 0.0, 0.0))
    runner = JobRunner(threads=1)
    scene = replace(load_scene(folder), exposures={"rig": bright})
    runner.run_here(LoadScene(scene_id="s", folder=save_scene(scene, folder)))
    views = tuple(View.of(name, CAMERA, FORWARD, 0.0, rig_camera=name) for name in ("", "rig", "other"))
    drawn = runner.run_here(RenderRequest(scene_id="s", views=views)).arrays
    free = drawn["/rgb"].astype(np.float32) / 255
    assert np.array_equal(drawn["/rgb"], drawn["other/rgb"])
    assert drawn["rig/rgb"] == pytest.approx(bright.recorded(free) * 255, abs=2)


def test_colours_that_depend_on_the_side_are_drawn_as_the_rasteriser_draws_them() -> None:
    harmonics = np.random.default_rng(2).normal(scale=0.3, size=(60, 3, 3)).astype(np.float32)
    cloud = replace(blob((6.0, 0.0, 0.0), (0.5, 0.5, 0.5), 60), harmonics=harmonics)
    drawn = render.draw(cloud, Sky.plain((0.0, 0.0, 0.0)), CAMERA, FORWARD, ("rgb",))["rgb"]
    expected = rasterise_cloud(cloud, CAMERA, FORWARD).rgb
    assert np.abs(drawn - expected.clip(0, 1) * 255).max() <= 1


def test_gsplat_draws_where_there_is_a_cuda_device(runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    request = RenderRequest(scene_id="s", views=(front(0.0),), channels=("rgb", "depth_m", "alpha"))
    by_kernels = runner.run_here(request).arrays
    tensors = TensorRasteriser("cpu")
    asked: list[str] = []

    def chosen(device: str) -> TensorRasteriser:
        asked.append(device)
        return tensors

    monkeypatch.setattr(tensor_pictures, "has_cuda_driver", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch_rasteriser, "gsplat_rasteriser", lambda: None)
    monkeypatch.setattr(tensor_pictures, "TensorRasteriser", chosen)
    rasteriser.cache_clear()
    try:
        by_tensors = runner.run_here(request).arrays
    finally:
        rasteriser.cache_clear()
    assert asked == ["cuda"]
    for name, array in by_kernels.items():
        assert by_tensors[name].dtype == array.dtype
        assert by_tensors[name] == pytest.approx(array, abs=1e-4)


@pytest.mark.parametrize("lacking", ["driver", "device", "gsplat"])
def test_without_cuda_or_gsplat_the_kernels_draw(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def refuse() -> None:
        raise UserError("gsplat has no CUDA kernels here")

    monkeypatch.setattr(tensor_pictures, "has_cuda_driver", lambda: lacking != "driver")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: lacking != "device")
    monkeypatch.setattr(torch_rasteriser, "gsplat_rasteriser", refuse)
    assert cuda_rasteriser() is None


def test_a_picture_shows_splats_over_the_sky(runner: JobRunner) -> None:
    request = RenderRequest(scene_id="s", views=(front(0.0),), channels=("rgb", "depth_m", "alpha"))
    drawn = runner.run_here(request).arrays
    rgb, depth_m, alpha = drawn["front/rgb"], drawn["front/depth_m"], drawn["front/alpha"]
    assert (rgb.shape, rgb.dtype, depth_m.shape, alpha.shape) == ((32, 48, 3), np.uint8, (32, 48), (32, 48))
    assert rgb[15, 23] == pytest.approx([255, 0, 0], abs=3)
    assert rgb[0, 0] == pytest.approx(np.array(SKY) * 255, abs=1)
    assert depth_m[15, 23] == pytest.approx(10.0, abs=0.5)
    assert (alpha[15, 23], alpha[0, 0]) == pytest.approx((1.0, 0.0), abs=0.01)


def test_each_view_shows_its_own_time(runner: JobRunner) -> None:
    drawn = runner.run_here(RenderRequest(scene_id="s", views=(front(0.0, "early"), front(1.8, "late")))).arrays
    blue = {name: drawn[f"{name}/rgb"][..., 2].astype(int) - drawn[f"{name}/rgb"][..., 1] for name in ("early", "late")}
    columns = {name: np.unravel_index(np.argmax(image), image.shape)[1] for name, image in blue.items()}
    assert columns["early"] > 35
    assert columns["late"] < 12


def test_a_lens_draws_its_own_picture_in_the_wanted_size(runner: JobRunner) -> None:
    camera = FisheyeCamera(200, 200, 60.0, 60.0, 99.5, 99.5, (0.0, 0.0, 0.0, 0.0))
    request = RenderRequest(scene_id="s", views=(View.of("wide", camera, FORWARD, 0.0, size_px=(50, 40)),))
    outcome = runner.run_here(request)
    assert [(view.width, view.height) for view in outcome.value.views] == [(50, 40)]  # type: ignore[attr-defined]
    assert outcome.arrays["wide/rgb"][19, 24] == pytest.approx([255, 0, 0], abs=12)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (RenderRequest(scene_id="t", views=(front(0.0),)), "does not hold that scene"),
        (RenderRequest(scene_id="s", views=(front(0.0).model_copy(update={"camera": {}}),)), "Unknown camera model"),
        (RenderRequest(scene_id="s", views=(View.of("x", CAMERA, FORWARD, 0.0, (9000, 10)),)), "too large"),
        (LoadScene(scene_id="s", folder=Path("nowhere")), "missing"),
    ],
)
def test_what_cannot_be_done_is_told(runner: JobRunner, request_: Request, words: str) -> None:
    with pytest.raises(UserError, match=words):
        runner.run_here(request_)


def test_a_dropped_scene_is_gone(runner: JobRunner) -> None:
    runner.run_here(DropScene(scene_id="s"))
    runner.run_here(DropScene(scene_id="s"))
    with pytest.raises(UserError, match="does not hold"):
        runner.run_here(RenderRequest(scene_id="s", views=(front(0.0),)))


def test_the_engine_draws_the_same_picture(engine: Engine, runner: JobRunner, folder: Path) -> None:
    request = RenderRequest(scene_id="s", views=(front(0.5),), channels=("rgb", "depth_m"))
    loaded = engine.submit(LoadScene(scene_id="s", folder=folder)).outcome(ANSWER_S).value
    assert loaded is not None
    assert loaded.splats == 100  # type: ignore[attr-defined]
    there, here = engine.submit(request).outcome(ANSWER_S).arrays, runner.run_here(request).arrays
    assert there.keys() == here.keys()
    assert all(np.array_equal(there[name], here[name]) for name in here)


def test_killed_while_drawing_it_holds_the_scene_again_after_a_restart(engine: Engine, folder: Path) -> None:
    engine.submit(LoadScene(scene_id="s", folder=folder)).outcome(ANSWER_S)
    heard = Heard()
    many = RenderRequest(scene_id="s", views=tuple(front(0.001 * n, f"view {n}") for n in range(2000)))
    job = engine.submit(many, heard)
    heard.wait_for(Started)
    psutil.Process(engine.pid).kill()
    with pytest.raises(UserError, match="stopped"):
        job.outcome(ANSWER_S)
    assert engine.submit(RenderRequest(scene_id="s", views=(front(0.5),))).outcome(ANSWER_S).arrays


def test_the_sky_stands_where_the_scene_has_it(folder: Path) -> None:
    """Every pixel of an empty scene, all around, so over the dome's seam as well."""
    row, column = np.mgrid[0:64, 0:128] * (np.pi / 64)
    dome = np.stack([0.5 + 0.4 * np.sin(column), 0.5 + 0.4 * np.cos(column), row / np.pi], -1).astype(np.float32)
    empty = Scene(name="empty", start_ns=0, duration_s=1.0, static=GaussianCloud.empty(), sky=Sky(dome))
    runner = JobRunner(threads=1)
    runner.run_here(LoadScene(scene_id="empty", folder=save_scene(empty, folder.with_name("empty.scene"))))
    rays, _ = CAMERA.pixel_rays()
    for heading_rad in (0.0, 1.5, 3.0, 4.5):
        pose = Pose.from_heading(heading_rad, [0.0, 0.0, 0.0]) @ FORWARD
        drawn = runner.run_here(RenderRequest(scene_id="empty", views=(View.of("v", CAMERA, pose, 0.0),))).arrays[
            "v/rgb"
        ]
        assert drawn == pytest.approx(empty.sky.colours(rays @ pose.rotation.T) * 255, abs=1.5)
