"""Cells stand as the cameras do on the car, keep their aspect and use the room."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from synthetic_drive import mounting, small_drive

from core.logs import CameraStream, rig_rows
from widgets.camera_panel.rig_layout import Placed, place


def rig(**yaws_deg: float) -> list[CameraStream]:
    stream = small_drive().cameras[0]
    return [replace(stream, name=name, ego_from_camera=mounting(math.radians(yaw))) for name, yaw in yaws_deg.items()]


def named_rows(streams: list[CameraStream]) -> list[list[str]]:
    return [[streams[camera].name for camera in row] for row in rig_rows(streams)]


def test_six_cameras_stand_in_two_rows_left_to_right() -> None:
    streams = rig(back=180, right=-90, front=0, left=90, front_right=-55, front_left=55)
    assert named_rows(streams) == [["front_left", "front", "front_right"], ["left", "back", "right"]]


def test_rear_row_goes_from_the_left_side_over_the_back_to_the_right_side() -> None:
    streams = rig(rear_right=-153, side_right=-100, rear_left=153, side_left=100, front=0)
    assert named_rows(streams) == [["front"], ["side_left", "rear_left", "rear_right", "side_right"]]


def test_a_rig_that_looks_only_ahead_has_one_row() -> None:
    assert named_rows(rig(right=-10, left=10)) == [["left", "right"]]


def test_cameras_side_by_side_go_left_to_right() -> None:
    stream = small_drive().cameras[0]
    pair = [
        replace(stream, name=name, ego_from_camera=mounting(0.0, y_m=y_m)) for name, y_m in (("r", -0.3), ("l", 0.3))
    ]
    assert named_rows(pair) == [["l", "r"]]


@pytest.mark.parametrize("count", [1, 2, 5, 6, 8, 12])
@pytest.mark.parametrize("size", [(1500, 700), (400, 900), (1600, 180), (220, 140)])
def test_cells_lie_inside_and_apart_and_pictures_keep_their_aspect(count: int, size: tuple[int, int]) -> None:
    aspects = [(16 / 9, 3 / 4, 4 / 3)[camera % 3] for camera in range(count)]
    rows = [list(range(count // 2)), list(range(count // 2, count))] if count > 1 else [[0]]
    cells = place(rows, aspects, *size, 18)
    assert sorted(cell.camera for cell in cells) == list(range(count))
    for cell in cells:
        assert cell.x >= 0
        assert cell.y >= 0
        assert cell.x + cell.width <= size[0]
        assert cell.y + cell.height <= size[1]
        assert abs(cell.width - (cell.height - 18) * aspects[cell.camera]) <= 2
    assert not any(overlap(one, other) for one in cells for other in cells if one is not other)
    assert len({cell.height for cell in cells}) == 1


def test_a_wide_low_panel_puts_all_in_one_row() -> None:
    cells = place([[0, 1, 2], [3, 4, 5]], [16 / 9] * 6, 1600, 200, 18)
    assert len({cell.y for cell in cells}) == 1


def test_a_narrow_panel_stacks_the_cameras() -> None:
    cells = place([[0, 1, 2]], [16 / 9] * 3, 300, 900, 18)
    assert len({cell.x for cell in cells}) == 1


def overlap(one: Placed, other: Placed) -> bool:
    apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (apart_x or apart_y)
