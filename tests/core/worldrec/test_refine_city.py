"""A lifted drive through the city comes to look more like its images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import UserError
from core.evaluation.reconstruction import Likeness, evaluate_reconstruction
from core.logs import CameraStream, DrivingLog
from core.scene import Scene
from core.worldrec.refine import Rates, Settings, refine
from core.worldrec.refine.refining import READING
from core.worldrec.refine.values import values_of

QUICK = Settings(pictures=2)


@pytest.fixture(scope="module")
def refined(city_log: DrivingLog, city_scene: Scene) -> Scene:
    return refine(city_scene, city_log, steps=16, hold_out=3, settings=QUICK, device="cpu")


def likeness(scene: Scene, log: DrivingLog, hold_out: int) -> Likeness:
    return evaluate_reconstruction(scene, log, hold_out=hold_out, cameras=["CAM_FRONT"]).overall


def test_seen_and_held_out_images_look_more_like_the_scene(
    city_log: DrivingLog, city_scene: Scene, refined: Scene
) -> None:
    for hold_out in (1, 3):
        before, after = (likeness(scene, city_log, hold_out) for scene in (city_scene, refined))
        assert after.psnr_db > before.psnr_db + 0.4
        assert after.ssim > before.ssim + 0.03


def test_it_is_the_same_scene_of_the_same_splats(city_scene: Scene, refined: Scene) -> None:
    refined.static.validated()
    assert len(refined.static) == len(city_scene.static)
    assert [actor.track.id for actor in refined.actors] == [actor.track.id for actor in city_scene.actors]
    for before, after in zip(city_scene.actors, refined.actors, strict=True):
        after.cloud.validated()
        np.testing.assert_array_equal(after.cloud.provenance, before.cloud.provenance)
    moved_m = np.linalg.norm(refined.static.means_m - city_scene.static.means_m, axis=1)
    assert 0 < np.median(moved_m) < 0.5


def test_an_order_of_pictures_gives_one_scene(city_log: DrivingLog, city_scene: Scene) -> None:
    def made(seed: int) -> dict[str, NDArray[np.float32]]:
        return values_of(refine(city_scene, city_log, steps=3, hold_out=3, seed=seed, settings=QUICK, device="cpu"))

    one, same, other = made(4), made(4), made(5)
    for name, values in one.items():
        np.testing.assert_array_equal(values, same[name])
    assert (one["means_m"] != other["means_m"]).any()


def test_held_out_images_and_those_outside_the_window_are_never_read(city_log: DrivingLog, city_scene: Scene) -> None:
    window_s = (0.3, 1.1)
    read: set[tuple[str, int]] = set()

    def watched(stream: CameraStream) -> CameraStream:
        def read_image(index: int) -> NDArray[np.uint8]:
            assert index % 3 != 2, "a held-out image was read"
            read.add((stream.name, index))
            return stream.read_image(index)

        return replace(stream, read_image=read_image, cache=type(stream.cache)())

    log = replace(city_log, cameras=tuple(watched(stream) for stream in city_log.cameras))
    refine(city_scene, log, steps=9, window_s=window_s, hold_out=3, cameras=["CAM_FRONT"], device="cpu")
    t_ns = log.camera("CAM_FRONT").t_ns
    inside = np.flatnonzero((t_ns >= log.t_ns(0.3)) & (t_ns <= log.t_ns(1.1)))
    assert read == {("CAM_FRONT", int(index)) for index in inside if index % 3 != 2}


def test_stopping_keeps_the_best_so_far(city_log: DrivingLog, city_scene: Scene) -> None:
    shown: list[Scene] = []
    told: list[float] = []

    def progress(share: float, text: str) -> bool:
        told.append(share)
        return True

    def enough() -> bool:
        return len([share for share in told if share >= READING]) >= 8

    options = {"hold_out": 3, "device": "cpu", "progress": progress, "partial": shown.append, "cancelled": enough}
    stopped = refine(city_scene, city_log, steps=40, settings=QUICK, **options)  # type: ignore[arg-type]
    assert len([share for share in told if share >= READING]) == 8
    assert told == sorted(told)
    assert shown
    scores = [likeness(scene, city_log, 1).psnr_db for scene in (city_scene, shown[0], stopped)]
    assert scores == sorted(scores)


def test_stopped_before_the_first_step_it_is_the_scene_that_was_given(city_log: DrivingLog, city_scene: Scene) -> None:
    assert refine(city_scene, city_log, steps=5, progress=lambda share, text: False, device="cpu") is city_scene


def test_steps_that_only_do_harm_are_not_kept(city_log: DrivingLog, city_scene: Scene) -> None:
    wild = Settings(rates=Rates(means=500.0, scales=5.0, colours=1.0), pictures=2)
    assert refine(city_scene, city_log, steps=2, hold_out=3, settings=wild, device="cpu") is city_scene


def test_what_cannot_be_refined_is_told(city_log: DrivingLog, city_scene: Scene) -> None:
    with pytest.raises(ValueError, match="no step"):
        refine(city_scene, city_log, steps=0)
    with pytest.raises(ValueError, match="no image"):
        refine(city_scene, city_log, steps=1, window_s=(90.0, 91.0))
    with pytest.raises(ValueError, match="CAM_BACK"):
        refine(city_scene, city_log, steps=1, cameras=["CAM_BACK"])
    with pytest.raises(UserError, match="not made of this log"):
        refine(replace(city_scene, start_ns=city_scene.start_ns + 1), city_log, steps=1)


def test_images_that_cannot_be_read_are_left_out_unless_all_are(city_log: DrivingLog, city_scene: Scene) -> None:
    def damaged(stream: CameraStream, bad: int | None) -> CameraStream:
        def read_image(index: int) -> NDArray[np.uint8]:
            if bad is None or index == bad:
                raise UserError("The image cannot be read")
            return stream.read_image(index)

        return replace(stream, read_image=read_image, cache=type(stream.cache)())

    one, *others = city_log.cameras
    log = replace(city_log, cameras=(damaged(one, 0), *others))
    refine(city_scene, log, steps=1, device="cpu")
    log = replace(city_log, cameras=tuple(damaged(stream, None) for stream in city_log.cameras))
    with pytest.raises(UserError, match="cannot be read"):
        refine(city_scene, log, steps=1, device="cpu")
