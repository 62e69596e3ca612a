"""The last picture before a chunk, moved by depths that were estimated of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from small_network import CONFIG, conditions_of
from straight_drive import car, straight
from torch import Tensor

from core.city import RIGS, CityDrive, CitySpec
from core.geometry import Pose, PoseTrack
from core.logs.box_table import BoxTable
from core.worldgen.conditions.seen_depth import DEPTH_STRIDE, warp_along, warp_by_depth
from core.worldgen.conditions.viewpoints import Along, Viewpoints
from core.worldgen.conditions.warping import OUTSIDE, UNSEEN, warp_of
from core.worldgen.depths import LOOKED_BACK, Depths, shipped_depths
from core.worldgen.reference import Referring

WALL_M = 20.0
CHUNK = 2


def own_places(views: Viewpoints) -> NDArray[np.float64]:
    """Where each place is in a picture that nothing moves (n, m, 2)."""
    height, width = (side // DEPTH_STRIDE for side in views.size)
    x, y = ((np.arange(side) + 0.5) * 2 / side - 1 for side in (width, height))
    return np.stack(np.meshgrid(x, y), -1)


def wall(views: Viewpoints, depth_m: float = WALL_M) -> NDArray[np.float32]:
    """Depths of a wall right ahead of every frame."""
    height, width = (side // DEPTH_STRIDE for side in views.size)
    return np.full((len(views), 1, height, width), depth_m, np.float32)


def test_a_wall_ahead_comes_nearer_as_its_depth_says() -> None:
    views = straight(2 * CHUNK)
    warp = warp_along(wall(views), views, chunk=CHUNK)
    assert (warp[:CHUNK] == OUTSIDE).all()
    for frame, moved_m in ((2, 1.0), (3, 2.0)):
        found, still = warp[frame, 0].numpy(), own_places(views)
        expected = still * (WALL_M - moved_m) / WALL_M
        middle = np.s_[4:-4, 4:-4]
        np.testing.assert_allclose(found[middle], expected[middle], atol=0.02)


def test_what_lies_in_a_box_moves_with_it_and_leaves_behind_what_nobody_saw() -> None:
    """The ego stands before a wall. Before that, a car moves to the left."""
    still, track = straight(2 * CHUNK).frames(0, 1).standing(2 * CHUNK), car(0, 1, 2 * CHUNK, 0.0)
    aside = track.poses.poses.matrix.copy()
    aside[:, 1, 3] = np.linspace(0.0, 3.0, len(aside))
    moving = replace(track, poses=PoseTrack(track.poses.t_ns, Pose(aside)))
    views = replace(still, boxes=BoxTable([moving]), t_ns=np.arange(2 * CHUNK)[:, None] * 100_000_000)
    depth_m = wall(views, 40.0)[0]
    rows, columns = depth_m.shape[1:]
    pose, lens = views.world_from_camera[0, 0], views.cameras[0].resized(columns, rows)
    rear_m = 13.2  # within the box, seen from the world's origin
    (left, top), (right, bottom) = corners = np.array(
        [[columns // 2 - 4, rows // 2 + 1], [columns // 2 + 3, rows // 2 + 4]]
    )
    depth_m[0, top : bottom + 1, left : right + 1] = rear_m - pose.translation[0]
    warp = warp_by_depth(depth_m, views.frames(0, 1), views.frames(3, 4))[0, 0].numpy()
    rays = lens.unproject(corners.astype(float))[0]
    there_m = pose.apply(rays / rays[:, 2:] * (rear_m - pose.translation[0])) + np.array([0.0, 3.0, 0.0])
    pixels, _ = lens.project(pose.inverse().apply(there_m))
    column, row = pixels.mean(0).round().astype(int)
    found = (warp[row, column] + 1) / 2 * (columns, rows) - 0.5
    assert found == pytest.approx(corners.mean(0), abs=1.0)
    gone = warp[top + 1 : bottom, right - 1 : right + 1]
    assert (np.abs(gone) >= UNSEEN).all()
    np.testing.assert_allclose(warp[4, 4], own_places(views)[4, 4], atol=0.02)


def test_whose_depths_nobody_knows_has_a_plain_street_before_it() -> None:
    views = straight(2 * CHUNK)
    found = warp_along(wall(views, np.nan), views, chunk=CHUNK)[CHUNK:]
    street = torch.nn.functional.interpolate(
        warp_of(views, chunk=CHUNK)[CHUNK:, 0].movedim(-1, 1), found.shape[2:4], mode="bilinear"
    )
    inside = (street.abs() < 0.9).all(1)
    assert inside.float().mean() > 0.5
    assert ((found[:, 0].movedim(-1, 1) - street).abs().amax(1)[inside] < 0.05).float().mean() > 0.9


class Ahead(Depths):
    """Sees a wall in every picture."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def of_last(self, images: NDArray[np.uint8], viewpoints: Viewpoints) -> NDArray[np.float32]:
        self.asked.append((len(images), len(viewpoints)))
        return wall(viewpoints)[-1]


