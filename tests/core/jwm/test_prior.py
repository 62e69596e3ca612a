"""What a scene tells the generator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from jwm_street import CHUNK, HEIGHT, log_and_scene, plan_of, small_tokenizer
from lift_street import CAR_MPS

from core.geometry import Pose, PoseTrack
from core.jwm import drawing
from core.jwm.drawing import drawn_of, in_sight
from core.jwm.prior import Prior, prior_of
from core.jwm.surfaces import Surfaces, surfaces_of, warp_through
from core.jwm.tokens import (
    COUNT,
    WIDTH,
    TokenTable,
    mirrored_tokens,
    nearest_tokens,
    table_of,
    table_of_state,
    tokens_at,
)
from core.scene.drawing import over_sky
from core.splats import GaussianCloud, Provenance
from core.splats.rasteriser import rasterise_cloud
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import WARP_STRIDE
from core.worldrec.model.state import state_of

NAMES = ("camera",)


def views(begin: int, end: int) -> Viewpoints:
    return plan_of(log_and_scene()[0], 8).viewpoints.frames(begin, end)


def turned_back(viewpoints: Viewpoints) -> Viewpoints:
    """The same places, looking to where no camera ever looked."""
    back = Pose.from_rotation(np.diag([-1.0, 1.0, -1.0]), np.zeros(3))
    return replace(viewpoints, world_from_camera=viewpoints.world_from_camera @ back)


def test_pictures_are_those_of_the_rasteriser_over_the_sky() -> None:
    scene = replace(log_and_scene()[1], px_per_rad={})
    viewpoints = views(1, 2)
    drawn = drawn_of(scene, NAMES, viewpoints)
    camera, pose = viewpoints.cameras[0], viewpoints.world_from_camera[0, 0]
    cloud = scene.at((int(viewpoints.t_ns[0, 0]) - scene.start_ns) * 1e-9)
    image = rasterise_cloud(cloud, camera, pose)
    np.testing.assert_array_equal(drawn.rgb[0, 0], over_sky(image, scene.sky, camera, pose))
    np.testing.assert_array_equal(drawn.depth_m[0, 0], image.depth_m)


def test_actors_that_no_camera_sees_are_left_out_and_no_picture_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cars all around, cut by the picture's borders among them."""
    scene, viewpoints = log_and_scene()[1], views(1, 4)
    car = scene.actors[0]
    turns = [Pose.from_heading(angle, np.zeros(3)) for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False)]
    tracks = [
        replace(car.track, id=f"car {i}", poses=PoseTrack(car.track.t_ns, turn @ car.track.poses.poses))
        for i, turn in enumerate(turns)
    ]
    around = tuple(replace(car, number=i, track=track) for i, track in enumerate(tracks, 1))
    crowded = replace(scene, actors=around)
    seen = in_sight(crowded, viewpoints)
    assert 2 < len(seen.actors) < len(around)
    quick = drawn_of(crowded, NAMES, viewpoints)
    monkeypatch.setattr(drawing, "in_sight", lambda scene, viewpoints: scene)
    slow = drawn_of(crowded, NAMES, viewpoints)
    for one, other in zip(vars(quick).values(), vars(slow).values(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_small_picture_is_the_mean_of_one_as_fine_as_the_images_that_the_scene_was_made_of() -> None:
    (log, made), viewpoints = log_and_scene(), views(1, 2)
    assert made.px_per_rad == {each.name: pytest.approx(each.camera.px_per_rad) for each in log.cameras}
    camera = viewpoints.cameras[0]
    scene = replace(made, px_per_rad={"camera": 2 * camera.px_per_rad})
    small = drawn_of(scene, NAMES, viewpoints)
    fine = replace(viewpoints, cameras=(camera.resized(2 * camera.width, 2 * camera.height),))
    mean = drawn_of(scene, NAMES, fine).rgb[0, 0].reshape(camera.height, 2, camera.width, 2, 3).mean((1, 3))
    unknowing = drawn_of(replace(scene, px_per_rad={}), NAMES, viewpoints)
    off, off_unknowing = (np.abs(drawn.rgb[0, 0] - mean).mean() for drawn in (small, unknowing))
    assert off < 0.2
    assert off_unknowing > 3 * off
    solid = small.alpha[0, 0] > 0.99
    assert solid.any()
    assert (small.depth_m[0, 0][solid] > 1).all()


def test_what_was_observed_is_known_and_what_nobody_saw_is_not() -> None:
    scene, tokenizer = log_and_scene()[1], small_tokenizer()
    ahead, behind = (prior_of(scene, NAMES, at, tokenizer) for at in (views(0, 2), turned_back(views(0, 2))))
    assert ahead.channels.shape == (1, 2, 1, tokenizer.channels + 3, HEIGHT // 8, 48 // 8)
    assert ahead.known.median() > 0.8
    assert behind.known.median() < 0.2
    for prior in (ahead, behind):
        for values in (prior.mask, prior.known, prior.channels[:, :, :, tokenizer.channels :]):
            assert values.min() >= 0
            assert values.max() <= 1 + 1e-5


def test_denoising_starts_from_noise_where_nothing_is_known() -> None:
    known = torch.tensor([0.0, 0.5, 1.0]).view(1, 1, 1, 1, 1, 3)
    level = Prior(known, known, known).start_level(0.4)
    torch.testing.assert_close(level.flatten(), torch.tensor([1.0, 0.7, 0.4]))


def test_generated_splats_are_trusted_less_the_older_they_are() -> None:
    scene = log_and_scene()[1]
    viewpoints = views(1, 2)
    t_s = (int(viewpoints.t_ns[0, 0]) - scene.start_ns) * 1e-9

    def doubt(age_s: float) -> float:
        static = replace(
            scene.static,
            provenance=np.full(len(scene.static), Provenance.GENERATED, np.uint8),
            last_seen_s=np.full(len(scene.static), t_s - age_s, np.float32),
        )
        drawn = drawn_of(replace(scene, static=static), NAMES, viewpoints)
        assert (drawn.generated[drawn.alpha > 0.9] > 0.5).mean() > 0.5
        return float(drawn.doubt.sum() / drawn.generated.sum())

    assert 0.2 < doubt(0.0) < doubt(1.0) < doubt(5.0) <= 1.0


def test_a_warp_follows_depth_and_actors() -> None:
    """Point by point against what the lens says."""
    scene = log_and_scene()[1]
    viewpoints = views(0, 2 * CHUNK)
    drawn = drawn_of(scene, NAMES, viewpoints)
    surfaces = surfaces_of(drawn, scene, viewpoints)
    warp = warp_through(surfaces, viewpoints, None, chunk=CHUNK)
    assert (warp[:CHUNK].abs() > 1).all(), "nothing was before the first chunk"
    now, before = 2 * CHUNK - 1, CHUNK - 1
    small = viewpoints.cameras[0].resized(*reversed(surfaces.depth_m.shape[2:]))
    rays, _ = small.pixel_rays()
    driven_m = CAR_MPS * (int(viewpoints.t_ns[now, 0]) - int(viewpoints.t_ns[before, 0])) * 1e-9
    compared = set()
    for row, column in np.ndindex(*surfaces.depth_m.shape[2:]):
        ray = rays[row, column]
        local = ray / ray[2] * surfaces.depth_m[now, 0, row, column]
        point = viewpoints.world_from_camera[now, 0].apply(local[None])[0]
        is_car = bool(surfaces.actor[now, 0, row, column])
        point[0] -= driven_m * is_car
        pixel, seen = small.project(viewpoints.world_from_camera[before, 0].inverse().apply(point[None]))
        place = warp[now, 0, row, column]
        if seen[0] and (place.abs() < 1).all():
            expected = (pixel[0] + 0.5) * (2 / small.width, 2 / small.height) - 1
            np.testing.assert_allclose(place, expected, atol=1e-3)
            compared.add(is_car)
    assert compared == {False, True}


def test_what_the_frame_before_hides_is_outside() -> None:
    viewpoints = views(CHUNK, 2 * CHUNK)
    shape = CHUNK, 1, HEIGHT // WARP_STRIDE, 48 // WARP_STRIDE
    far = np.full(shape, 30.0, np.float32)
    nobody = np.zeros(shape, np.uint8), np.tile(np.eye(4, dtype=np.float32), (CHUNK, 1, 1, 1))
    wall = Surfaces(np.full((1, *shape[1:]), 5.0, np.float32), nobody[0][:1], nobody[1][:1])
    open_view = Surfaces(far[:1], nobody[0][:1], nobody[1][:1])
    hidden, seen = (
        warp_through(Surfaces(far, *nobody), viewpoints, before, chunk=CHUNK) for before in (wall, open_view)
    )
    assert (hidden.abs() > 1).any(-1).all()
    assert (seen.abs() <= 1).all(-1).float().mean() > 0.8


def test_tokens_are_the_nearest_that_a_camera_sees() -> None:
    scene = log_and_scene()[1]
    table = table_of(scene)
    viewpoints = views(0, CHUNK)
    poses = torch.eye(4).repeat(1 + len(scene.actors), 1, 1)
    poses[1:] = torch.nan  # nobody is there
    tokens = tokens_at(table, viewpoints, poses)
    assert tokens.shape == (1, COUNT, WIDTH)
    told = tokens[0][tokens[0].abs().sum(1) > 0]
    assert 0 < len(told) <= int((table.actor == 0).sum())
    away = told[:, 20:23].norm(dim=1)
    assert (away.diff() >= -1e-5).all()
    assert (told[:, 20] > 0).all(), "all lie ahead"
    few = tokens_at(table, viewpoints, poses, count=3)
    torch.testing.assert_close(few[0], tokens[0, :3])


@pytest.mark.parametrize("what", ["means", "colours", "logits"])
def test_tokens_have_gradients_in_the_splats(what: str) -> None:
    scene = log_and_scene()[1]
    state = state_of(scene, (0.0, 0.5))
    leaf = getattr(state, what).requires_grad_()
    poses = torch.eye(4).repeat(1 + len(scene.actors), 1, 1)
    poses[1:] = torch.nan
    tokens_at(table_of_state(state, torch.zeros(len(state))), views(0, CHUNK), poses).square().sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.isfinite().all()
    assert leaf.grad.abs().sum() > 0


def test_a_scene_without_splats_can_be_told() -> None:
    scene = log_and_scene()[1]
    nothing = replace(scene, static=GaussianCloud.empty(), actors=(), observed=None)
    prior = prior_of(nothing, NAMES, views(0, CHUNK), small_tokenizer())
    assert prior.channels.isfinite().all()
    assert not tokens_at(table_of(nothing), views(0, CHUNK), torch.eye(4)[None]).any()


def test_tokens_in_a_mirror_are_those_of_the_mirrored_scene() -> None:
    torch.manual_seed(0)
    sides = torch.tensor([1.0, -1.0, 1.0])
    places, features = 15 * torch.randn(40, 3), torch.randn(40, 20)
    seen, ego = torch.rand(40) < 0.7, torch.eye(4)
    one, other = (
        nearest_tokens(TokenTable(each, features, torch.zeros(40, dtype=torch.long)), each, ego, seen, 30)
        for each in (places, places * sides)
    )
    assert not torch.allclose(one, other)
    torch.testing.assert_close(mirrored_tokens(one), other)
