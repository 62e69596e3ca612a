"""The picture that shows an actor best."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_drive import IMAGES, small_drive

from core.geometry import Pose, PoseTrack, project_box
from core.logs import ActorClass, DrivingLog, Track
from core.scene import BestView, best_views


def found(log: DrivingLog) -> dict[str, BestView]:
    return list(best_views(log))[-1]


def test_it_is_the_nearest_one_that_holds_the_whole_actor() -> None:
    views, log = found(small_drive()), small_drive()
    assert (views["car"].stream, views["follower"].stream) == ("front", "back")
    assert views["follower"].index == 0  # it falls behind
    assert views["car"].index == IMAGES - 1
    view, stream = views["car"], log.camera("front")
    box = {track.id: box for track, box in log.boxes_at(int(stream.t_ns[view.index]))}["car"]
    bounds = project_box(stream.camera, stream.world_from_camera[view.index], box).bounds_px
    assert bounds is not None
    assert view.left_px <= bounds[0] <= bounds[2] <= view.right_px
    assert view.top_px <= bounds[1] <= bounds[3] <= view.bottom_px
    cut = view.cut(stream.image(view.index))
    assert cut.shape == (view.bottom_px - view.top_px, view.right_px - view.left_px, 3)
    assert cut.size


def test_it_is_not_one_in_which_another_stands_before_it() -> None:
    log = small_drive()
    times = log.ego.t_ns
    # A bus that comes between in the second half, where the car would be largest.
    y_m = np.where(times > log.start_ns + 1_000_000_000, 2.0, -40.0)
    poses = Pose.from_heading(np.zeros(len(times)), np.column_stack([np.full(len(times), 15.0), y_m, 0 * y_m + 1.5]))
    bus = Track(
        id="bus", actor_class=ActorClass.BUS, source_label="bus", poses=PoseTrack(times, poses), size_m=(3.0, 5.0, 3.0)
    )
    assert found(replace(log, tracks=(*log.tracks, bus)))["car"].index <= IMAGES // 2


@pytest.mark.parametrize("far_m", [400.0, -400.0])
def test_an_actor_that_no_camera_shows_has_none(far_m: float) -> None:
    log = small_drive()
    poses = PoseTrack(
        log.ego.t_ns, Pose.from_heading(np.zeros(len(log.ego)), np.tile([far_m, 0, 1], (len(log.ego), 1)))
    )
    lost = Track(id="lost", actor_class=ActorClass.CAR, source_label="car", poses=poses, size_m=(4.0, 2.0, 1.5))
    assert "lost" not in found(replace(log, tracks=(lost,)))