class Plain:
    channels = CONFIG.latent_channels
    stride = 8

    def encode(self, images: Tensor) -> Tensor:
        return images[:, :1, 4::8, 4::8].repeat(1, self.channels, 1, 1)

    def decode(self, latents: Tensor) -> Tensor:
        return latents[:, :3].repeat_interleave(8, -2).repeat_interleave(8, -1)


def test_pictures_before_a_chunk_are_moved_by_their_own_depths() -> None:
    views, depths = straight(2 * CHUNK), Ahead()
    before = torch.rand(1, CHUNK, 1, CONFIG.latent_channels, 8, 14)
    told = replace(
        conditions_of(CHUNK, views=1), path=Along(views, CHUNK), warp=warp_of(views, chunk=CHUNK)[None, CHUNK:]
    )
    by_hand = told.with_warp(warp_along(wall(views), views, chunk=CHUNK)[None, CHUNK:])
    found = Referring(Plain(), depths).after(before, told)
    expected = Referring(Plain()).after(before, by_hand)
    assert found.reference is not None and expected.reference is not None
    torch.testing.assert_close(found.reference, expected.reference)
    assert depths.asked == [(CHUNK, CHUNK)]
    plain = Referring(Plain()).after(before, told).reference
    assert plain is not None and not torch.allclose(plain, found.reference)


def test_the_path_of_later_frames_is_theirs() -> None:
    views = straight(3 * CHUNK)
    later = replace(conditions_of(2 * CHUNK, views=1), path=Along(views, CHUNK)).frames(CHUNK, 2 * CHUNK)
    assert later.path is not None
    assert np.array_equal(later.path.frames(0, CHUNK).t_ns, views.t_ns[2 * CHUNK :])
    assert np.array_equal(later.path.before(LOOKED_BACK).t_ns, views.t_ns[: 2 * CHUNK])


def test_depths_of_the_citys_pictures_are_near_the_exact_ones() -> None:
    depths = shipped_depths()
    assert depths is not None
    drive = CityDrive(CitySpec(seed=21, seconds=1.0, rig="front1", width=112, height=64, samples=1))
    t_ns = np.arange(LOOKED_BACK) * 100_000_000
    name = drive.spec.cameras.cameras[0].name
    views = Viewpoints.along(drive.ego, [drive.camera(name)], [drive.spec.cameras.mount(name).ego_from_camera], t_ns)
    shown = [drive.render(name, t_s) for t_s in t_ns * 1e-9]
    images = np.stack([each.rgb for each in shown])[:, None]
    found = depths.of_last(images, views)
    exact = shown[-1].depth_m[::DEPTH_STRIDE, ::DEPTH_STRIDE]
    near = np.isfinite(exact) & (exact > 0) & (exact < 60)
    off = np.abs(np.log(found[0][near] / exact[near]))
    assert np.median(off) < 0.15
    fisheye = RIGS["fisheye4"].cameras[0].camera(112, 64)
    assert np.isnan(depths.of_last(images, replace(views, cameras=(fisheye,)))).all()
