"""The geometry of the tools: rays, drags, snapping, typed numbers, the gizmo's handles."""

from __future__ import annotations

from math import pi, radians

import numpy as np
import pytest
from synthetic_drive import small_drive

from core.geometry import Box, Pose
from core.logs import Lane, LaneMap
from widgets.viewport.orbit import FIELD_RAD, OrbitCamera
from widgets.viewport.sight import wide
from widgets.viewport.tools.drags import PRECISE, Drag, motion_by
from widgets.viewport.tools.gizmo import ARROW_PX, arrows, handle_at, ring
from widgets.viewport.tools.handles import Handle
from widgets.viewport.tools.rays import Ray, along_line, on_level
from widgets.viewport.tools.snapping import Snapper
from widgets.viewport.tools.typed import TypedNumber

CAR = Box(Pose.from_heading(radians(90), [20.0, 3.0, 0.75]), (4.0, 2.0, 1.5))  # heads to world y
EYE = np.array([0.0, 0.0, 6.0])


def towards(point_m: tuple[float, float, float]) -> Ray:
    return Ray.through(EYE, np.array(point_m) - EYE)


def test_a_ray_meets_level_ground_only_below_the_horizon_and_not_too_far() -> None:
    place = on_level(towards((12.0, 4.0, 0.0)), 0.0)
    assert place == pytest.approx([12.0, 4.0, 0.0])
    assert on_level(towards((12.0, 4.0, 7.0)), 0.0) is None
    assert on_level(towards((4000.0, 0.0, 5.9)), 0.0) is None


