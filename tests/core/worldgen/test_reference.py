"""The last picture before a chunk, warped to where the chunk's frames are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_network import CONFIG, GRID, conditions_of, latents_of, small_network
from straight_drive import SPEED_MS, car, straight
from torch import Tensor

from core.logs.box_table import BoxTable
from core.worldgen.clip import make_clip
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import OUTSIDE, WARP_STRIDE, street_depth, warp_of
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.reference import Referring, Seen, _gathered, referring_for, worn
from core.worldgen.rollout import Rollout, seeded_noise
from core.worldgen.schedule import at_level, clean_of
from core.worldgen.steadying import Steadying


class Plain:
    """Latents are pictures, two pixels to one."""

    channels = CONFIG.latent_channels
    stride = 2

    def encode(self, images: Tensor) -> Tensor:
        return images[:, :, ::2, ::2]

    def decode(self, latents: Tensor) -> Tensor:
        return latents.repeat_interleave(2, -2).repeat_interleave(2, -1)


def test_the_ground_is_found_where_the_last_picture_showed_it() -> None:
    views = straight(4)
    camera = views.cameras[0].resized(112 // WARP_STRIDE, 64 // WARP_STRIDE)
    warp = warp_of(views, chunk=2)[3, 0].numpy()
    row, column = camera.height - 3, camera.width // 2
    origin_m, earlier = views.world_from_camera[3, 0].translation, views.world_from_camera[1, 0]
    ray = views.world_from_camera[3, 0].rotate(camera.unproject(np.array([[column, row]], float))[0])
    place_m = origin_m - ray * origin_m[2] / ray[:, 2:]
    expected, _ = camera.project(earlier.inverse().apply(place_m))
    found = (warp[row, column] + 1) / 2 * (camera.width, camera.height) - 0.5
    assert found == pytest.approx(expected[0], abs=1e-3)
    assert found[1] < row  # what comes nearer moves down


def test_the_street_ends_at_its_ground_and_at_the_roofs_of_its_walls() -> None:
    views = straight(1)
    camera, pose = views.cameras[0], views.world_from_camera[0, 0]
    depth_m = street_depth(camera, pose, views.world_from_ego[0])
    bottom, column = camera.height - 1, camera.width // 2
    ray = camera.unproject(np.array([[column, bottom]], float))[0][0]
    down = pose.rotate(ray[None])[0, 2]
    assert depth_m[bottom, column] == pytest.approx(-pose.translation[2] / down * ray[2], rel=1e-4)
    assert np.isinf(depth_m[0, column])
    side = depth_m[camera.height // 2, 0]
    assert 5 < side < 80


def test_nothing_is_known_before_the_first_chunk_but_windows_know_what_was_before_them() -> None:
    views = straight(6)
    assert (warp_of(views, chunk=2)[:2] == OUTSIDE).all()
    window = warp_of(views.frames(2, 4), chunk=2)
    assert torch.equal(window, warp_of(views, chunk=2)[2:4])
    assert (window.abs() <= 1).all(-1).float().mean() > 0.5


def own_places(views: Viewpoints) -> np.ndarray:
    """Where each place is in a picture that nothing moves (n, m, 2)."""
    height, width = (side // WARP_STRIDE for side in views.size)
    x, y = ((np.arange(side) + 0.5) * 2 / side - 1 for side in (width, height))
    return np.stack(np.meshgrid(x, y), -1)


def test_what_is_seen_of_an_actor_moves_with_its_box() -> None:
    views, row, column = straight(4), 9, 14
    still = own_places(views)
    street = warp_of(views, chunk=2)[3, 0].numpy()
    with_ego = warp_of(replace(views, boxes=BoxTable([car(0, 1, 4, SPEED_MS)])), chunk=2)[3, 0].numpy()
    parked = warp_of(replace(views, boxes=BoxTable([car(0, 1, 4, 0.0)])), chunk=2)[3, 0].numpy()
    assert with_ego[row, column] == pytest.approx(still[row, column], abs=1e-3)
    assert np.abs(street[row, column] - still[row, column]).max() > 0.01
    nearer = np.abs(parked - still)[row, column].max()
    assert nearer > 0.002  # what stands there comes nearer
    assert np.array_equal(with_ego[:, :6], street[:, :6])  # beside it everything is as it was


def test_nothing_is_taken_from_where_an_actor_hid_it_or_from_before_it_was_there() -> None:
    views, row, column = straight(4), 9, 14
    leaving = warp_of(replace(views, boxes=BoxTable([car(0, 0.5, 4, SPEED_MS)])), chunk=2)[3, 0].numpy()
    coming = warp_of(replace(views, boxes=BoxTable([car(0.9, 1, 4, SPEED_MS)])), chunk=2)[3, 0].numpy()
    for warp in (leaving, coming):
        assert (np.abs(warp[row, column]) > 1).all()
        assert (np.abs(warp[-1]) <= OUTSIDE).all()


def unmoved(batch: int) -> Tensor:
    """The warp of two frames of two cameras that stand still."""
    rows, columns = GRID
    y, x = torch.meshgrid(*((torch.arange(n) * 2 + 1) / n - 1 for n in (2 * rows, 2 * columns)), indexing="ij")
    return torch.stack([x, y], -1).expand(batch, 2, 2, -1, -1, -1).clone()


def young_network() -> WorldGen:
    """One that says nothing yet."""
    network = small_network(reference=True)
    assert network.local is not None
    for layer in (network.head, network.local.last):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return network


def test_a_picture_that_nothing_moves_is_its_own_reference() -> None:
    before = latents_of(1, batch=2)
    told = conditions_of(2, batch=2)
    still = unmoved(2)
    still[1] = OUTSIDE
    found = Referring(Plain()).after(before, told.with_warp(still))
    assert found.reference is not None
    assert found.reference_mask is not None
    torch.testing.assert_close(found.reference[0], before[0].expand(2, -1, -1, -1, -1))
    assert (found.reference_mask[0] == 1).all()
    assert (found.reference_mask[1] == 0).all()


def test_what_the_own_picture_does_not_show_comes_from_the_camera_beside_it() -> None:
    """The right half of the first camera's frames is what the second one showed in its left half."""
    before, told = latents_of(1), conditions_of(2)
    warp, half = unmoved(1), GRID[1]
    beside = torch.full((*warp.shape[:-1], 3), OUTSIDE)
    beside[:, :, 0, :, half:, :2] = warp[:, :, 1, :, :half]
    beside[:, :, 0, :, half:, 2] = 1.0
    warp[:, :, 0, :, half:] = OUTSIDE
    told = told.with_warp(warp, beside)
    found = Referring(Plain()).after(before, told)
    assert found.reference is not None and found.reference_mask is not None
    middle, end = GRID[1] // 2, GRID[1]
    inner = np.s_[middle + 1 :]  # places at the border of both are smooth
    expected = before[0, 0, 1, :, :, : end - middle][..., 1:]
    torch.testing.assert_close(found.reference[0, 1, 0, :, :, inner], expected)
    torch.testing.assert_close(found.reference[0, 1, 1], before[0, 0, 1])
    assert (found.reference_mask[0, :, 0, :, :, inner] == 1).all()
    alone = Referring(Plain()).after(before[:, :, :1], told.cameras([0])).reference_mask
    assert alone is not None and (alone[..., inner] == 0).all()
    swapped = told.cameras([1, 0])
    again = Referring(Plain()).after(before[:, :, [1, 0]], swapped).reference
    assert again is not None
    torch.testing.assert_close(again[:, :, 1], found.reference[:, :, 0])


