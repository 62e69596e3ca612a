"""The pictures that `driftless demo --headless` draws, on a real drive."""

from pathlib import Path

import numpy as np
import pytest

from app.sheets import contact_sheet, plan
from core.logs import DrivingLog, open_log
from widgets.class_colours import CLASS_RGB, EGO_RGB


@pytest.fixture(scope="module")
def drive(shared_data: Path) -> DrivingLog:
    return open_log(shared_data / "pandaset_drive")


def pixels_of(image: np.ndarray, rgb: tuple[int, int, int]) -> int:
    return int((image == rgb).all(-1).sum())


def test_all_cameras_lie_in_two_rows_with_boxes_in_class_colours(drive: DrivingLog) -> None:
    sheet = contact_sheet(drive, drive.t_ns(1.8))
    assert sheet.dtype == np.uint8
    assert sheet.shape == (2 * (360 + 30) + 6, 3 * 640 + 2 * 6, 3)
    present = {track.actor_class for track, _ in drive.boxes_at(drive.t_ns(1.8))}
    assert len(present) > 3
    for actor_class in present:
        assert pixels_of(sheet, CLASS_RGB[actor_class]) > 10, actor_class


def test_a_camera_that_has_not_begun_stays_grey(drive: DrivingLog) -> None:
    before = contact_sheet(drive, drive.start_ns - 1)
    assert pixels_of(before, (60, 60, 60)) > 5 * 640 * 360


def test_the_plan_shows_the_ego_and_the_actors_around_it(drive: DrivingLog) -> None:
    image = plan(drive, drive.t_ns(1.8))
    assert max(image.shape[:2]) == 1400
    assert pixels_of(image, EGO_RGB) > 500
    assert pixels_of(image, CLASS_RGB[drive.tracks[0].actor_class]) > 500
