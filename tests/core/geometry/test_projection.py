"""Points, lines and boxes on pictures, and picking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lens_strategies import LENSES

from core.geometry import (
    Box,
    Camera,
    FisheyeCamera,
    PinholeCamera,
    Pose,
    UnifiedCamera,
    pick_box,
    pixel_ray,
    project_box,
    project_boxes,
    project_points,
    project_polylines,
    trace_polylines,
)

# A camera that looks along the world's x, 1.6 m above the ground.
AHEAD = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [0.0, 0.0, 1.6])
PLAIN = PinholeCamera(640, 400, 320.0, 320.0, 319.5, 199.5)
BARREL = PinholeCamera(640, 400, 320.0, 320.0, 319.5, 199.5, (-0.2, 0.03, 0.001, -0.002))
FISHEYE = FisheyeCamera(640, 400, 180.0, 180.0, 319.5, 199.5, (0.02, -0.01, 0.002, 0.0))
UNIFIED = UnifiedCamera(640, 400, 1.5, 420.0, 420.0, 319.5, 199.5, (-0.02, 0.01, 0.0, 0.0))
ROUND = FisheyeCamera(640, 400, 60.0, 60.0, 319.5, 199.5)  # its field of view ends inside the image
EVERY = pytest.mark.parametrize("camera", [PLAIN, BARREL, FISHEYE, UNIFIED, ROUND])
many = settings(deadline=None, max_examples=100)


def car(x: float, y: float, heading_rad: float = 0.0) -> Box:
    return Box(Pose.from_heading(heading_rad, [x, y, 0.8]), (4.5, 1.9, 1.6))


def truth(camera: Camera, points_m: np.ndarray) -> np.ndarray:
    """Pixels (k, 2) in the image of densely sampled world points."""
    return project_points(camera, AHEAD, points_m)[0]


def farthest_from(points: np.ndarray, pieces: list[np.ndarray]) -> float:
    """How far any of the points (n, 2) lies from the nearest of the pieces' straight segments."""
    start = np.concatenate([piece[:-1] for piece in pieces])
    along = np.concatenate([np.diff(piece, axis=0) for piece in pieces])
    share = ((points[:, None] - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    foot = start + np.clip(share, 0, 1)[..., None] * along
    return float(np.linalg.norm(points[:, None] - foot, axis=-1).min(1).max())


def test_only_points_in_the_image_are_returned_with_their_depth_and_place() -> None:
    points = [[10, 0, 1.6], [-10, 0, 1.6], [10, 5, 1.6], [10, 50, 1.6], [20, 0, 3.6]]
    pixels, depth_m, index = project_points(PLAIN, AHEAD, points)
    assert index.tolist() == [0, 2, 4]
    np.testing.assert_allclose(depth_m, [10, 10, 20])
    np.testing.assert_allclose(pixels, [[319.5, 199.5], [159.5, 199.5], [319.5, 167.5]])


@given(camera=LENSES)
@many
def test_no_point_in_the_image_is_lost(camera: Camera) -> None:
    points = np.random.default_rng(0).uniform(-20, 20, (500, 3))
    local = AHEAD.inverse().apply(points)
    pixels, valid = camera.project(local)
    expected = np.flatnonzero(valid & camera.in_image(pixels))
    assert project_points(camera, AHEAD, points)[2].tolist() == expected.tolist()


def test_no_points_give_no_pixels() -> None:
    pixels, depth_m, index = project_points(BARREL, AHEAD, np.empty((0, 3)))
    assert pixels.shape == (0, 2) and depth_m.shape == index.shape == (0,)


LINES = {
    "beside the road": [[-80, 3.5, 0], [120, 3.5, 0]],
    "across": [[6, -60, 0], [6, 60, 0]],
    "overhead": [[-20, -1, 4], [30, 2, 4]],
    "near": [[-1, 0.3, 1.5], [3, 0.2, 1.4]],
}


@EVERY
@pytest.mark.parametrize("name", LINES)
def test_a_long_line_lies_on_its_dense_image_and_covers_it(camera: Camera, name: str) -> None:
    start, end = np.array(LINES[name], dtype=float)
    pieces = project_polylines(camera, AHEAD, [[start, end]])
    dense = start + np.linspace(0, 1, 8001)[:, None] * (end - start)
    shown = truth(camera, dense[np.linalg.norm(dense - AHEAD.translation, axis=1) > 0.06])
    assert len(shown) > 10
    # The lens's field of view has a rim; a piece may end up to 1/256 of itself before it.
    assert farthest_from(shown, pieces) < 1.0
    drawn = np.concatenate(pieces)
    drawn = drawn[camera.in_image(drawn)]
    gaps = np.linalg.norm(drawn[:, None] - shown, axis=-1).min(1)
    assert gaps.max() < 1.5


def test_a_line_that_passes_the_camera_is_cut_before_it() -> None:
    (piece,) = project_polylines(PLAIN, AHEAD, [[[-50, 2, 0], [50, 2, 0]]])
    assert np.isfinite(piece).all()
    assert PLAIN.in_image(piece, margin_px=PLAIN.margin_px).all()
    outside = ~PLAIN.in_image(piece[[0, -1]])
    assert outside.tolist() == [True, False]


def test_a_line_through_the_camera_is_cut_a_hand_before_it() -> None:
    pieces = project_polylines(FISHEYE, AHEAD, [[[-50, 0, 1.6], [50, 0.0, 1.6]]])
    assert all(np.isfinite(piece).all() for piece in pieces)


def test_what_lies_behind_a_camera_is_not_drawn() -> None:
    assert project_polylines(PLAIN, AHEAD, [[[-50, 2, 0], [-1, 2, 0]], [[-5, -5, 5], [-5, 5, -5]]]) == []


def test_pieces_know_their_line() -> None:
    lines = [
        [[-9, 2, 0], [-5, 2, 0]],
        [[10, 0, 0], [10, 30, 0], [20, 30, 0], [20, 0, 0]],  # leaves the image and comes back
        [[5, 1, 0]],
        [[30, -2, 0], [40, -2, 0], [50, -1, 0]],
    ]
    pieces, owners = trace_polylines(PLAIN, AHEAD, lines)
    assert owners.tolist() == [1, 1, 3]
    assert all(len(piece) >= 2 for piece in pieces)
    inverse = AHEAD.inverse().apply([[30, -2, 0], [50, -1, 0]])
    np.testing.assert_allclose(pieces[2][[0, -1]], PLAIN.project(inverse)[0])


def test_no_lines_give_no_pieces() -> None:
    pieces, owners = trace_polylines(PLAIN, AHEAD, [])
    assert pieces == [] and owners.shape == (0,)


def test_a_box_ahead_shows_all_edges_and_its_front() -> None:
    box = car(15, 0, np.pi)
    outline = project_box(PLAIN, AHEAD, box)
    corners = PLAIN.project(AHEAD.inverse().apply(box.corners()))[0]
    assert outline.visible and len(outline.edges) == 12 and len(outline.front) == 4
    assert outline.bounds_px is not None
    np.testing.assert_allclose(outline.bounds_px, [*corners.min(0), *corners.max(0)], atol=1e-9)
    assert outline.depth_m == pytest.approx(15 - 2.25)
    front = np.concatenate(outline.front)
    np.testing.assert_allclose([*front.min(0), *front.max(0)], outline.bounds_px, atol=1e-9)


def test_a_box_behind_is_out_of_sight_but_not_out_of_reach() -> None:
    outline = project_box(PLAIN, AHEAD, car(-15, 0))
    assert not outline.visible and outline.edges == outline.front == () and outline.bounds_px is None
    assert outline.depth_m == pytest.approx(15 - 2.25)


@EVERY
@pytest.mark.parametrize(
    "box", [car(3.2, 3.5, 0.3), car(2, 2.2), car(4, -6, 1.2), car(9, 9.5, -0.4), car(1.5, -2, 2.0)]
)
def test_the_bounds_of_a_half_visible_box_are_those_of_its_visible_part(camera: Camera, box: Box) -> None:
    x, y = np.meshgrid(np.linspace(-1, 1, 241), np.linspace(-1, 1, 241))
    faces = []
    for axis in range(3):
        for side in (-1, 1):
            face = np.stack([x, y], -1).reshape(-1, 2)
            faces.append(np.insert(face, axis, side, axis=1))
    surface = box.world_from_box.apply(np.concatenate(faces) * box.size_m / 2)
    shown = truth(camera, surface)
    outline = project_box(camera, AHEAD, box)
    assert outline.visible == (len(shown) > 0)
    if outline.bounds_px is not None:
        # The sampled surface leaves a few pixels of a box this near uncovered, never the other way round.
        spread = np.array([*shown.min(0), *shown.max(0)])
        np.testing.assert_allclose(outline.bounds_px, spread, atol=6.0)
        assert (np.array(outline.bounds_px)[:2] <= spread[:2] + 0.5).all()
        assert (np.array(outline.bounds_px)[2:] >= spread[2:] - 0.5).all()


def test_a_box_that_fills_the_image_is_bounded_by_the_image() -> None:
    wall = Box(Pose.from_heading(0.0, [3.0, 0.0, 1.6]), (0.5, 40.0, 40.0))
    outline = project_box(PLAIN, AHEAD, wall)
    assert outline.edges == ()
    assert outline.bounds_px == (-0.5, -0.5, 639.5, 399.5)


def test_many_boxes_are_outlined_as_each_is() -> None:
    rng = np.random.default_rng(5)
    boxes = [car(*rng.uniform(-30, 30, 2), rng.uniform(-3, 3)) for _ in range(40)]
    together = project_boxes(BARREL, AHEAD, boxes)
    assert 3 < sum(outline.visible for outline in together) < 25
    for box, outline in zip(boxes, together, strict=True):
        alone = project_box(BARREL, AHEAD, box)
        assert outline.bounds_px == pytest.approx(alone.bounds_px)
        assert outline.depth_m == pytest.approx(alone.depth_m)
        assert [len(piece) for piece in outline.edges] == [len(piece) for piece in alone.edges]
        assert len(outline.front) == len(alone.front)
    assert project_boxes(BARREL, AHEAD, []) == []


@EVERY
def test_edges_of_boxes_are_bent_like_the_lens(camera: Camera) -> None:
    box = car(4.5, 1.5, 0.2)
    corners = box.corners()
    outline = project_box(camera, AHEAD, box)
    share = np.linspace(0, 1, 2001)[:, None]
    for a, b in ((0, 1), (4, 5), (1, 5), (3, 7)):
        shown = truth(camera, corners[a] + share * (corners[b] - corners[a]))
        if len(shown):
            assert farthest_from(shown, list(outline.edges)) < 1.0


@given(camera=LENSES, x=st.floats(0, 639), y=st.floats(0, 399))
@many
def test_a_pixel_ray_leads_back_to_its_pixel(camera: Camera, x: float, y: float) -> None:
    ray = pixel_ray(camera, AHEAD, [x, y])
    assert (ray is None) == (not camera.unproject([x, y])[1])
    if ray is not None:
        origin, direction = ray
        np.testing.assert_allclose(origin, [0, 0, 1.6])
        pixels, valid = camera.project(AHEAD.inverse().apply((origin + 9 * direction)[None]))
        if valid[0]:
            np.testing.assert_allclose(pixels[0], [x, y], atol=1e-6)


def test_the_nearest_box_under_a_pixel_is_picked() -> None:
    boxes = [car(30, 0), car(12, 0.5), car(12, -6), car(-12, 0)]
    assert pick_box(PLAIN, AHEAD, [319.5, 215], boxes) == 1
    assert pick_box(PLAIN, AHEAD, [319.5, 150], boxes) is None
    right = PLAIN.project(AHEAD.inverse().apply([[12, -6, 0.8]]))[0][0]
    assert pick_box(PLAIN, AHEAD, right, boxes) == 2
    assert pick_box(PLAIN, AHEAD, right, []) is None


def test_a_box_around_the_camera_does_not_block_what_lies_ahead() -> None:
    ego = Box(Pose.from_heading(0.0, [0.0, 0.0, 1.0]), (4.5, 2.0, 2.0))
    assert pick_box(PLAIN, AHEAD, [319.5, 215], [ego, car(12, 0)]) == 1


def test_a_pixel_that_the_lens_does_not_see_picks_nothing() -> None:
    assert pixel_ray(ROUND, AHEAD, [2.0, 2.0]) is None
    assert pick_box(ROUND, AHEAD, [2.0, 2.0], [car(12, 0)]) is None
