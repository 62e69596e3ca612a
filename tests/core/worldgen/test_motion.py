"""Rays and motions are the same whether a drive is looked at whole or chunk by chunk."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.city import RIGS
from core.geometry import Pose, PoseTrack
from core.worldgen.conditions.motion import ego_motion_of, rays_of
from core.worldgen.conditions.viewpoints import Viewpoints

CHUNK = 4


def turning(frames: int = 12, speed_mps: float = 10.0, turn_rad_s: float = 0.2) -> Viewpoints:
    """A rig of three cameras on a left turn, far from the world's origin."""
    t_s = np.arange(frames) * 0.1
    heading = turn_rad_s * t_s
    place = np.stack([np.sin(heading), 1 - np.cos(heading), 0 * heading], -1) * speed_mps / turn_rad_s + [500, -90, 3]
    t_ns = np.round(t_s * 1e9).astype(np.int64)
    ego = PoseTrack(t_ns, Pose.from_heading(heading, place))
    mounts = RIGS["front3"].cameras
    return Viewpoints.along(ego, [m.camera(112, 64) for m in mounts], [m.ego_from_camera for m in mounts], t_ns)


def test_motion_is_metres_ahead_and_the_turn_to_the_left() -> None:
    motion = ego_motion_of(turning())
    assert motion.shape == (12, 6)
    assert torch.allclose(motion[:, 0], torch.tensor(1.0), atol=0.01)
    assert torch.allclose(motion[:, 5], torch.tensor(0.2), atol=1e-4)  # 0.02 rad, in tenths of a radian
    assert motion[:, 2:5].abs().max() < 1e-5


def test_chunk_by_chunk_is_as_the_whole_drive() -> None:
    drive = turning()
    rays, motion = rays_of(drive, chunk=CHUNK, stride=8), ego_motion_of(drive)
    for begin in range(0, len(drive), CHUNK):
        part = drive.frames(begin, begin + CHUNK)
        assert torch.allclose(rays_of(part, chunk=CHUNK, stride=8), rays[begin : begin + CHUNK], atol=1e-6)
        assert torch.allclose(ego_motion_of(part), motion[begin : begin + CHUNK], atol=1e-6)


def test_rays_lead_from_the_camera_through_their_pixels() -> None:
    drive = turning()
    rays = rays_of(drive, chunk=CHUNK, stride=8).numpy()
    frame, view, row, column = 6, 2, 5, 9
    ego_from_world = drive.world_from_ego[3].inverse()  # the last frame before this chunk
    camera = drive.cameras[view].resized(14, 8)
    direction = (ego_from_world @ drive.world_from_camera[frame, view]).rotate(camera.unproject([[column, row]])[0])[0]
    centre = ego_from_world.apply(drive.world_from_camera[frame, view].translation[None])[0]
    found = rays[frame, view, :, row, column]
    assert found[:3] == pytest.approx(direction, abs=1e-6)
    assert found[3:] == pytest.approx(np.cross(centre, direction) / 10, abs=1e-6)


def test_nothing_grows_along_a_drive() -> None:
    far = rays_of(turning(120, turn_rad_s=1e-6), chunk=CHUNK, stride=8)
    assert far[-CHUNK:].abs().max() < 1.1
