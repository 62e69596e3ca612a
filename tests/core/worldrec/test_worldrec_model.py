"""What the network sees and does, held to simple cases that one can reason about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.scene import Sky
from core.splats.rasteriser import rasterise
from core.worldrec.model import WorldRec, WorldRecConfig
from core.worldrec.model.aggregation import Aggregation, samples_of, views_that_see
from core.worldrec.model.evidence import gather_evidence
from core.worldrec.model.network import SPLAT_INPUTS, TRACE, splat_inputs
from core.worldrec.model.queries import morton_codes, queries_of
from core.worldrec.model.rounds import Rounds
from core.worldrec.model.sights import Sight, in_turn, near_picture, thinned
from core.worldrec.model.sky import better_sky, under
from core.worldrec.model.state import Moment, SplatState, placed, quaternion_product

SMALL = WorldRecConfig(image_width=4, image_blocks=1, splat_width=16, query_width=16, heads=2, window=4)
HEIGHT, WIDTH = 32, 48
NOWHERE = Moment(0.0, torch.zeros(0, 4, 4), torch.zeros(0, 4), torch.zeros(0, dtype=torch.bool))


def splats(*places: tuple[float, float, float], colour: tuple[float, float, float] = (0.8, 0.2, 0.2)) -> SplatState:
    """Round splats of 30 cm, nearly opaque."""
    count = len(places)
    return SplatState(
        means=torch.tensor(places),
        quaternions=torch.tensor([[1.0, 0, 0, 0]]).repeat(count, 1),
        log_scales=torch.full((count, 3), float(np.log(0.3))),
        logits=torch.full((count,), 3.0),
        colours=torch.tensor([colour]).repeat(count, 1),
        middles=torch.zeros(count),
        fadings=torch.zeros(count),
        owners=torch.zeros(count, dtype=torch.int64),
    )


def sight(rgb: Tensor | None = None, *, right_m: float = 0.0, moment: Moment = NOWHERE, camera: int = 0) -> Sight:
    """A camera that looks along z, over a grey sky."""
    pose = torch.eye(4)
    pose[0, 3] = -right_m
    sky = torch.full((3, HEIGHT, WIDTH), 0.5)
    return Sight(
        rgb=sky.clone() if rgb is None else rgb,
        valid=torch.ones(1, HEIGHT, WIDTH),
        camera_from_world=pose,
        intrinsics=torch.tensor([[40.0, 0, 23.5], [0, 40.0, 15.5], [0, 0, 1]]),
        sky=sky,
        measured=torch.zeros(1, HEIGHT, WIDTH),
        movers=torch.full((1, HEIGHT, WIDTH), torch.inf),
        moment=moment,
        camera=camera,
    )


def drawn_by(state: SplatState, view: Sight) -> Tensor:
    return gather_evidence(state, [view]).drawn[0].rgb


def test_the_way_to_a_better_place_points_there() -> None:
    truth, off = splats((0.15, 0.0, 5.0)), splats((0.0, 0.0, 5.0))
    view = sight(drawn_by(truth, sight()))
    evidence = gather_evidence(off, [view])
    along = evidence.pull[0, :3]
    assert along[0] > 0
    assert along[0] > 5 * along[1].abs()
    assert evidence.agreement[0, 0] > 0.9
    assert gather_evidence(truth, [view]).pull[0, :3].abs().max() < 1e-3 * along[0]


def test_what_is_missing_in_colour_is_told_to_the_splat_that_lacks_it_alone() -> None:
    truth = splats((-1.0, 0.0, 5.0), (1.0, 0.0, 5.0))
    colours = truth.colours.clone()
    colours[1] = torch.tensor([0.8, 0.2, 0.7])
    view = sight(drawn_by(replace(truth, colours=colours), sight()))
    missing = gather_evidence(truth, [view]).maps[:, :3]
    np.testing.assert_allclose(missing[0], 0.0, atol=2e-3)
    # Less than the whole half: at its edge a splat shares its pixels with the sky.
    assert 0.2 < missing[1, 2] < 0.5
    assert missing[1, :2].abs().max() < 0.01


def test_a_splat_behind_another_is_hardly_told_anything() -> None:
    state = splats((0.0, 0.0, 4.0), (0.0, 0.0, 8.0))
    covered = gather_evidence(state, [sight()]).covered
    assert covered[1] < 0.25 * covered[0]
    assert gather_evidence(state, [sight(right_m=3.0)]).covered[1] > covered[1]


def test_slopes_do_not_depend_on_where_an_actor_stands() -> None:
    """The same picture of the same splat: of the static world, and of an actor whose frame is turned and far away."""
    angle = 0.7
    turn = torch.tensor([np.cos(angle / 2), 0.0, 0.0, np.sin(angle / 2)], dtype=torch.float32)
    world_from_actor = torch.eye(4)
    world_from_actor[:2, :2] = torch.tensor([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    world_from_actor[:3, 3] = torch.tensor([20.0, -3.0, 5.0])
    static = replace(splats((0.0, 0.0, 5.0)), log_scales=torch.tensor([[-1.5, -1.0, -2.0]]))
    inverse = world_from_actor.inverse()
    own_turn = quaternion_product(turn * torch.tensor([1.0, -1, -1, -1]), static.quaternions[0])
    actor = replace(
        static,
        means=(inverse[:3, :3] @ static.means[0] + inverse[:3, 3])[None],
        quaternions=own_turn[None],
        owners=torch.ones(1, dtype=torch.int64),
    )
    there = Moment(0.0, world_from_actor[None], turn[None], torch.tensor([True]))
    rgb = torch.rand(3, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(1))
    one, other = (
        gather_evidence(state, [replace(sight(rgb), moment=moment)])
        for state, moment in ((static, NOWHERE), (actor, there))
    )
    np.testing.assert_allclose(one.pull, other.pull, rtol=2e-3, atol=1e-5)
    gone = replace(there, there=torch.tensor([False]))
    assert gather_evidence(actor, [replace(sight(rgb), moment=gone)]).covered[0] == 0


def test_lifespans_fade_splats() -> None:
    state = replace(
        splats((0, 0, 5.0), (1, 0, 5.0)), fadings=torch.tensor([0.0, 8.0]), middles=torch.tensor([0.0, -1.0])
    )
    opacities = placed(state, replace(NOWHERE, t=1.0)).opacities
    assert opacities[0] == pytest.approx(float(torch.sigmoid(torch.tensor(3.0))))
    assert opacities[1] < 1e-6


def test_queries_are_of_neighbours_of_one_owner_and_hold_each_splat_once() -> None:
    random = np.random.default_rng(2)
    means = torch.from_numpy(random.uniform(-20, 20, (203, 3)).astype(np.float32))
    owners = torch.from_numpy(np.repeat([0, 1, 2], [150, 50, 3]))
    queries = queries_of(means, owners, 16)
    rows = queries.slots[queries.filled]
    assert sorted(rows.tolist()) == list(range(203))
    for number, (slots, filled) in enumerate(zip(queries.slots, queries.filled, strict=True)):
        assert (owners[slots[filled]] == queries.owners[number]).all()
        assert (queries.of_splat[slots[filled]] == number).all()
    spread = torch.stack([means[s].std(0).mean() for s, o in zip(queries.slots, queries.owners, strict=True) if o == 0])
    assert spread.mean() < 0.7 * means[:150].std(0).mean()


def test_a_morton_curve_does_not_care_for_the_order_of_points() -> None:
    points = np.random.default_rng(3).normal(size=(50, 3))
    np.testing.assert_array_equal(morton_codes(points)[::-1], morton_codes(points[::-1]))
    assert len(np.unique(morton_codes(points))) == 50


def test_a_static_query_does_not_look_at_an_actor_in_front_of_it() -> None:
    hidden = replace(sight(), movers=torch.full((1, HEIGHT, WIDTH), 3.0))
    drawn = gather_evidence(splats((0.0, 0.0, 5.0)), [sight()]).drawn
    places = torch.tensor([[0.0, 0.0, 5.0], [0.0, 0.0, 2.0], [50.0, 0.0, 5.0]])
    features = [torch.ones(4, HEIGHT // 4, WIDTH // 4)]
    static, of_actor = torch.zeros(3, dtype=torch.int64), torch.ones(3, dtype=torch.int64)
    assert samples_of(features, [hidden], drawn, places, static).valid[:, 0].tolist() == [False, True, False]
    here = replace(hidden, moment=Moment(0.0, torch.eye(4)[None], torch.tensor([[1.0, 0, 0, 0]]), torch.tensor([True])))
    assert samples_of(features, [here], drawn, places, of_actor).valid[:, 0].tolist() == [True, True, False]


def test_a_query_that_no_view_sees_gets_an_answer_without_any_image() -> None:
    drawn = gather_evidence(splats((0.0, 0.0, 5.0)), [sight()]).drawn
    places, owners = torch.tensor([[0.0, 0.0, -5.0]]), torch.zeros(1, dtype=torch.int64)
    fuse = Aggregation(4, 8, 2)
    found = [
        fuse(torch.zeros(1, 8), *samples_of([torch.full((4, 8, 12), value)], [sight()], drawn, places, owners))
        for value in (1.0, 9.0)
    ]
    assert found[0].isfinite().all()
    torch.testing.assert_close(found[0], found[1])


def test_an_untrained_network_leaves_a_scene_as_it_is() -> None:
    torch.manual_seed(0)
    state = splats((0, 0, 5.0), (1, 0, 6.0), (-1, 0.5, 7.0))
    views = [sight(torch.rand(3, HEIGHT, WIDTH)), sight(right_m=0.5)]
    evidence = gather_evidence(state, views)
    network = WorldRec(SMALL)
    better = network.changed(state, network(state, evidence, views, queries_of(state.means, state.owners, 2), 0))
    for name in ("means", "quaternions", "log_scales", "logits", "colours"):
        torch.testing.assert_close(getattr(better, name), getattr(state, name))
    assert better.fadings.max() < 0.05


def test_every_part_of_the_network_learns() -> None:
    torch.manual_seed(0)
    state = splats(*((x / 3, y / 3, 5.0) for x in range(-3, 4) for y in range(-2, 3)))
    views = [sight(torch.rand(3, HEIGHT, WIDTH)), sight(torch.rand(3, HEIGHT, WIDTH), right_m=0.5)]
    network = WorldRec(SMALL)
    torch.nn.init.normal_(network.head[-1].weight, std=0.1)
    evidence = gather_evidence(state, views)
    queries, trace = queries_of(state.means, state.owners, 4), torch.randn(35, TRACE)
    out = network(state, evidence, views, queries, 1, trace)
    assert out.shape == (35, 15)
    out.square().sum().backward()
    without = [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert without == []


def test_inputs_are_finite_where_nothing_is_seen() -> None:
    state = splats((0, 0, -5.0), (0, 0, 5.0))
    inputs = splat_inputs(state, gather_evidence(state, [sight()]), 1, 3)
    assert inputs.shape == (2, SPLAT_INPUTS - TRACE)
    assert inputs.isfinite().all()
    assert inputs.abs().max() < 20


def test_rounds_take_the_views_of_each_camera_in_turn() -> None:
    views = [sight(right_m=float(number), camera=number // 8) for number in range(16)]
    config = WorldRecConfig(turns=2, times_per_round=4)
    rounds = [in_turn(views, number, config) for number in range(2)]
    assert [len(seen) for seen in rounds] == [8, 8]
    assert {id(view) for seen in rounds for view in seen} == {id(view) for view in views}
    assert [view.camera for view in rounds[0]].count(0) == 4
    many = [sight(right_m=float(number)) for number in range(20)]
    assert [len(in_turn(many, number, config)) for number in range(3)] == [10, 10, 10]
    assert len(in_turn(views[:7], 5, config)) == 7


def test_no_splat_that_a_view_shows_is_taken_to_be_far_from_it() -> None:
    random = torch.Generator().manual_seed(4)
    count = 3000
    state = replace(
        splats(*[(0.0, 0.0, 0.0)] * count),
        means=torch.randn(count, 3, generator=random) * torch.tensor([8.0, 8.0, 6.0]),
        log_scales=torch.randn(count, 3, generator=random) - 1.5,
    )
    view = sight()
    shapes = (values.numpy() for values in placed(state, NOWHERE).shapes)
    image = rasterise(*shapes, view.camera_from_world.numpy(), view.intrinsics.numpy(), WIDTH, HEIGHT)
    near = set(near_picture(state, view).tolist())
    assert set(image.state.lists.order.tolist()) <= near
    assert len(near) < count / 2


def test_the_sky_becomes_what_is_seen_between_splats_and_stays_where_nobody_looks() -> None:
    state = splats((5.0, 0.0, 0.0))
    ahead, back = torch.eye(4), torch.eye(4)
    ahead[:3, :3] = torch.tensor([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])
    back[:3, :3] = torch.tensor([[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]])
    blue = Sky(np.full((64, 128, 3), (0.3, 0.5, 0.9), np.float32))
    grey = Sky(np.full_like(blue.dome, 0.5))
    forwards = replace(sight(), camera_from_world=ahead)
    view = under(grey, replace(forwards, rgb=drawn_by(state, under(blue, forwards))))
    found = better_sky(grey, [view], gather_evidence(state, [view]).drawn)
    shown = under(found, view).sky
    np.testing.assert_allclose(shown[:, 5:9, 8:-8].mean((1, 2)), (0.3, 0.5, 0.9), atol=0.1)
    np.testing.assert_allclose(under(found, replace(view, camera_from_world=back)).sky, 0.5, atol=1e-6)


def test_a_large_scene_is_looked_at_in_portions_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [(float(x), 0.2 * (x % 3), 4.0 + x % 2) for x in range(-30, 31, 2)]
    state = splats(*places)
    # Each sees another part of the row, and one looks where nothing is.
    views = [sight(torch.rand(3, HEIGHT, WIDTH), right_m=float(x)) for x in (-24, -8, 8, 24, 500)]
    network = WorldRec(SMALL.model_copy(update={"splats_per_query": 2})).eval()
    torch.nn.init.normal_(network.head[-1].weight, std=0.1)
    queries = queries_of(state.means, state.owners, 2)
    with torch.no_grad():
        at_once = gather_evidence(state, views)
        whole = network(state, at_once, views, queries, 0)
        monkeypatch.setattr("core.worldrec.model.evidence._AT_ONCE", 2)
        monkeypatch.setattr("core.worldrec.model.network._QUERIES_AT_ONCE", 4)
        in_portions = gather_evidence(state, views)
        assert torch.equal(in_portions.pull, at_once.pull)
        assert torch.equal(in_portions.maps, at_once.maps)
        assert len(in_portions.drawn) == len(views)
        assert len(views_that_see(views, state.means[:4], state.owners[:4])) == 1
        parts = network(state, in_portions, views, queries, 0)
    assert whole.abs().max() > 0.01
    assert torch.allclose(parts, whole, atol=1e-5)


def test_thinned_views_are_evenly_spread_over_each_camera() -> None:
    views = [sight(right_m=float(number), camera=number // 9) for number in range(18)]
    fewer = thinned(views, 5)
    assert [views.index(view) for view in fewer] == [0, 2, 4, 6, 8, 9, 11, 13, 15, 17]
    assert thinned(views, 9) == views


def test_muon_takes_the_inner_matrices_only() -> None:
    network = WorldRec(SMALL)
    chosen = {id(each) for each in network.matrices()}
    assert all(each.ndim == 2 for each in network.matrices())
    ends = [network.embed[0].weight, network.head[-1].weight, network.encoder.down[0].weight]
    assert not chosen & {id(each) for each in ends}
    assert id(network.share.weight) in chosen


def test_rounds_split_coarse_splats_once_and_look_at_the_sky_that_was_found() -> None:
    blue = Sky(np.full((64, 128, 3), (0.3, 0.5, 0.9), np.float32))
    grey = Sky(np.full_like(blue.dome, 0.5))
    state = splats((0.0, 0.0, 5.0), (1.0, 0.0, 5.0))
    views = [under(grey, sight(drawn_by(replace(state, colours=state.colours + 0.1), under(blue, sight()))))]
    rounds = Rounds(state, grey, views, SMALL, max_splats=9)
    rounds.look()
    assert rounds.seen[0] is views[0]
    assert rounds.trace is None
    rows = rounds.go_on(rounds.state, torch.tensor([[1.0], [2.0]]).repeat(1, 15))
    assert rows is not None
    assert torch.equal(rows, torch.tensor([0] * 4 + [1] * 4))
    assert len(rounds.state) == len(rounds.queries.of_splat) == 8
    assert rounds.trace is not None
    assert torch.equal(rounds.trace[:, 0], torch.tensor([1.0] * 4 + [2.0] * 4))
    rounds.look()
    red, _, of_blue = rounds.seen[0].sky[:, 2:6].mean((1, 2)).tolist()
    assert of_blue - red > 0.3
    assert rounds.go_on(rounds.state, torch.zeros(8, 15)) is None
    assert len(rounds.state) == 8
