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
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.seen_depth import DEPTH_STRIDE, moved_along, moved_by_depth, within_boxes
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
    warp, beside = moved_along(wall(views), views, chunk=CHUNK)
    assert (warp[:CHUNK] == OUTSIDE).all() and (beside == OUTSIDE).all()
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
    warp = moved_by_depth(depth_m, views.frames(0, 1), views.frames(3, 4)).warp[0, 0].numpy()
    rays = lens.unproject(corners.astype(float))[0]
    there_m = pose.apply(rays / rays[:, 2:] * (rear_m - pose.translation[0])) + np.array([0.0, 3.0, 0.0])
    pixels, _ = lens.project(pose.inverse().apply(there_m))
    column, row = pixels.mean(0).round().astype(int)
    found = (warp[row, column] + 1) / 2 * (columns, rows) - 0.5
    assert found == pytest.approx(corners.mean(0), abs=1.0)
    gone = warp[top + 1 : bottom, right - 1 : right + 1]
    assert (np.abs(gone) >= UNSEEN).all()
    np.testing.assert_allclose(warp[4, 4], own_places(views)[4, 4], atol=0.02)


def test_nothing_is_missing_of_what_comes_near() -> None:
    """A wall from 20 m to 5 m: each point of it has four times as many pixels each way, all with a place."""
    views = straight(16)
    found = moved_by_depth(wall(views)[0], views.frames(0, 1), views.frames(15, 16)).warp[0, 0].numpy()
    moved_m = float(views.world_from_camera.translation[15, 0, 0] - views.world_from_camera.translation[0, 0, 0])
    assert moved_m == pytest.approx(15.0)
    np.testing.assert_allclose(found, own_places(views) * (WALL_M - moved_m) / WALL_M, atol=0.02)


def test_between_a_thing_and_what_is_behind_it_nothing_is_made_up() -> None:
    views = straight(4)
    depth_m = wall(views)[0]
    middle = depth_m.shape[2] // 2
    depth_m[:, :, middle - 10 : middle + 10] = 3.0  # a post
    row = moved_by_depth(depth_m, views.frames(3, 4), views.frames(0, 1)).warp[0, 0, 8].numpy()
    hidden = (np.abs(row) > 1).any(-1)  # the ego backs off: the post hid more of the wall than it does then
    assert hidden[middle - 10 : middle + 10].any() and not hidden[[middle - 15, middle, middle + 15]].any()


def turned(views: Viewpoints, by_rad: float) -> Viewpoints:
    """The same drive with a second camera beside the first, which looks more to the left."""
    aside = Pose.from_heading(by_rad, (0.0, 0.0, 0.0))
    first = views.world_from_camera[:, 0].matrix
    second = first.copy()
    second[:, :3, :3] = aside.rotation @ first[:, :3, :3]
    both = Pose(np.stack([first, second], 1))
    return replace(views, cameras=views.cameras * 2, world_from_camera=both, t_ns=np.repeat(views.t_ns, 2, 1))


def test_what_a_cameras_own_picture_did_not_show_is_taken_from_another() -> None:
    """While the rig turns right, what was ahead comes into the picture of the left camera from its right."""
    views = turned(straight(2), 0.6)
    lens, rig = views.cameras[0].resized(56, 32), views.world_from_camera.matrix.copy()
    rig[1] = rig[0]
    rig[1, :, :3, :3] = Pose.from_heading(-0.4, (0.0, 0.0, 0.0)).rotation @ rig[0, :, :3, :3]
    views = replace(views, world_from_camera=Pose(rig))
    depth_m = np.full((2, 32, 56), 500.0, np.float32)
    moved = moved_by_depth(depth_m, views.frames(0, 1), views.frames(1, 2))
    own, beside = moved.warp[0, 1].numpy(), moved.beside[0, 1].numpy()
    right = np.s_[16, 54]
    assert (np.abs(own[right]) > 1).any()
    assert beside[right][2] == 0
    ray = views.world_from_camera[1, 1].rotate(lens.unproject(np.array([[54.0, 16.0]]))[0])
    pixel, _ = lens.project(views.world_from_camera[0, 0].inverse().rotate(ray))
    assert (beside[right][:2] + 1) / 2 * (56, 32) - 0.5 == pytest.approx(pixel[0], abs=0.2)
    assert (beside[16, 20] == OUTSIDE).all()  # its own picture shows that
    assert (moved.beside[0, 0, 16, 20] == OUTSIDE).all()


