"""What views say about depth before the network: comparing them, lidar, the ground."""

from dataclasses import replace

import numpy as np
from lift_street import WALL_X_M, street
from numpy.typing import NDArray

from core.geometry import PinholeCamera, Pose
from core.worldrec.depth.config import DepthConfig
from core.worldrec.depth.evidence import FREE, GROUND, HAS_LIDAR, HINTS, LIDAR, evidence_of
from core.worldrec.depth.neighbours import neighbours_of
from core.worldrec.lift.views import View, views_of

CONFIG = DepthConfig()


def textured_views(count: int) -> list[View]:
    """Views of a wall of random patches that stands across the road, from places further and further to the right."""
    (front,) = street().cameras
    rng = np.random.default_rng(0)
    patches = rng.random((60, 160, 3)).astype(np.float32)
    views = []
    for number in range(count):
        view = views_of(front, 0)[0]
        pose = view.world_from_camera
        matrix = pose.matrix.copy()
        matrix[1, 3] -= 2.0 * number
        view = replace(view, world_from_camera=Pose(matrix))
        along = (WALL_X_M - view.centre_m[0]) / view.directions[..., 0]
        places = view.centre_m + along[..., None] * view.directions
        rows = np.clip(((places[..., 2] + 15) * 2).astype(int), 0, 59)
        columns = np.clip(((places[..., 1] + 40) * 2).astype(int), 0, 159)
        views.append(replace(view, rgb=patches[rows, columns]))
    return views


def nothing(views: list[View]) -> list[NDArray[np.float32]]:
    return [np.full(view.valid.shape, np.inf, np.float32) for view in views]


def test_views_from_several_places_tell_how_far_a_wall_is() -> None:
    views = textured_views(4)
    found = evidence_of(views, nothing(views), -100.0, CONFIG, [1])[0]
    wall_m = WALL_X_M - views[1].centre_m[0]
    assert np.median(np.abs(np.exp(found.hints[FREE]) / wall_m - 1)) < 0.05


def test_views_of_one_place_are_no_neighbours() -> None:
    view = textured_views(1)[0]
    assert neighbours_of([view, view, view], 0, 6) == []
    found = evidence_of([view, view], nothing([view, view]), 0.0, CONFIG)
    assert all(np.isfinite(one.hints).all() for one in found)


def test_neighbours_are_other_views_that_look_at_the_same_places() -> None:
    views = textured_views(5)
    turned = replace(views[1], world_from_camera=_turned_round(views[1]))
    found = neighbours_of([views[0], turned, *views[2:]], 0, 6)
    assert sorted(found) == [2, 3, 4]


def test_lidar_is_spread_outwards_and_told_apart_from_none() -> None:
    views = textured_views(2)
    measured = nothing(views)
    measured[0][40, 60] = 20.0
    with_lidar, without = evidence_of(views, measured, 0.0, CONFIG)
    assert np.allclose(np.exp(with_lidar.hints[LIDAR]), 20.0, rtol=1e-3)
    assert (with_lidar.hints[HAS_LIDAR] == 1).all()
    assert (without.hints[HAS_LIDAR] == 0).all()


def test_evidence_has_a_quarter_of_any_size_rounded_up() -> None:
    view = textured_views(1)[0]
    odd = replace(view, rgb=view.rgb[:51, :37], valid=view.valid[:51, :37], camera=_smaller(view, 37, 51))
    (found,) = evidence_of([odd], nothing([odd]), 0.0, CONFIG)
    assert found.hints.shape == (HINTS, 13, 10)
    assert found.volume.shape == (2 * CONFIG.bins, 13, 10)
    assert found.image.shape == (52, 40, 3)


def test_the_ground_is_as_far_as_the_camera_is_high() -> None:
    view = textured_views(1)[0]
    (found,) = evidence_of([view], nothing([view]), 0.0, CONFIG)
    lowest = view.centre_m[2] / -view.directions[-4:, 58:62, 2].mean()
    assert np.isclose(np.exp(found.hints[GROUND, -1, 14]), lowest, rtol=0.05)


def _turned_round(view: View) -> Pose:
    pose = view.world_from_camera
    matrix = pose.matrix.copy()
    matrix[:3, [0, 2]] *= -1
    return Pose(matrix)


def _smaller(view: View, width: int, height: int) -> PinholeCamera:
    return replace(view.camera, width=width, height=height)