def test_between_a_camera_beside_and_nowhere_lies_nothing_that_it_shows() -> None:
    """Whichever number that camera has: of the third, too, whose number is what stands for nowhere."""
    pictures, size = torch.rand(3, 3, 8, 8), 4
    warp, beside = torch.full((1, 1, 3, size, size, 2), OUTSIDE), torch.full((1, 1, 3, size, size, 3), OUTSIDE)
    shown = []
    for number in (1, 2):
        one = beside.clone()
        one[0, 0, 0, :, :2] = torch.tensor([0.0, 0.0, number])
        _, seen = _gathered(pictures, Conditions(warp=warp, beside=one))
        shown.append(seen[0, 0])
    assert shown[0][:, :3].all() and not shown[0][:, 3:].any()
    assert torch.equal(shown[0], shown[1])


def test_coming_and_going_does_not_change_what_stands_still() -> None:
    class Fading(Plain):
        """Each time there and back loses a tenth."""

        def encode(self, images: Tensor) -> Tensor:
            return 0.9 * super().encode(images)

    latents, told = latents_of(1), conditions_of(2)
    found = Referring(Fading()).after(latents, told.with_warp(unmoved(1))).reference
    assert found is not None
    torch.testing.assert_close(found[:, :1], latents)


@pytest.mark.parametrize(("size", "share"), [(1.0, 0.8), (0.7, 0.4), (0.5, 0.0), (0.25, 0.0)])
def test_what_was_seen_finely_enough_is_repeated(size: float, share: float) -> None:
    """Of pictures that are as large as they were, and of those that come nearer and would be coarse."""
    told = conditions_of(2).with_warp(size * unmoved(1))
    found = Referring(Plain(), repeats=0.8).after(latents_of(1), told).repeated
    assert found is not None
    torch.testing.assert_close(found, torch.full_like(found, share))
    nowhere = conditions_of(2).with_warp(torch.full_like(unmoved(1), OUTSIDE))
    unseen = Referring(Plain(), repeats=0.8).after(latents_of(1), nowhere).repeated
    assert unseen is not None and not unseen.any()
    assert Referring(Plain()).after(latents_of(1), told).repeated is None


