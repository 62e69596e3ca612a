"""A lift with a model that estimates depth."""

from collections.abc import Sequence

import numpy as np
from lift_street import CAR_SIZE_M, CAR_X_M, MOUNT, WALL_X_M, street
from numpy.typing import NDArray

from core.worldrec.lift import DepthEstimate, lift
from core.worldrec.lift.views import View

ALL_AT_M = 12.0


class EverythingFar:
    """Says that everything is equally far away, and that the right half is sky."""

    def __init__(self, error: float = 0.05) -> None:
        self._error = error

    def __call__(
        self, views: Sequence[View], measured: Sequence[NDArray[np.float32]], ground_m: float
    ) -> list[DepthEstimate]:
        found = []
        for view in views:
            depth = np.full(view.valid.shape, ALL_AT_M, np.float32)
            sky = np.zeros(view.valid.shape, bool)
            sky[:, 60:] = True
            found.append(DepthEstimate(depth, np.full_like(depth, self._error), sky))
        return found


def test_splats_lie_where_the_model_says() -> None:
    from dataclasses import replace

    log = replace(street(), lidar=None, tracks=())
    scene = lift(log, window_s=(0.0, 0.01), max_splats=4_000, depth_model=EverythingFar())
    means = scene.static.means_m
    assert len(means) > 500
    away = means[:, 0] - MOUNT.translation[0]
    assert np.abs(away / ALL_AT_M - 1).max() < 0.2
    assert (means[:, 1] > -0.5).all()  # to the left of the sky


def test_pixels_of_tracked_actors_become_theirs_and_not_the_worlds() -> None:
    from dataclasses import replace

    log = replace(street(), lidar=None)
    scene = lift(log, window_s=(0.0, 0.01), max_splats=4_000, depth_model=EverythingFar())
    (car,) = log.tracks
    box = car.box_at(log.start_ns)
    assert box is not None
    inside = np.abs(box.world_from_box.inverse().apply(scene.static.means_m)) < np.asarray(CAR_SIZE_M) / 2 - 0.3
    assert not inside.all(1).any()
    assert len(scene.actors) == 1
    assert CAR_X_M < WALL_X_M


def test_estimates_that_may_be_far_off_make_no_splats() -> None:
    from dataclasses import replace

    log = replace(street(), lidar=None, tracks=())
    scene = lift(log, window_s=(0.0, 0.01), max_splats=4_000, depth_model=EverythingFar(error=2.0))
    assert len(scene.static) == 0
