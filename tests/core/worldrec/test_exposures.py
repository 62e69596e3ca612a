"""Cameras that expose differently are found out, and brought to one exposure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.reconstruction import evaluate_reconstruction, pictures
from core.logs import CameraStream, DrivingLog
from core.scene import Exposure, Scene
from core.scene.exposure import balanced
from core.worldrec.lift import lift, lifted
from core.worldrec.reconstructing import sights_of
from core.worldrec.refine import refine

GAIN, BIAS = 1.2, 0.03
BUDGET = 16_000


@pytest.fixture(scope="module")
def uneven(city_log: DrivingLog) -> DrivingLog:
    """The drive through the city, its first camera brighter than the others."""
    return replace(city_log, cameras=(brighter(city_log.cameras[0]), *city_log.cameras[1:]))


@pytest.fixture(scope="module")
def uneven_scene(uneven: DrivingLog) -> Scene:
    return lift(uneven, hold_out=3, max_splats=BUDGET)


def brighter(stream: CameraStream) -> CameraStream:
    def read_image(index: int) -> NDArray[np.uint8]:
        shown = stream.image(index).astype(np.float32) / 255
        return (np.clip(GAIN * shown + BIAS, 0, 1) * 255 + 0.5).astype(np.uint8)

    return replace(stream, name="bright", read_image=read_image)


def truth(log: DrivingLog) -> dict[str, Exposure]:
    bright = Exposure((GAIN,) * 3, (BIAS,) * 3)
    return balanced({stream.name: bright if stream.name == "bright" else Exposure() for stream in log.cameras})


def test_a_brighter_camera_is_found(uneven: DrivingLog, uneven_scene: Scene) -> None:
    assert set(uneven_scene.exposures) == {stream.name for stream in uneven.cameras}
    for name, exposure in truth(uneven).items():
        np.testing.assert_allclose(uneven_scene.exposures[name].gain, exposure.gain, atol=0.03)
        np.testing.assert_allclose(uneven_scene.exposures[name].bias, exposure.bias, atol=0.03)


def test_exposures_are_neutral_in_the_mean(uneven_scene: Scene) -> None:
    each = uneven_scene.exposures.values()
    np.testing.assert_allclose(np.mean([one.gain for one in each], 0), 1.0, atol=1e-6)
    np.testing.assert_allclose(np.mean([one.bias for one in each], 0), 0.0, atol=1e-6)


def test_cameras_alike_have_no_exposures(city_scene: Scene) -> None:
    assert not city_scene.exposures


def test_held_out_images_look_more_like_the_scene(
    uneven: DrivingLog, uneven_scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.worldrec.lift.lifting.exposures_of", lambda names, sums: {})
    without = lift(uneven, hold_out=3, max_splats=BUDGET)
    before, after = (evaluate_reconstruction(scene, uneven, hold_out=3) for scene in (without, uneven_scene))
    assert after.overall.psnr_db > before.overall.psnr_db + 0.1


def test_what_the_network_looks_at_is_of_one_exposure(uneven: DrivingLog, city_log: DrivingLog) -> None:
    start = lifted(uneven, hold_out=3, max_splats=2_000)
    known = replace(start, scene=replace(start.scene, exposures={"bright": Exposure((GAIN,) * 3, (BIAS,) * 3)}))
    plain = replace(start, scene=replace(start.scene, exposures={}), views=lifted(city_log, hold_out=3).views)
    for ours, theirs in zip(sights_of(known, (0.0, 1.5)), sights_of(plain, (0.0, 1.5)), strict=True):
        # Where the bright camera clips, and beside, nothing can be undone.
        apart = (ours.rgb - theirs.rgb).abs()[theirs.rgb < 0.75]
        assert float(apart.quantile(0.98)) < 0.01


def test_refinement_learns_exposures(city_log: DrivingLog, city_scene: Scene, uneven: DrivingLog) -> None:
    better = refine(city_scene, uneven, steps=6, hold_out=3)
    gains = {name: float(np.mean(one.gain)) for name, one in better.exposures.items()}
    assert gains["bright"] > 1.002
    assert all(gain < 1.0 for name, gain in gains.items() if name != "bright")
    assert np.mean(list(gains.values())) == pytest.approx(1.0, abs=1e-6)


def test_refinement_starts_from_the_exposures_of_the_scene(uneven: DrivingLog, uneven_scene: Scene) -> None:
    better = refine(uneven_scene, uneven, steps=2, hold_out=3)
    for name, exposure in uneven_scene.exposures.items():
        np.testing.assert_allclose(better.exposures[name].gain, exposure.gain, atol=0.02)


def test_pictures_are_exposed_as_their_camera_is(uneven: DrivingLog, uneven_scene: Scene) -> None:
    stream = uneven.cameras[0]
    shown, _ = pictures(uneven_scene, uneven, stream, 2, stream.camera)
    plain, _ = pictures(replace(uneven_scene, exposures={}), uneven, stream, 2, stream.camera)
    np.testing.assert_allclose(shown, uneven_scene.exposures["bright"].recorded(plain), atol=1e-6)