def test_a_sampler_leaves_of_the_reference_what_is_to_be_repeated() -> None:
    network, reference = small_network(reference=True), latents_of(2)
    share = torch.zeros_like(reference[:, :, :, :1])
    share[..., 0, :], share[..., 1, :] = 1.0, 0.5
    told = conditions_of(2).with_reference(reference, mask=torch.ones_like(share))
    made = [
        Rollout(network, noise=seeded_noise(0), steps=(1.0,)).go_on(each, tuple(reference.shape)).detach()
        for each in (told, replace(told, repeated=share))
    ]
    torch.testing.assert_close(made[1], made[0].lerp(reference, share))
    assert not torch.allclose(made[0][..., 0, :], reference[..., 0, :])
    part = replace(told, repeated=share).frames(1, 2).cameras([1]).repeated
    assert part is not None and torch.equal(part, share[:, 1:2, [1]])


def test_nothing_is_repeated_under_another_weather() -> None:
    network, reference = small_network(reference=True), latents_of(2)
    share = torch.ones_like(reference[:, :, :, :1])
    told = conditions_of(2).with_reference(reference, mask=share, repeated=share)
    as_it_was, other = (
        Rollout(network, noise=seeded_noise(0), steps=(1.0,), steadying=Steadying(waits=2, changes=changes))
        for changes in (False, True)
    )
    assert torch.allclose(as_it_was.go_on(told, tuple(reference.shape)).detach(), reference, atol=1e-5)
    assert not torch.allclose(other.go_on(told, tuple(reference.shape)).detach(), reference, atol=0.1)


def test_only_students_that_know_no_scene_repeat_what_was_seen() -> None:
    told = conditions_of(2).with_warp(unmoved(1))

    def repeats(config: WorldGenConfig, *, anew: bool) -> bool:
        referring = referring_for(config, Plain(), anew=anew)
        assert referring is not None
        return referring.after(latents_of(1), told).repeated is not None

    plain = CONFIG.model_copy(update={"reference": True, "prior_channels": 0})
    assert repeats(plain, anew=True) and not repeats(plain, anew=False)
    assert not repeats(plain.model_copy(update={"prior_channels": 20}), anew=True)
    assert referring_for(plain.model_copy(update={"reference": False}), Plain(), anew=True) is None


def test_a_young_network_makes_of_noise_what_the_reference_shows() -> None:
    network = young_network()
    latents, reference = latents_of(2), latents_of(2)
    mask = torch.ones_like(reference[:, :, :, :1])
    told = conditions_of(2).with_reference(reference, mask=mask)
    sigma = torch.ones(1, 2)
    torch.testing.assert_close(clean_of(latents, network(latents, sigma, told), sigma), reference)
    left_out = told.leaving_out({"reference": torch.tensor([True])})
    torch.testing.assert_close(clean_of(latents, network(latents, sigma, left_out), sigma), torch.zeros_like(reference))


