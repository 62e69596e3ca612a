"""An actor goes on for a moment beyond its first and last box, if its track says so."""

import numpy as np
import pytest

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.logs.box_table import BoxTable

TENTH_NS = 100_000_000


def track(times: list[int], margin_s: float) -> Track:
    metres = np.array([[t / TENTH_NS, 0.0, 0.0] for t in times])
    return Track(
        id="a",
        actor_class=ActorClass.CAR,
        source_label="Car",
        poses=PoseTrack(times, Pose.from_heading(np.zeros(len(times)), metres)),
        size_m=(4.0, 2.0, 1.5),
        margin_s=margin_s,
    )


@pytest.mark.parametrize(("t_ns", "x_m"), [(-TENTH_NS // 2, -0.5), (TENTH_NS // 2, 0.5), (5 * TENTH_NS // 2, 2.5)])
def test_it_goes_on_at_its_speed(t_ns: int, x_m: float) -> None:
    car = track([0, TENTH_NS, 2 * TENTH_NS], margin_s=0.06)
    box = car.box_at(t_ns)
    assert box is not None
    assert box.world_from_box.translation[0] == pytest.approx(x_m)
    assert BoxTable([car]).at(t_ns).world_from_box.translation[0, 0] == pytest.approx(x_m)


@pytest.mark.parametrize("t_ns", [-61_000_000, 2 * TENTH_NS + 61_000_000])
def test_it_does_not_exist_beyond_the_margin(t_ns: int) -> None:
    car = track([0, TENTH_NS, 2 * TENTH_NS], margin_s=0.06)
    assert car.box_at(t_ns) is None
    assert len(BoxTable([car]).at(t_ns)) == 0


def test_a_single_box_stands_still() -> None:
    car = track([TENTH_NS], margin_s=0.06)
    for t_ns in (TENTH_NS - 50_000_000, TENTH_NS, TENTH_NS + 50_000_000):
        box = car.box_at(t_ns)
        assert box is not None
        assert box.world_from_box.translation[0] == pytest.approx(1.0)
    assert car.box_at(2 * TENTH_NS) is None


def test_recorded_boxes_stay_those_of_the_recording() -> None:
    assert track([0, TENTH_NS], margin_s=0.06).t_ns.tolist() == [0, TENTH_NS]
