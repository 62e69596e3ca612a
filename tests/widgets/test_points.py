"""Clouds of points as images."""

import numpy as np
from PySide6.QtGui import QImage

from widgets.points import points_image, ramp

RED, BLUE = np.uint32(0xFFFF0000), np.uint32(0xFF0000FF)


def at(image: QImage, x: int, y: int) -> int:
    return image.pixel(x, y)


def test_a_point_colours_the_pixel_it_falls_in_and_no_other() -> None:
    image = points_image(np.array([[3.7, 2.2]]), np.array([RED]), 8, 6, 1)
    painted = [(x, y) for x in range(8) for y in range(6) if at(image, x, y)]
    assert painted == [(3, 2)]
    assert at(image, 3, 2) == RED


def test_a_larger_point_is_a_square_around_its_place() -> None:
    image = points_image(np.array([[3.5, 2.5]]), np.array([RED]), 8, 6, 3)
    painted = {(x, y) for x in range(8) for y in range(6) if at(image, x, y)}
    assert painted == {(x, y) for x in (2, 3, 4) for y in (1, 2, 3)}


def test_a_later_point_covers_an_earlier_one() -> None:
    image = points_image(np.array([[1.5, 1.5], [1.5, 1.5]]), np.array([RED, BLUE]), 4, 4, 1)
    assert at(image, 1, 1) == BLUE


def test_points_outside_are_left_out() -> None:
    places = np.array([[-0.5, 1], [4.2, 1], [1, -3], [1, 99]])
    image = points_image(places, np.full(4, RED), 4, 4, 2)
    assert not any(at(image, x, y) for x in range(4) for y in range(4))


def test_colours_run_from_warm_to_cool_and_hold_at_the_ends() -> None:
    near, far, below, above = ramp([0.0, 1.0, -4.0, 7.0])
    assert near == below
    assert far == above
    assert (near >> 16) & 255 > (near & 255)
    assert (far & 255) > 200