def test_depths_in_the_outline_of_an_actor_are_those_of_a_rounded_body() -> None:
    """The car's rear is 9 m ahead of the ego's camera; estimates of it are 11 m, or of things before and behind."""
    views = replace(straight(1), boxes=BoxTable([car(0, 1, 2, 0.0)]))
    guesses = [wall(views, depth_m)[0] for depth_m in (7.0, 16.0, 2.0, 80.0)]
    near, far, before, behind = (within_boxes(each, views)[0] for each in guesses)
    on_box, on_body = near != 7.0, behind != 80.0
    assert 0.002 < on_body.mean() < on_box.mean() < 0.5  # corners of the box are not of the body
    rear_m = near[on_box].min()
    assert np.all(near[on_box] >= rear_m) and rear_m > 7.0
    assert np.all(far[on_box] < 16.0) and np.all(far[on_box] >= rear_m) and np.all(far[~on_box] == 16.0)
    np.testing.assert_array_equal(near[on_body], behind[on_body])
    np.testing.assert_array_equal(far[on_body], behind[on_body])
    rows, columns = np.nonzero(on_body)
    middle = behind[int(rows.mean()), int(columns.mean())]
    assert rear_m <= middle < rear_m + 0.2  # it bulges to the middle of the box's rear, and bends away from it beside
    assert behind[on_body].max() > middle + 0.2
    assert np.all(before == 2.0)
    assert guesses[0].max() == 7.0


def test_whose_depths_nobody_knows_has_a_plain_street_before_it() -> None:
    views = straight(2 * CHUNK)
    found = moved_along(wall(views, np.nan), views, chunk=CHUNK)[0][CHUNK:]
    street = torch.nn.functional.interpolate(
        warp_of(views, chunk=CHUNK)[CHUNK:, 0].movedim(-1, 1), found.shape[2:4], mode="bilinear"
    )
    inside = (street.abs() < 0.9).all(1)
    assert inside.float().mean() > 0.5
    assert ((found[:, 0].movedim(-1, 1) - street).abs().amax(1)[inside] < 0.05).float().mean() > 0.9


class Ahead(Depths):
    """Sees a wall in every picture."""

    def __init__(self, depth_m: float = WALL_M) -> None:
        self.asked: list[tuple[int, int]] = []
        self._depth_m = depth_m

    def of_last(self, images: NDArray[np.uint8], viewpoints: Viewpoints) -> NDArray[np.float32]:
        self.asked.append((len(images), len(viewpoints)))
        return wall(viewpoints, self._depth_m)[-1]


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
    by_hand = told.with_warp(*(each[None, CHUNK:] for each in moved_along(wall(views), views, chunk=CHUNK)))
    found = Referring(Plain(), depths).after(before, told)
    expected = Referring(Plain()).after(before, by_hand)
    assert found.reference is not None and expected.reference is not None
    torch.testing.assert_close(found.reference, expected.reference)
    assert depths.asked == [(CHUNK, CHUNK)]
    plain = Referring(Plain()).after(before, told).reference
    assert plain is not None and not torch.allclose(plain, found.reference)


