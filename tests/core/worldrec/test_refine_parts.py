"""Refinement sees a scene exactly as everything else does."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.scene import Actor, Scene, Sky
from core.splats import GaussianCloud
from core.splats.rasteriser import colours_seen_from
from core.worldrec.refine.adam import SparseAdam
from core.worldrec.refine.losses import difference
from core.worldrec.refine.table import SplatTable
from core.worldrec.refine.values import values_of, with_values

S_NS = 1_000_000_000
EYE_M = np.array([-4.0, 1.0, 2.0])


def cloud(count: int, rng: np.random.Generator, *, harmonics: bool) -> GaussianCloud:
    quaternions = rng.normal(size=(count, 4))
    return GaussianCloud(
        means_m=rng.normal(size=(count, 3)).astype(np.float32),
        quaternions=(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True)).astype(np.float32),
        scales_m=rng.uniform(0.05, 0.4, (count, 3)).astype(np.float32),
        opacities=rng.uniform(0.1, 0.9, count).astype(np.float32),
        colours=rng.uniform(0.3, 0.7, (count, 3)).astype(np.float32),
        harmonics=rng.normal(0, 0.1, (count, 3, 3)).astype(np.float32) if harmonics else None,
        lifespans_s=np.stack([rng.uniform(0, 2, count), rng.uniform(0.1, 2, count)], -1).astype(np.float32),
    )


def world(*, harmonics: bool) -> Scene:
    """Nine static splats, an actor of four that drives through a bend for two seconds, one of three that leaves."""
    rng = np.random.default_rng(2)
    turned = [[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]]
    ends = [Pose.from_rotation(np.eye(3), [0, 0, 0]), Pose.from_rotation(turned, [4.0, 2.0, 0.5])]
    matrices = Pose(np.stack([pose.matrix for pose in ends]))
    actors = []
    for number, (count, last_ns) in enumerate([(4, 2 * S_NS), (3, S_NS // 2)], start=1):
        track = Track(
            id=f"{number}",
            actor_class=ActorClass.CAR,
            source_label="car",
            poses=PoseTrack(np.array([0, last_ns]), matrices),
            size_m=(4.0, 2.0, 1.5),
            max_gap_s=9.0,
        )
        actors.append(Actor(number, track, cloud(count, rng, harmonics=harmonics)))
    return Scene(
        name="world",
        start_ns=0,
        duration_s=2.0,
        static=cloud(9, rng, harmonics=harmonics),
        actors=tuple(actors),
        sky=Sky(rng.uniform(size=(5, 8, 3)).astype(np.float32)),
    )


def compared(scene: Scene, t_s: float) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
    """Means, scales, opacities and colours of the splats that exist, by the table and by the scene."""
    means, _, scales, opacities, colours = SplatTable(scene, torch.device("cpu")).at(scene.t_ns(t_s), EYE_M)
    rows = [len(scene.static)] + [len(actor.cloud) for actor in scene.actors]
    there = [True] + [actor.track.box_at(scene.t_ns(t_s)) is not None for actor in scene.actors]
    assert not opacities.detach().numpy()[~np.repeat(there, rows)].any()
    kept = np.repeat(there, rows)
    ours = [values.detach().numpy()[kept] for values in (means, scales, opacities, colours)]
    truth = scene.at(t_s)
    return ours, [truth.means_m, truth.scales_m, truth.opacities, colours_seen_from(truth, EYE_M)]


def test_splats_are_where_and_how_the_scene_has_them() -> None:
    for harmonics in (False, True):
        for t_s in (0.0, 0.4, 1.3):
            for ours, truth in zip(*compared(world(harmonics=harmonics), t_s), strict=True):
                np.testing.assert_allclose(ours, truth, atol=2e-5)


def test_actors_turn_with_their_boxes() -> None:
    scene = world(harmonics=False)
    _, quaternions, *_ = SplatTable(scene, torch.device("cpu")).at(2 * S_NS, EYE_M)
    ours, truth = quaternions.detach().numpy()[:13], scene.at(2.0).quaternions
    np.testing.assert_allclose(np.abs((ours * truth).sum(1)), 1.0, atol=1e-5)


def test_gradients_reach_actors_in_the_frames_of_their_boxes() -> None:
    scene = world(harmonics=False)
    table = SplatTable(scene, torch.device("cpu"))
    means, *_ = table.at(2 * S_NS, EYE_M)
    torch.autograd.backward(means[9:13, 0].sum())  # along the world's x, which is (0.6, -0.8, 0) in the box
    assert table.offsets.grad is not None
    along = table.offsets.grad[9:13] / table.offsets.grad[9:13].norm(dim=1, keepdim=True)
    np.testing.assert_allclose(along.numpy(), np.tile([0.6, -0.8, 0.0], (4, 1)), atol=1e-6)
    assert not table.offsets.grad[:9].any()


def test_the_sky_is_the_scenes() -> None:
    scene = world(harmonics=False)
    directions = np.random.default_rng(0).normal(size=(20, 30, 3)).astype(np.float32)
    ours = SplatTable(scene, torch.device("cpu")).sky(directions).detach().numpy()
    np.testing.assert_allclose(np.moveaxis(ours, 0, -1), scene.sky.colours(directions), atol=1e-5)


def test_untouched_values_give_the_same_scene() -> None:
    scene = world(harmonics=True)
    values = SplatTable(scene, torch.device("cpu")).values()
    again = with_values(scene, values)
    for name, array in values_of(scene).items():
        np.testing.assert_allclose(values[name], array, atol=1e-6)
        np.testing.assert_array_equal(values_of(again)[name], values[name])
    assert again.static.lifespans_s is scene.static.lifespans_s


def test_pixels_that_the_lens_does_not_see_do_not_count() -> None:
    one, other = torch.rand(3, 20, 20), torch.rand(3, 20, 20)
    valid = torch.zeros(1, 20, 20)
    valid[:, :, :12] = 1
    changed = other.clone()
    changed[:, :, 12:] = 7.0
    for weight in (0.0, 0.4):
        assert difference(one, other, valid, weight) == difference(one, changed, valid, weight)
        assert difference(one[:, :8], one[:, :8], valid[:, :8], weight) == 0


def test_rows_without_a_gradient_rest_and_later_ones_step_as_far_as_the_first() -> None:
    values = torch.zeros(3, 2, requires_grad=True)
    optimiser = SparseAdam([(values, 0.1)], (0.9, 0.999))
    for row in (0, 0, 0, 1):
        before = values.detach().clone()
        torch.autograd.backward(3.0 * values[row].sum())
        optimiser.step(1.0)
        moved = (values.detach() - before).numpy()
        np.testing.assert_allclose(moved[row], -0.1, rtol=1e-4)
        moved[row] = 0
        assert not moved.any()
