"""How far boxes lie from where pictures show their actors."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from jwm_street import log_and_scene
from numpy.typing import NDArray

from core.jwm.drawing import Drawn, drawn_of
from core.jwm.misfit import Misfit, Sighting, misfit_of
from core.jwm.sightings import sightings_of
from core.worldgen.conditions.viewpoints import Viewpoints, recorded

IMAGES = (2, 4)
COARSE_PX = 1.0  # how far off the car is in a scene of 3000 splats
SIZE_PX = (120, 80)


@cache
def seen() -> tuple[Viewpoints, Drawn, NDArray[np.uint8]]:
    """What the scene shows of two recorded images, and these (2, 1, 80, 120, 3)."""
    log, scene = log_and_scene()
    viewpoints, _ = recorded(log, SIZE_PX[::-1])
    viewpoints = viewpoints.frames(*IMAGES)
    truth = np.stack([log.cameras[0].image(index) for index in range(*IMAGES)])[:, None]
    return viewpoints, drawn_of(scene, ("front",), viewpoints, threads=1), truth


def sightings(images: NDArray[np.uint8]) -> tuple[Sighting, ...]:
    viewpoints, drawn, _ = seen()
    return sightings_of(images, drawn, log_and_scene()[1], ("front",), viewpoints)


def middles(frame: int) -> dict[str, tuple[float, float]]:
    """Where the middle of the car's box is, as the log has it."""
    log, (viewpoints, _, _) = log_and_scene()[0], seen()
    box = log.tracks[0].box_at(int(viewpoints.t_ns[frame, 0]))
    assert box is not None
    local = viewpoints.world_from_camera[frame, 0].inverse().apply(box.world_from_box.translation[None])
    pixel = viewpoints.cameras[0].project(local)[0][0]
    return {"car": ((pixel[0] + 0.5) / SIZE_PX[0], (pixel[1] + 0.5) / SIZE_PX[1])}


def misfits(images: NDArray[np.uint8]) -> list[Misfit]:
    found = sightings(images)
    return [misfit_of([one for one in found if one.frame == frame], middles(frame), SIZE_PX) for frame in (0, 1)]


def moved(images: NDArray[np.uint8], right: float, down: float) -> NDArray[np.uint8]:
    shift = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    border = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    return np.stack([cv2.warpAffine(image[0], shift, SIZE_PX, **border) for image in images])[:, None]


def test_a_true_picture_fits() -> None:
    for misfit in misfits(seen()[2]):
        assert misfit.mean_px == pytest.approx(0.0, abs=COARSE_PX)
        assert not misfit.lost


@pytest.mark.parametrize(("right", "down"), [(3, 0), (-4, 0), (0, 5), (2.5, -2)])
def test_a_picture_that_is_shifted_misses_by_the_shift(right: float, down: float) -> None:
    for misfit in misfits(moved(seen()[2], right, down)):
        assert misfit.by_actor["car"] == pytest.approx(np.hypot(right, down), abs=COARSE_PX)


@pytest.mark.parametrize("right", [1, 4, 7])
def test_a_shifted_render_misses_by_the_shift(right: int) -> None:
    drawn = seen()[1]
    for misfit in misfits(moved(drawn.rgb, right, 0)):
        assert misfit.mean_px == pytest.approx(right, abs=0.1)


def test_exposure_and_noise_shift_nothing() -> None:
    truth = seen()[2]
    noise = np.random.default_rng(0).normal(0, 6, truth.shape)
    dim = (0.6 * moved(truth, 3, 0) + 40 + noise).clip(0, 255).astype(np.uint8)
    for misfit in misfits(dim):
        assert misfit.mean_px == pytest.approx(3.0, abs=COARSE_PX)


def test_an_actor_that_the_picture_does_not_show_is_lost() -> None:
    noise = np.random.default_rng(0).integers(0, 255, seen()[2].shape).astype(np.uint8)
    for misfit in misfits(noise):
        assert (misfit.mean_px, misfit.lost) == (None, 1)


def test_a_box_that_is_moved_afterwards_misses_by_its_way() -> None:
    found = [one for one in sightings(seen()[2]) if one.frame == 0]
    x, y = middles(0)["car"]
    assert misfit_of(found, {"car": (x + 12 / SIZE_PX[0], y)}, SIZE_PX).mean_px == pytest.approx(12.0, abs=COARSE_PX)
    assert misfit_of(found, {}, SIZE_PX) == Misfit({})


def test_what_has_no_contrast_or_few_pixels_is_not_judged() -> None:
    viewpoints, drawn, truth = seen()
    scene = log_and_scene()[1]
    even = replace(drawn, rgb=np.full_like(drawn.rgb, 90))
    assert sightings_of(truth, even, scene, ("front",), viewpoints) == ()
    hidden = replace(drawn, depth_m=np.full_like(drawn.depth_m, 3.0))
    assert sightings_of(truth, hidden, scene, ("front",), viewpoints) == ()