def test_where_somebody_new_is_nothing_is_shown_of_what_was_there() -> None:
    """The ego stands before a wall; a car comes in between, of which the last picture showed nothing."""
    still, track = straight(2 * CHUNK).frames(0, 1).standing(2 * CHUNK), car(0, 1, 2 * CHUNK, 0.0)
    places = track.poses.poses.matrix.copy()
    places[: len(places) // 2, 0, 3] = -50.0
    coming = replace(track, poses=PoseTrack(track.poses.t_ns, Pose(places)))
    views = replace(still, boxes=BoxTable([coming]), t_ns=np.arange(2 * CHUNK)[:, None] * 100_000_000)
    there = within_boxes(wall(views, 80.0)[-1], views.frames(2 * CHUNK - 1, 2 * CHUNK))[0] != 80.0
    warp, _ = moved_along(wall(views, 80.0), views, chunk=CHUNK)
    seen = (warp[-1, 0].abs() <= 1).all(-1).numpy()
    assert 0.002 < there.mean() < 0.5
    np.testing.assert_array_equal(seen, ~there)


def test_of_an_actor_is_repeated_what_was_seen_however_coarse() -> None:
    """The ego comes within a metre of a parked car: nothing there is as fine as it was."""
    views = replace(straight(2 * CHUNK), boxes=BoxTable([car(0, 1, 2 * CHUNK, 0.0)]))
    poses = [each.matrix.copy() for each in (views.world_from_ego, views.world_from_camera)]
    for matrices in poses:
        matrices[CHUNK:, ..., 0, 3] += 6.0
    views = replace(views, world_from_ego=Pose(poses[0]), world_from_camera=Pose(poses[1]))
    moved = moved_by_depth(wall(views, 30.0)[0], views.frames(CHUNK - 1, CHUNK), views.frames(CHUNK, 2 * CHUNK))
    told = told_of(views, CHUNK)
    found = Referring(Plain(), Ahead(30.0), repeats=0.8).after(some_latents(), told)
    assert found.repeated is not None and found.reference_mask is not None
    covered = torch.nn.functional.adaptive_avg_pool2d(moved.actors[:, 0].float(), (8, 14))
    shares, mask = found.repeated[0, :, 0, 0], found.reference_mask[0, :, 0, 0]
    assert ((covered == 1) & (mask > 0.9)).sum() > 20
    torch.testing.assert_close(shares[covered == 1], 0.8 * mask[covered == 1])
    assert (shares[covered == 0] < 0.6).all()  # the wall behind is not as fine as it was, either


def told_of(views: Viewpoints, begin: int) -> Conditions:
    """What a chunk is told."""
    warp = warp_of(views, chunk=CHUNK)[None, begin : begin + CHUNK]
    return replace(conditions_of(CHUNK, views=1), path=Along(views, begin), warp=warp)


def some_latents() -> Tensor:
    return torch.rand(1, CHUNK, 1, CONFIG.latent_channels, 8, 14)


@pytest.mark.parametrize(("speed", "repeats"), [(1.0, True), (10.0, False)])
def test_what_a_drive_began_with_is_shown_again_while_it_is_fine_enough(speed: float, repeats: bool) -> None:
    """A metre later, and ten metres later, when a wall that was 20 m away is closer than a third of that."""
    views, depths = straight(3 * CHUNK), Ahead(WALL_M if speed == 1.0 else 26.0)
    if speed > 1:
        poses = [each.matrix.copy() for each in (views.world_from_ego, views.world_from_camera)]
        for matrices in poses:
            matrices[2 * CHUNK :, ..., 0, 3] += 2 * speed
        views = replace(views, world_from_ego=Pose(poses[0]), world_from_camera=Pose(poses[1]))
    referring, began = Referring(Plain(), depths), some_latents()
    first = referring.seen(began, told_of(views, CHUNK))
    assert first is not None
    one, other = (referring.after(some_latents(), told_of(views, 2 * CHUNK), first).reference for _ in range(2))
    assert one is not None and other is not None
    inner = np.s_[..., 2:-2, 2:-2]
    assert torch.equal(one[inner], other[inner]) == repeats
    if repeats:
        known_m = depths.of_last(np.empty((1, 1, 64, 112, 3)), views.frames(0, 1))
        moved = moved_by_depth(known_m, views.frames(CHUNK - 1, CHUNK), views.frames(2 * CHUNK, 3 * CHUNK))
        by_hand = conditions_of(CHUNK, views=1).with_warp(moved.warp[None])
        expected = Referring(Plain()).after(began, by_hand).reference
        assert expected is not None
        torch.testing.assert_close(one[inner], expected[inner])


def test_first_pictures_fill_what_the_last_ones_do_not_show() -> None:
    """The last picture knows no depth, and looks elsewhere."""
    views, referring, began = straight(3 * CHUNK), Referring(Plain(), Ahead()), some_latents()
    first = referring.seen(began, told_of(views, CHUNK))
    turned = views.world_from_camera.matrix.copy()
    turned[2 * CHUNK - 1, ..., :3, 2] *= -1
    blind = told_of(replace(views, world_from_camera=Pose(turned)), 2 * CHUNK)
    alone, both = (referring.after(some_latents(), blind, each).reference_mask for each in (None, first))
    assert alone is not None and both is not None
    assert alone.mean() < 0.1 < 0.9 < both.mean()


def test_pictures_that_were_made_are_looked_at_one_by_one() -> None:
    views, depths = straight(3 * CHUNK), Ahead()
    referring = Referring(Plain(), depths)
    first = referring.seen(some_latents(), told_of(views, CHUNK))
    referring.after(some_latents(), told_of(views, 2 * CHUNK), first)
    assert depths.asked == [(CHUNK, CHUNK), (1, 1)]
    assert Referring(Plain()).seen(some_latents(), told_of(views, CHUNK)) is None
    assert referring.seen(some_latents(), replace(told_of(views, CHUNK), path=None)) is None


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