def test_convolutions_can_go_back_to_the_reference_from_what_noise_has_made_of_it() -> None:
    network = young_network()
    assert network.local is not None
    latents, reference, sigma = latents_of(2), latents_of(2), torch.full((1, 2), 0.6)
    told = conditions_of(2).with_reference(reference, mask=torch.ones_like(reference[:, :, :, :1]))
    noisy = at_level(reference, latents, sigma)
    apart = clean_of(noisy, network(noisy, sigma, told), sigma) - reference
    assert apart.abs().mean() > 0.1
    network.local.last.bias[len(network.local.last.bias) // 2 :] = 1.0
    torch.testing.assert_close(clean_of(noisy, network(noisy, sigma, told), sigma), reference)


def test_a_rollout_refers_each_chunk_to_the_one_before() -> None:
    network, referring = small_network(reference=True), Referring(Plain())
    noise, told = seeded_noise(1), [each.with_warp(warp(2)) for each in (conditions_of(2), conditions_of(2))]
    first = latents_of(2)
    rollout = Rollout(network, noise=noise, steps=(1.0, 0.5), referring=referring)
    rollout.see(first, told[0])
    made = rollout.go_on(told[1], tuple(first.shape))
    by_hand = Rollout(network, noise=noise, steps=(1.0, 0.5))
    by_hand.see(first, referring.after(None, told[0]))
    same = by_hand.go_on(referring.after(first, told[1]), tuple(first.shape))
    torch.testing.assert_close(made, same)
    without = Rollout(network, noise=noise, steps=(1.0, 0.5))
    without.see(first, told[0])
    assert not torch.allclose(without.go_on(told[1], tuple(first.shape)), made)


def test_a_rollout_keeps_what_it_began_with() -> None:
    """It is looked at once, when something is to be made; the first chunk goes on from it as it is."""

    class Noting(Referring):
        def __init__(self) -> None:
            super().__init__(Plain())
            self.looked_at: list[Tensor] = []
            self.shown: list[object] = []

        def seen(self, before: Tensor, conditions: Conditions) -> Seen | None:
            self.looked_at.append(before)
            pictures, views = torch.zeros(2, 3, 2, 2), straight(1)
            return Seen(pictures, pictures, np.zeros((2, 1, 1), np.float32), views)

        def after(self, before: Tensor | None, conditions: Conditions, first: Seen | None = None) -> Conditions:
            self.shown.append(first)
            return super().after(before, conditions)

    referring, first = Noting(), latents_of(4)
    rollout = Rollout(small_network(reference=True), noise=seeded_noise(1), steps=(1.0,), referring=referring)
    told = conditions_of(2).with_warp(warp(2))
    rollout.see(first, conditions_of(4).with_warp(warp(4)))
    for _ in range(3):
        rollout.go_on(told, tuple(latents_of(2).shape))
    assert len(referring.looked_at) == 1 and torch.equal(referring.looked_at[0], first[:, 2:])
    assert [each is None for each in referring.shown] == [True, True, True, False, False]
    rollout.see(first[:, :2], told)
    rollout.go_on(told, tuple(latents_of(2).shape))
    assert torch.equal(referring.looked_at[1], first[:, :2])


def test_whole_clips_are_referred_chunk_by_chunk() -> None:
    latents, told = latents_of(6), conditions_of(6).with_warp(warp(6))
    referring = Referring(Plain())
    whole = referring.along(latents, told, 2)
    last = referring.after(latents[:, 2:4], told.frames(4, 6))
    assert whole.reference is not None
    assert last.reference is not None
    torch.testing.assert_close(whole.reference[:, 4:], last.reference)
    assert not whole.reference[:, :2].any()
    made = make_clip(
        small_network(reference=True),
        latents[:, :2],
        told,
        noise=seeded_noise(0),
        steps=(1.0, 0.5),
        referring=referring,
    )
    assert made.isfinite().all()
    torch.testing.assert_close(made[:, :2], latents[:, :2])


def test_wear_is_noise_of_each_samples_own_strength() -> None:
    told = conditions_of(2, batch=3)
    zeros = latents_of(2, batch=3) * 0
    told = told.with_reference(zeros, mask=torch.ones_like(zeros[:, :, :, :1]))
    torch.manual_seed(0)
    found = worn(told, 0.3).reference
    assert found is not None
    strengths = found.flatten(1).std(1)
    assert (strengths < 0.4).all()
    assert strengths.unique().numel() == 3
    assert worn(told, 0.0) is told


def warp(frames: int) -> Tensor:
    return torch.rand(1, frames, 2, 4, 6, 2) * 2 - 1