def test_the_place_on_a_line_is_the_one_nearest_to_the_ray() -> None:
    point, axis = np.array([10.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    assert along_line(towards((10.0, 7.5, 0.0)), point, axis) == pytest.approx(7.5)
    assert along_line(Ray.through(point, axis), point, axis) is None


def test_an_actor_on_the_ground_follows_the_pointer() -> None:
    drag = Drag(Handle.GROUND, CAR, towards((20.0, 3.0, 0.0)))
    drag.to(towards((24.0, -1.0, 0.0)))
    assert drag.motion.apply([[0.0, 0.0, 5.0]])[0] == pytest.approx([4.0, -4.0, 5.0])
    drag.to(towards((24.0, -1.0, 9.0)))  # above the horizon there is no ground
    assert drag.amount == pytest.approx(np.hypot(4.0, 4.0))


def test_being_precise_slows_down_without_a_jump() -> None:
    drag = Drag(Handle.GROUND, CAR, towards((20.0, 3.0, 0.0)))
    drag.to(towards((22.0, 3.0, 0.0)))
    drag.to(towards((22.0, 3.0, 0.0)), precise=True)
    assert drag.motion.translation == pytest.approx([2.0, 0.0, 0.0])
    drag.to(towards((23.0, 3.0, 0.0)), precise=True)
    assert drag.motion.translation == pytest.approx([2.0 + PRECISE, 0.0, 0.0])


@pytest.mark.parametrize(
    ("handle", "to", "way"),
    [
        (Handle.X, (20.0, 8.0, 0.75), (0.0, 5.0, 0.0)),
        (Handle.Y, (18.0, 3.0, 0.75), (-2.0, 0.0, 0.0)),
        (Handle.Z, (20.0, 3.0, 2.75), (0.0, 0.0, 2.0)),
    ],
)
def test_an_axis_is_the_actors_own(handle: Handle, to: tuple[float, float, float], way: tuple[float, ...]) -> None:
    drag = Drag(handle, CAR, towards((20.0, 3.0, 0.75)))
    drag.to(towards(to))
    assert drag.motion.translation == pytest.approx(way, abs=1e-9)


def test_the_ring_turns_around_the_box_however_often_it_is_gone_round() -> None:
    drag = Drag(Handle.RING, CAR, towards((23.0, 3.0, 0.75)))
    for step in range(1, 10):
        angle = step * radians(50)
        drag.to(towards((20.0 + 3 * np.cos(angle), 3.0 + 3 * np.sin(angle), 0.75)))
    assert drag.amount == pytest.approx(radians(450))
    after = drag.motion @ CAR.world_from_box
    assert after.translation == pytest.approx(CAR.world_from_box.translation)
    assert float(after.heading) == pytest.approx(pi)


def straight_lane(y_m: float, height_m: float) -> Lane:
    x = np.linspace(-50.0, 100.0, 31)
    lines = [
        np.column_stack([x, np.full_like(x, y_m + aside), np.full_like(x, height_m)]) for aside in (0, 1.75, -1.75)
    ]
    return Lane(id=f"lane {y_m}", centre_m=lines[0], left_m=lines[1], right_m=lines[2])


def snapper() -> Snapper:
    from dataclasses import replace

    lanes = {lane.id: lane for lane in (straight_lane(0.0, 0.1), straight_lane(3.5, 0.1))}
    return Snapper(replace(small_drive(), lane_map=LaneMap(lanes=lanes)))


def test_on_the_ground_an_actor_snaps_to_the_centre_and_heading_of_a_lane() -> None:
    motion = motion_by(Handle.X, 1.0, CAR) @ motion_by(Handle.RING, radians(-70), CAR)
    snapped = snapper().snapped(Handle.GROUND, motion, CAR) @ CAR.world_from_box
    assert float(snapped.heading) == pytest.approx(0.0, abs=1e-9)
    assert snapped.translation[:2] == pytest.approx([20.0, 3.5])
    assert snapped.translation[2] == pytest.approx(snapper().ground_m(snapped.translation) + 0.75)


def test_an_axis_snaps_to_half_metres_the_vertical_to_the_ground_and_the_ring_to_the_lane() -> None:
    half = snapper().snapped(Handle.X, motion_by(Handle.X, 1.3, CAR), CAR)
    assert half.translation == pytest.approx([0.0, 1.5, 0.0], abs=1e-9)
    low = snapper().snapped(Handle.Z, motion_by(Handle.Z, 2.0, CAR), CAR) @ CAR.world_from_box
    assert low.translation[2] == pytest.approx(snapper().ground_m(low.translation) + 0.75)
    turned = snapper().snapped(Handle.RING, motion_by(Handle.RING, radians(-85), CAR), CAR) @ CAR.world_from_box
    assert float(turned.heading) == pytest.approx(0.0, abs=1e-9)
    assert turned.translation == pytest.approx(CAR.world_from_box.translation)


@pytest.mark.parametrize(
    ("keys", "value"),
    [("2.5", 2.5), ("-3", -3.0), ("3-", -3.0), ("3--", 3.0), ("1,5", 1.5), ("1.2.3", 1.23), ("-", None), ("", None)],
)
def test_typed_keys_make_a_number(keys: str, value: float | None) -> None:
    typed = TypedNumber()
    for key in keys:
        typed = typed.with_key(key) or typed
    assert typed.value == value


def test_other_keys_are_no_part_of_a_number() -> None:
    assert TypedNumber("1").with_key("a") is None
    assert TypedNumber("1").with_key("") is None
    assert TypedNumber("12").shortened() == TypedNumber("1")


@pytest.mark.parametrize("distance_m", [8.0, 80.0])
def test_arrows_are_as_long_on_the_screen_from_near_and_far_and_are_held_on_the_pixel(distance_m: float) -> None:
    camera = OrbitCamera((20.0, 3.0, 0.75), distance_m, yaw_rad=0.3, pitch_rad=-0.5)
    sight = wide(camera.pose, FIELD_RAD, 800, 600)
    shapes = arrows(CAR, sight, 1.0)
    upright = shapes[Handle.Z]
    assert np.linalg.norm(upright[1] - upright[0]) == pytest.approx(0.76 * ARROW_PX * np.cos(0.5), rel=0.12)
    middle = upright.mean(0)
    assert handle_at(shapes, *middle, 1.0) is Handle.Z
    assert handle_at(shapes, middle[0] + 20, middle[1], 1.0) is None
    assert handle_at(ring(CAR, sight, 1.0), *middle, 1.0) in (None, Handle.RING)


def test_behind_the_camera_there_is_nothing_to_hold() -> None:
    away = wide(OrbitCamera((-40.0, 0.0, 0.0), 10.0, yaw_rad=pi, pitch_rad=0.0).pose, FIELD_RAD, 800, 600)
    assert arrows(CAR, away, 1.0) == {}
