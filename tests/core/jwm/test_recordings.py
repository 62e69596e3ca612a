"""Pixels of renders are fetched from the recorded pictures that see the same surface, and only from these."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from lift_street import CAR_SIZE_M, LENS, cast, street
from numpy.typing import NDArray

from core.geometry import Box, Pose, PoseTrack
from core.jwm.drawing import Drawn, drawn_of
from core.jwm.recordings import Fetched, Recordings
from core.logs import DrivingLog
from core.scene import Scene
from core.worldgen.conditions.viewpoints import Viewpoints, recorded
from core.worldrec.lift import lift

FRAME = 3
ASIDE = Pose.from_rotation(np.eye(3), [0.0, 2.0, 0.0])

NOWHERE = Pose.from_rotation(np.eye(3), [0.0, 0.0, -50.0])


@cache
def drive() -> tuple[DrivingLog, Scene]:
    log = street()
    return log, lift(log, max_splats=20_000)


def moved(pose: Pose) -> Viewpoints:
    """One frame of the drive, seen from elsewhere."""
    log = drive()[0]
    views, _ = recorded(log, (LENS.height, LENS.width))
    views = views.frames(FRAME, FRAME + 1)
    return replace(views, world_from_camera=pose @ views.world_from_camera)


def edited(scene: Scene) -> Scene:
    """The car drives beside where it was recorded."""
    track = scene.actors[0].track
    return scene.driven_by([replace(track, poses=PoseTrack(track.poses.t_ns, ASIDE @ track.poses.poses))])


def truth(views: Viewpoints, world_from_car: Pose) -> NDArray[np.uint8]:
    pose = views.world_from_camera[0, 0]
    rays = pose.rotate(LENS.pixel_rays()[0].reshape(-1, 3))
    return cast(pose.translation, rays, Box(world_from_car, CAR_SIZE_M))[1].reshape(LENS.height, LENS.width, 3)


def fetched(scene: Scene, views: Viewpoints, **options: float) -> tuple[Drawn, Fetched]:
    drawn = drawn_of(scene, ("front",), views, threads=1)
    return drawn, Recordings(drive()[0], scene, threads=1, **options).fetched(drawn, scene, ("front",), views)  # type: ignore[arg-type]


def off(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.abs(one.astype(int) - other).max(-1)


def test_a_frame_of_the_drive_itself_is_the_recorded_picture() -> None:
    log, scene = drive()
    _, found = fetched(scene, moved(Pose.identity()))
    there = found.there[0, 0, 0]
    assert there.mean() > 0.9
    # Pictures that are fetched from lie a little apart in time: this one may not be among them.
    assert np.percentile(off(found.rgb[0, 0, 0], log.cameras[0].image(FRAME))[there], 80) < 30


def test_beside_the_drive_fetched_pixels_are_nearer_to_the_truth_than_the_render() -> None:
    log, scene = drive()
    views = moved(Pose.from_rotation(np.eye(3), [0.0, 0.7, 0.0]))
    drawn, found = fetched(scene, views)
    there = found.there[0, 0, 0]
    assert 0.6 < there.mean() < 1.0
    expected = truth(views, log.tracks[0].poses.poses[FRAME])
    assert off(found.rgb[0, 0, 0], expected)[there].mean() < off(drawn.rgb[0, 0], expected)[there].mean()


def test_a_render_with_what_it_misses_is_nearer_to_the_truth_and_a_right_one_stays_as_it_is() -> None:
    log, scene = drive()
    views = moved(Pose.from_rotation(np.eye(3), [0.0, 0.7, 0.0]))
    expected = truth(views, log.tracks[0].poses.poses[FRAME])
    darker = replace(scene, static=replace(scene.static, colours=0.7 * scene.static.colours))
    for shown, most in ((scene, 1.3), (darker, 0.4)):
        drawn, found = fetched(shown, views)
        there = found.there[0, 0, 0]
        before, after = (off(each, expected)[there].mean() for each in (drawn.rgb[0, 0], found.corrected[0, 0, 0]))
        assert after < most * before
        assert not found.corrected[0, 0, 0][~there].any()


def test_a_moved_car_is_fetched_from_where_it_was_recorded() -> None:
    log, scene = drive()
    views = moved(Pose.identity())
    _, found = fetched(edited(scene), views)
    where = log.tracks[0].poses.poses[FRAME]
    with_car, without = truth(views, ASIDE @ where), truth(views, NOWHERE)
    car = (off(with_car, without) > 20) & found.there[0, 0, 0]
    assert car.sum() > 20
    assert np.median(off(found.rgb[0, 0, 0], with_car)[car]) < 25


def test_what_the_recorded_car_hid_is_not_fetched() -> None:
    log, scene = drive()
    views = moved(Pose.identity())
    gone = replace(scene, actors=())
    _, found = fetched(gone, views)
    hidden = off(truth(views, log.tracks[0].poses.poses[FRAME]), truth(views, NOWHERE)) > 20
    assert found.there[0, 0, 0][hidden].mean() < 0.3


def test_who_learns_is_not_told_the_truth_and_an_unknown_camera_nothing() -> None:
    log, scene = drive()
    views = moved(Pose.identity())
    near, far = (fetched(scene, views, least_apart_s=apart)[1] for apart in (0.0, 0.35))
    assert not np.array_equal(near.rgb[:, :, 0], far.rgb[:, :, 0])
    drawn = drawn_of(scene, ("front",), views, threads=1)
    assert not Recordings(log, scene).fetched(drawn, scene, ("roof",), views).there.any()


def test_what_an_edit_took_away_is_not_missed() -> None:
    log, scene = drive()
    views = moved(Pose.identity())
    gone = replace(scene, static=scene.static[scene.static.means_m[:, 2] < 0.5])  # without what stands on the ground
    drawn = drawn_of(gone, ("front",), views, threads=1)
    before, after = (Recordings(log, each, threads=1).fetched(drawn, gone, ("front",), views) for each in (scene, gone))
    where = off(drawn.rgb[0, 0], drawn_of(scene, ("front",), views, threads=1).rgb[0, 0]) > 20
    assert where.sum() > 50
    changed = [
        (off(found.corrected[0, 0, 0], drawn.rgb[0, 0]) * found.there[0, 0, 0])[where].mean()
        for found in (before, after)
    ]
    assert changed[0] < 0.3 * changed[1]
