"""Conditions in a mirror are those of a world in which left and right have changed places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from core.geometry import Box, PinholeCamera, Pose, PoseTrack
from core.logs import ActorClass, Track
from core.logs.box_table import BoxTable
from core.training.mirroring import mirrored
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import conditions_of, layouts_of
from core.worldgen.conditions.viewpoints import Viewpoints

FRAMES, CHUNK = 8, 4
IN_MIRROR = np.diag([1.0, -1.0, 1.0, 1.0])  # y is left
OF_IMAGES = np.diag([-1.0, 1.0, 1.0, 1.0])  # x is right
CAMERA = PinholeCamera(width=96, height=64, fx=60, fy=62, cx=40.0, cy=30.0)
LOOKING_AHEAD = Pose.from_rotation([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [1.5, 0.4, 1.6])
CAR = Box(Pose.from_heading(0.5, [16.0, 3.0, 0.8]), (4.5, 1.9, 1.6))


def drive(*, in_mirror: bool) -> Conditions:
    t_s = np.arange(FRAMES) * 0.1
    turn = 0.4 * t_s
    places = np.stack([9.0 * t_s, 0.5 * t_s, np.zeros(FRAMES)], -1)
    t_ns = (t_s * 1e9).astype(np.int64)
    ego = PoseTrack(t_ns, Pose.from_heading(turn, places))
    views = Viewpoints.along(ego, [CAMERA], [LOOKING_AHEAD], t_ns)
    cars = [CAR, Box(CAR.world_from_box @ Pose.from_heading(0.0, [2.0, 1.0, 0.0]), CAR.size_m)]
    if in_mirror:
        poses = IN_MIRROR @ views.world_from_camera.matrix @ OF_IMAGES
        egos = IN_MIRROR @ views.world_from_ego.matrix @ IN_MIRROR
        camera = replace(CAMERA, cx=CAMERA.width - 1 - CAMERA.cx)
        views = replace(views, cameras=(camera,), world_from_camera=Pose(poses), world_from_ego=Pose(egos))
        cars = [Box(Pose(IN_MIRROR @ car.world_from_box.matrix @ IN_MIRROR), car.size_m) for car in cars]
    track = Track(
        id="car",
        actor_class=ActorClass.CAR,
        source_label="car",
        poses=PoseTrack([0, t_ns[-1]], Pose.stack([car.world_from_box for car in cars])),
        size_m=CAR.size_m,
    )
    views = replace(views, boxes=BoxTable([track]))
    return conditions_of(views, layouts_of(views, None), None, chunk=CHUNK, stride=8)


def test_conditions_in_a_mirror_are_those_of_the_mirrored_world() -> None:
    found = dict(mirrored(drive(in_mirror=False)).named())
    expected = dict(drive(in_mirror=True).named())
    assert found.keys() == expected.keys() == {"layout", "rays", "ego_motion", "warp"}
    for name, value in expected.items():
        if name == "warp":  # places that the picture does not show lie at any of its sides
            outside = (value.abs() > 1).any(-1, keepdim=True)
            assert torch.equal(outside, (found[name].abs() > 1).any(-1, keepdim=True))
            assert 0.1 < float(outside.float().mean()) < 0.9
            found[name], value = found[name].masked_fill(outside, 0.0), value.masked_fill(outside, 0.0)
        apart = (found[name] - value).abs()
        if name == "layout":  # a ray along an edge may fall to either of its sides
            assert float((apart > 0).float().mean()) < 1e-3
        else:
            assert float(apart.max()) < 1e-5, name
    assert found["layout"].std() > 0.05


def test_places_in_other_cameras_pictures_are_mirrored_there() -> None:
    beside = torch.tensor([[0.2, 0.5, 1.0], [-0.7, 0.1, 2.0]]).view(1, 1, 1, 1, 2, 3)
    found = mirrored(Conditions(beside=beside)).beside
    assert found is not None
    expected = torch.tensor([[0.7, 0.1, 2.0], [-0.2, 0.5, 1.0]]).view(1, 1, 1, 1, 2, 3)
    torch.testing.assert_close(found, expected)


def test_twice_mirrored_is_as_before() -> None:
    told = drive(in_mirror=False)
    again = dict(mirrored(mirrored(told)).named())
    assert all(torch.equal(again[name], value) for name, value in told.named())
