"""Oriented boxes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry import BOX_EDGES, FRONT_EDGES, Box, Boxes, Pose

part = st.floats(-1, 1, allow_subnormal=False)
place = st.tuples(*[st.floats(-8, 8, allow_subnormal=False)] * 3)
boxes = st.builds(
    lambda q, at, size: Box(Pose.from_quaternion(q, at), size),
    st.tuples(part, part, part, part).filter(lambda q: np.linalg.norm(q) > 0.1),
    place,
    st.tuples(*[st.floats(0.2, 6)] * 3),
)
many = settings(deadline=None, max_examples=200)


def car(heading_rad: float = 0.0) -> Box:
    return Box(Pose.from_heading(heading_rad, [10.0, 2.0, 0.8]), (4.0, 2.0, 1.6))


def test_corners_follow_length_width_and_height() -> None:
    corners = car().corners()
    np.testing.assert_allclose(corners.min(0), [8, 1, 0])
    np.testing.assert_allclose(corners.max(0), [12, 3, 1.6])
    turned = car(np.pi / 2).corners()
    np.testing.assert_allclose(turned.max(0) - turned.min(0), [2, 4, 1.6])


def test_the_front_face_is_where_the_box_heads() -> None:
    corners = car().corners()
    assert (corners[[0, 1, 5, 4], 0] == 12).all()
    assert set(BOX_EDGES[FRONT_EDGES].ravel()) == {0, 1, 4, 5}
    assert (corners[:4, 2] == 0).all()


def test_edges_run_along_the_sides() -> None:
    corners = car().corners()
    lengths = np.linalg.norm(corners[BOX_EDGES[:, 0]] - corners[BOX_EDGES[:, 1]], axis=1)
    np.testing.assert_allclose(np.sort(lengths), [1.6] * 4 + [2.0] * 4 + [4.0] * 4)


def test_points_are_inside_up_to_the_faces() -> None:
    points = [[10, 2, 0.8], [11.9, 2.9, 1.5], [12.1, 2, 0.8], [10, 2, 1.7]]
    assert car().contains(points).tolist() == [True, True, False, False]
    assert car().contains(points, margin_m=0.2).tolist() == [True, True, True, True]


@given(box=boxes, origin=place, target=place)
@many
def test_a_ray_enters_where_a_dense_walk_along_it_does(box: Box, origin: tuple, target: tuple) -> None:
    direction = np.subtract(target, origin)
    distance = np.linalg.norm(direction)
    if distance < 0.1:
        return
    walk = np.linspace(0.0, 60.0 / distance, 4001)
    inside = box.contains(np.asarray(origin) + walk[:, None] * direction)
    hit = box.ray_hit(origin, direction)
    if inside.any():
        assert hit is not None
        assert abs(hit - walk[inside.argmax()]) <= walk[1]
    elif hit is not None:
        # A walk may step over a corner that the ray just touches.
        assert box.contains([np.asarray(origin) + hit * direction], margin_m=1e-6)[0]
        assert not box.contains(np.asarray(origin) + walk[:, None] * direction, margin_m=-0.02).any()


def test_a_ray_misses_what_lies_behind_it() -> None:
    assert car().ray_hit([0, 2, 0.8], [1, 0, 0]) == 8.0
    assert car().ray_hit([0, 2, 0.8], [2, 0, 0]) == 4.0
    assert car().ray_hit([0, 2, 0.8], [-1, 0, 0]) is None
    assert car().ray_hit([0, 5, 0.8], [1, 0, 0]) is None
    assert car().ray_hit([10, 2, 0.8], [1, 0, 0]) == 0.0


@given(found=st.lists(boxes, min_size=1, max_size=5), point=place)
@many
def test_many_boxes_answer_as_each_does(found: list[Box], point: tuple) -> None:
    together = Boxes.stack(found)
    np.testing.assert_allclose(together.corners(), np.stack([box.corners() for box in found]), atol=1e-12)
    hits = together.ray_hits(point, np.eye(3))
    for box, row in zip(found, hits, strict=True):
        alone = [box.ray_hit(point, direction) for direction in np.eye(3)]
        np.testing.assert_allclose(row, [np.inf if hit is None else hit for hit in alone])


@given(box=boxes, point=place)
@many
def test_the_distance_to_a_box_is_that_of_its_nearest_point(box: Box, point: tuple) -> None:
    share = np.linspace(-0.5, 0.5, 21)
    filled = np.stack(np.meshgrid(share, share, share), -1).reshape(-1, 3) * box.size_m
    nearest = np.linalg.norm(box.world_from_box.apply(filled) - point, axis=1).min()
    distance = Boxes.stack([box]).distances_m(point)[0]
    assert distance <= nearest + 1e-9
    assert distance >= nearest - 0.05 * np.linalg.norm(box.size_m)


def test_no_boxes_are_an_empty_array() -> None:
    none = Boxes.stack([])
    assert len(none) == 0
    assert none.corners().shape == (0, 8, 3)
    assert none.ray_hits([0, 0, 0], [[1, 0, 0]]).shape == (0, 1)
