"""What moves in a log without boxes is found by its lidar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lift_street import CAR_MPS, CAR_SIZE_M, START_NS, street

from core.geometry import Pose
from core.logs import ActorClass, DrivingLog
from core.worldrec.lift import lift
from core.worldrec.lift.movers import with_movers

WHOLE_NS = START_NS, START_NS + 10**10


@pytest.fixture(scope="module")
def bare() -> DrivingLog:
    """The street without the box of its car."""
    return replace(street(), tracks=())


def test_a_car_that_drives_off_gets_boxes_where_it_is(bare: DrivingLog) -> None:
    (found,) = with_movers(bare, WHOLE_NS).tracks
    (truth,) = street().tracks
    assert found.actor_class is ActorClass.CAR
    assert len(found.t_ns) >= 10
    middle = found.t_ns[len(found.t_ns) // 2]
    assert found.speed_at(int(middle)) == pytest.approx(CAR_MPS, abs=1.5)
    for t_ns in found.t_ns:
        box, true = found.box_at(int(t_ns)), truth.box_at(int(t_ns))
        assert box is not None
        assert true is not None
        np.testing.assert_allclose(box.world_from_box.rotation, true.world_from_box.rotation, atol=0.1)
        offset = box.world_from_box.translation - true.world_from_box.translation
        assert abs(offset[1]) < 0.4
        # Its back is all that is ever seen.
        assert abs(offset[0] - (box.size_m[0] - CAR_SIZE_M[0]) / 2) < 1.0


def test_a_part_of_the_drive_is_judged_by_what_lies_beyond(bare: DrivingLog) -> None:
    part_ns = START_NS, START_NS + 8 * 10**8
    (found,) = with_movers(bare, part_ns).tracks
    assert part_ns[0] <= found.t_ns[0] < found.t_ns[-1] <= part_ns[1]


def test_nothing_is_found_where_nothing_moves_or_nothing_measures(bare: DrivingLog) -> None:
    boxed, lidar = street(), street().lidar
    assert lidar is not None
    first = lidar.read_sweep(0)
    still = replace(
        lidar,
        world_from_lidar=Pose(np.repeat(lidar.world_from_lidar.matrix[:1], len(lidar), 0)),
        read_sweep=lambda index: replace(first, t_ns=int(lidar.t_ns[index])),
    )
    assert with_movers(replace(bare, lidar=still), WHOLE_NS).tracks == ()
    assert with_movers(replace(bare, lidar=None), WHOLE_NS).tracks == ()
    assert with_movers(bare, (START_NS, START_NS)).tracks == ()
    assert with_movers(boxed, WHOLE_NS) is boxed


def test_a_scene_without_boxes_has_its_car_as_an_actor(bare: DrivingLog) -> None:
    scene = lift(bare, max_splats=4000)
    (actor,) = scene.actors
    red = actor.cloud.colours
    assert (red[:, 0] > red[:, 1] + 0.2).mean() > 0.5
