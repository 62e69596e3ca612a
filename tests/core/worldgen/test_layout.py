"""Layouts show boxes and lanes where a camera sees them."""

from __future__ import annotations

import numpy as np
import pytest

from core.city import RIGS
from core.geometry import Box, Camera, PinholeCamera, Pose, project_points
from core.logs import ActorClass, Lane, LaneMap
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.layout import CHANNELS, layout_of

CAMERA = PinholeCamera(width=56, height=32, fx=44.0, fy=44.0, cx=27.5, cy=15.5)
FORWARD = Pose.from_rotation(np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], float), [0.0, 0.0, 1.5])
"""world_from_camera: looks along x, 1.5 m above the ground."""


def car(x_m: float, y_m: float, heading_rad: float = 0.0) -> tuple[ActorClass, Box]:
    return ActorClass.CAR, Box(Pose.from_heading(heading_rad, [x_m, y_m, 0.8]), (4.4, 1.8, 1.6))


def channel(layout: np.ndarray, name: str) -> np.ndarray:
    return layout[CHANNELS.index(name)] / 255


def pixel(camera: Camera, world_from_camera: Pose, point_m: list[float]) -> tuple[int, int]:
    pixels, _, index = project_points(camera, world_from_camera, np.array([point_m]))
    assert len(index), "the camera does not see that point"
    return round(pixels[0, 1]), round(pixels[0, 0])


def straight_lanes(rise: float = 0.0) -> LaneMap:
    """One lane that leads ahead beneath the camera, 3 m wide, and one beside it that comes towards it."""
    x = np.arange(-20.0, 80.0, 5.0)

    def line(y_m: float) -> np.ndarray:
        return np.stack([x, np.full_like(x, y_m), rise * x], -1)

    ahead = Lane(id="ahead", centre_m=line(0.0), left_m=line(1.5), right_m=line(-1.5))
    towards = Lane(id="towards", centre_m=line(3.0)[::-1], left_m=line(1.5)[::-1], right_m=line(4.5)[::-1])
    return LaneMap(lanes={lane.id: lane for lane in (ahead, towards)})


@pytest.mark.parametrize(
    ("heading", "side"), [(0.0, "rear"), (np.pi, "front"), (np.pi / 2, "left"), (-np.pi / 2, "right")]
)
def test_a_car_ahead_shows_the_side_that_it_turns_to_the_camera(heading: float, side: str) -> None:
    layout = layout_of(CAMERA, FORWARD, [car(12.0, 0.0, heading)], None)
    at = pixel(CAMERA, FORWARD, [12.0, 0.0, 0.8])
    assert channel(layout, "cars")[at] == 1.0
    seen = {name: channel(layout, name)[at] for name in ("front", "rear", "left", "right")}
    assert seen == {name: float(name == side) for name in seen}


def test_nearness_is_a_half_at_ten_metres_and_the_nearer_box_hides_the_other() -> None:
    near, far = car(12.2, 0.0), car(30.0, 0.0)
    at = pixel(CAMERA, FORWARD, [10.0, 0.0, 1.5])
    for boxes in ([near, far], [far, near]):
        assert channel(layout_of(CAMERA, FORWARD, boxes, None), "nearness")[at] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rig", ["surround6", "fisheye4"])
def test_every_lens_of_a_rig_covers_a_box_where_it_sees_it(rig: str) -> None:
    boxes = [car(9.0 * np.cos(angle), 9.0 * np.sin(angle), angle + 0.7) for angle in np.linspace(0, 5.5, 12)]
    seen = 0
    for mount in RIGS[rig].cameras:
        camera, pose = mount.camera(56, 32), mount.ego_from_camera
        covered = channel(layout_of(camera, pose, boxes, None), "cars")
        for _, box in boxes:
            pixels, _, index = project_points(camera, pose, box.world_from_box.translation[None])
            if len(index):
                assert covered[round(pixels[0, 1]), round(pixels[0, 0])] > 0.5
                seen += 1
    assert seen >= 8


def test_a_box_around_the_camera_hides_nothing() -> None:
    layout = layout_of(CAMERA, FORWARD, [car(0.0, 0.0)], None)
    assert not channel(layout, "cars").any()


@pytest.mark.parametrize("rise", [0.0, 0.03])
def test_lanes_lie_on_the_ground_and_lead_away_or_towards(rise: float) -> None:
    ground = GroundMap.of(straight_lanes(rise), np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]]))
    layout = layout_of(CAMERA, FORWARD, None, ground)
    own = pixel(CAMERA, FORWARD, [15.0, 0.0, 15.0 * rise])
    other = pixel(CAMERA, FORWARD, [15.0, 3.0, 15.0 * rise])
    beside = pixel(CAMERA, FORWARD, [15.0, -4.0, 15.0 * rise])
    assert channel(layout, "lanes away")[own] == pytest.approx(1.0, abs=0.02)
    assert channel(layout, "lanes towards")[other] == pytest.approx(1.0, abs=0.02)
    assert channel(layout, "drivable")[own] == 1.0
    assert channel(layout, "drivable")[beside] == 0.0
    border = pixel(CAMERA, FORWARD, [9.0, 1.5, 9.0 * rise])
    assert channel(layout, "borders")[border] > 0.3
    assert channel(layout, "borders")[own] == 0.0


def test_what_no_one_knows_is_told_from_what_is_not_there() -> None:
    ground = GroundMap.of(straight_lanes(), np.zeros((1, 3)))
    unknown, empty = layout_of(CAMERA, FORWARD, None, None), layout_of(CAMERA, FORWARD, [], ground)
    assert not unknown.any()
    assert channel(empty, "boxes known").all()
    assert channel(empty, "map known").all()
    assert not channel(empty, "cars").any()


def test_a_map_of_elsewhere_says_nothing() -> None:
    assert GroundMap.of(straight_lanes(), np.array([[5000.0, 0.0, 0.0]])) is None
