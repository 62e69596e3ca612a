"""Edits: another truth of the same drive, in tracks and in pixels."""

import numpy as np
import pytest

from core.city import CityDrive, CityTrack
from core.city.edits import (
    EDITS,
    AddActor,
    DriveEgo,
    MoveActor,
    RemoveActor,
    RetrackActor,
    SetWeather,
    Shift,
    ShiftEgo,
    Span,
    TimedPose,
)
from core.errors import UserError
from core.geometry import Box

CAMERA = "CAM_FRONT"
T_S = 0.1


def biggest(drive: CityDrive) -> CityTrack:
    """The actor that covers most of the front picture."""
    instances = drive.render(CAMERA, T_S).instance
    counts = [(int((instances == track.instance).sum()), track.id) for track in drive.tracks]
    return drive.track(max(counts)[1])


def outline(drive: CityDrive, track: CityTrack, grow_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest pixel of a track's projected box, grown."""
    box = Box(track.pose_at(round(T_S * 1e9)), track.size_m)
    camera_from_world = drive.world_from_camera(CAMERA, T_S).inverse()
    pixels, valid = drive.camera(CAMERA).project(camera_from_world.apply(box.corners()))
    assert valid.all()
    return pixels.min(0) - grow_px, pixels.max(0) + grow_px


def test_a_removed_actor_vanishes_and_only_pixels_near_it_change(small_drive: CityDrive) -> None:
    track = biggest(small_drive)
    edited = small_drive.edited([RemoveActor(track=track.id)])
    before, after = small_drive.render(CAMERA, T_S), edited.render(CAMERA, T_S)
    assert (before.instance == track.instance).sum() > 10
    assert not (after.instance == track.instance).any()
    changed = before.instance != after.instance
    assert (before.instance[changed] == track.instance).all()
    np.testing.assert_array_equal(before.depth_m[~changed], after.depth_m[~changed])
    assert (np.abs(before.rgb.astype(int) - after.rgb).max(-1) > 8).mean() < 0.3


def test_a_moved_actor_is_seen_inside_its_moved_box(small_drive: CityDrive) -> None:
    track = biggest(small_drive)
    edited = small_drive.edited([MoveActor(track=track.id, shift=Shift(ahead_m=1.0, left_m=0.5, turn_rad=0.1))])
    moved = edited.track(track.id)
    rows, columns = np.nonzero(edited.render(CAMERA, T_S).instance == track.instance)
    low, high = outline(edited, moved, 1.0)
    assert len(rows) > 10
    assert (columns >= low[0]).all() and (columns <= high[0]).all()
    assert (rows >= low[1]).all() and (rows <= high[1]).all()
    step = moved.pose_at(0).translation - track.pose_at(0).translation
    assert np.linalg.norm(step) == pytest.approx(np.hypot(1.0, 0.5))


def test_all_others_stay_as_they_were(small_drive: CityDrive) -> None:
    track = small_drive.tracks[0]
    edited = small_drive.edited([MoveActor(track=track.id, shift=Shift(left_m=2.0))])
    for before, after in zip(small_drive.tracks[1:], edited.tracks[1:], strict=True):
        assert before is after
    assert edited.city is small_drive.city


def test_a_shift_fades_in_and_out(small_drive: CityDrive) -> None:
    track = next(track for track in small_drive.tracks if track.parked)
    span = Span(from_s=0.15, to_s=0.2, blend_s=0.1)
    moved = small_drive.edited([MoveActor(track=track.id, shift=Shift(left_m=3.0, span=span))]).track(track.id)
    gone = [np.linalg.norm(moved.pose_at(t).translation - track.pose_at(t).translation) for t in (0, 150_000_000)]
    np.testing.assert_allclose(gone, [0.0, 3.0], atol=1e-6)
    between = np.linalg.norm(moved.pose_at(100_000_000).translation - track.pose_at(100_000_000).translation)
    assert 0.5 < between < 2.5


def test_an_added_actor_stands_where_it_was_put(small_drive: CityDrive) -> None:
    ahead = small_drive.ego.at(round(T_S * 1e9)).apply([[11.0, 0.0, 0.0]])[0]
    pose = TimedPose(t_s=0, x_m=ahead[0], y_m=ahead[1], heading_rad=0.3)
    edited = small_drive.edited([AddActor(name="truck", kind="truck", seed=3, poses=(pose,))])
    added = edited.track("truck")
    assert added.instance not in {track.instance for track in small_drive.tracks}
    assert added.pose_at(0).translation[2] == pytest.approx(added.size_m[2] / 2)
    rows, columns = np.nonzero(edited.render(CAMERA, T_S).instance == added.instance)
    low, high = outline(edited, added, 1.0)
    assert len(rows) > 100
    assert (columns >= low[0]).all() and (columns <= high[0]).all() and (rows >= low[1]).all()


def test_another_track_is_followed(small_drive: CityDrive) -> None:
    track = small_drive.tracks[0]
    poses = (
        TimedPose(t_s=0.0, x_m=200, y_m=200, heading_rad=0),
        TimedPose(t_s=0.2, x_m=202, y_m=200, heading_rad=0),
    )
    moved = small_drive.edited([RetrackActor(track=track.id, poses=poses)]).track(track.id)
    np.testing.assert_allclose(moved.pose_at(100_000_000).translation[:2], [201, 200])
    assert moved.speed_at(100_000_000) == pytest.approx(10.0)
    assert not moved.exists_at(300_000_000)


def test_the_ego_drives_elsewhere(small_drive: CityDrive) -> None:
    shifted = small_drive.edited([ShiftEgo(shift=Shift(left_m=3.0))])
    gap = small_drive.ego.at(0).inverse().apply(shifted.ego.at(0).translation[None])[0]
    np.testing.assert_allclose(gap, [0.0, 3.0, 0.0], atol=1e-9)
    assert (shifted.render(CAMERA, T_S).rgb != small_drive.render(CAMERA, T_S).rgb).any()
    driven = small_drive.edited([DriveEgo(poses=(TimedPose(t_s=0, x_m=180, y_m=190, heading_rad=1.0),))])
    assert driven.ego.at(0).heading == pytest.approx(1.0)


def test_other_weather_changes_colours_but_nothing_else(small_drive: CityDrive) -> None:
    night = small_drive.edited([SetWeather(weather="night")])
    day_image, night_image = small_drive.render(CAMERA, T_S), night.render(CAMERA, T_S)
    np.testing.assert_array_equal(day_image.depth_m, night_image.depth_m)
    np.testing.assert_array_equal(day_image.instance, night_image.instance)
    assert night_image.rgb.mean() < 0.6 * day_image.rgb.mean()


def test_edits_of_what_is_not_there_are_told(small_drive: CityDrive) -> None:
    with pytest.raises(UserError, match="no track nobody"):
        small_drive.edited([RemoveActor(track="nobody")])
    pose = (TimedPose(t_s=0, x_m=0, y_m=0, heading_rad=0),)
    add = AddActor(name="cone", kind="cone", poses=pose)
    with pytest.raises(UserError, match="added already"):
        small_drive.edited([add, add])
    with pytest.raises(ValueError, match="do not increase"):
        RetrackActor(track="x", poses=(*pose, *pose))


def test_edits_are_json(small_drive: CityDrive) -> None:
    edits = (
        RemoveActor(track="a"),
        MoveActor(track="b", shift=Shift(left_m=1.0, span=Span(from_s=0, to_s=1))),
        SetWeather(weather="fog"),
        DriveEgo(poses=(TimedPose(t_s=0, x_m=1, y_m=2, heading_rad=3),)),
    )
    assert EDITS.validate_json(EDITS.dump_json(edits)) == edits
