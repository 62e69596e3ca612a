"""Images and sweeps arrive for the playhead, from memory at once, never stale, and no thread stays behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from synthetic_drive import IMAGES, STEP_NS, Reads, colour_of, small_drive

from app.controllers.image_loader import ImageLoader
from core.logs import DrivingLog
from widgets.playback import Playback


class Shown:
    """What the loader has delivered."""

    def __init__(self, loader: ImageLoader) -> None:
        self.images: list[tuple[str, int]] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.errors: list[tuple[str, int, str]] = []
        self.sweeps: list[int] = []
        loader.image_ready.connect(self._image)
        loader.image_failed.connect(lambda *error: self.errors.append(error))
        loader.sweep_ready.connect(lambda index, _: self.sweeps.append(index))

    def _image(self, camera: str, index: int, array: np.ndarray) -> None:
        self.images.append((camera, index))
        self.arrays[camera] = array

    def latest(self, camera: str) -> int | None:
        return next((index for name, index in reversed(self.images) if name == camera), None)


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def log(reads: Reads) -> DrivingLog:
    return small_drive(reads=reads)


@pytest.fixture
def playback(qtbot: QtBot, log: DrivingLog) -> Playback:
    playback = Playback()
    playback.set_range(0.0, log.duration_s)
    return playback


@pytest.fixture
def loader(qtbot: QtBot, log: DrivingLog, playback: Playback, reads: Reads) -> Iterator[ImageLoader]:
    loader = ImageLoader(log, playback, workers=2)
    yield loader
    reads.gate.set()
    loader.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("image loader")]


def settle(qtbot: QtBot, loader: ImageLoader) -> None:
    qtbot.waitUntil(lambda: loader.idle)


def test_every_camera_gets_its_latest_image_at_or_before_the_playhead(
    qtbot: QtBot, loader: ImageLoader, playback: Playback
) -> None:
    shown = Shown(loader)
    playback.seek(0.94)
    settle(qtbot, loader)
    assert {name: shown.latest(name) for name in ("front", "left", "back")} == {"front": 9, "left": 9, "back": 8}
    assert tuple(shown.arrays["back"][0, 0]) == colour_of("back", 8)


def test_before_its_first_image_a_camera_gets_none(qtbot: QtBot, loader: ImageLoader, playback: Playback) -> None:
    shown = Shown(loader)
    playback.seek(0.04)
    settle(qtbot, loader)
    assert {name for name, _ in shown.images} == {"front", "left"}


def test_what_is_in_memory_is_delivered_within_the_seek(qtbot: QtBot, loader: ImageLoader, playback: Playback) -> None:
    playback.seek(0.8)
    settle(qtbot, loader)
    shown = Shown(loader)
    playback.seek(0.9)  # a neighbour, read ahead while the playhead rested
    assert set(shown.images) == {("front", 9), ("left", 8), ("back", 8)}


def test_nothing_is_decoded_on_the_gui_thread(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    loader.set_sweeps_wanted(True)
    for t_s in (0.3, 1.1, 0.7):
        playback.seek(t_s)
    settle(qtbot, loader)
    assert reads.images
    assert reads.sweeps
    assert all(name.startswith("image loader") for name in reads.threads)


def test_an_answer_that_lies_after_the_playhead_is_dropped(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    shown = Shown(loader)
    reads.gate.clear()
    playback.seek(1.85)  # both workers now hold images near the end
    playback.seek(0.25)
    reads.gate.set()
    settle(qtbot, loader)
    assert {index for name, index in shown.images if name == "front"} == {2}
    assert ("left", 18) in reads.images or ("front", 18) in reads.images


def test_an_answer_never_leads_away_from_the_playhead(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    playback.seek(0.95)
    settle(qtbot, loader)
    shown = Shown(loader)
    reads.gate.clear()
    playback.seek(0.05)
    playback.seek(1.95)
    reads.gate.set()
    settle(qtbot, loader)
    assert [index for name, index in shown.images if name == "front"] == [19]


def test_a_broken_image_is_told_once_and_the_others_go_on(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    reads.broken.add(("front", 6))
    shown = Shown(loader)
    playback.seek(0.65)
    settle(qtbot, loader)
    assert [(name, index) for name, index, _ in shown.errors] == [("front", 6)]
    assert "front/6.jpg" in shown.errors[0][2]
    assert shown.latest("left") == 6
    playback.seek(0.75)
    settle(qtbot, loader)
    assert shown.latest("front") == 7
    playback.seek(0.65)
    settle(qtbot, loader)
    assert len(shown.errors) == 2
    assert reads.images.count(("front", 6)) == 1


def test_images_come_no_larger_than_they_are_drawn(qtbot: QtBot, loader: ImageLoader, playback: Playback) -> None:
    shown = Shown(loader)
    loader.set_target_size("front", 160, 90)
    loader.set_target_size("left", 240, 400)
    settle(qtbot, loader)
    assert shown.arrays["front"].shape == (90, 160, 3)
    assert tuple(shown.arrays["front"][45, 80]) == colour_of("front", 0)
    playback.seek(0.5)
    settle(qtbot, loader)
    assert shown.arrays["left"].shape == (200, 120, 3)


def test_an_image_asked_for_before_its_size_was_known_still_arrives(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    reads.broken.add(("left", 6))
    shown = Shown(loader)
    reads.gate.clear()
    playback.seek(0.65)  # both workers now read images of no particular size
    for name in ("front", "left", "back"):
        loader.set_target_size(name, 2000, 1125)
    reads.gate.set()
    settle(qtbot, loader)
    assert shown.latest("front") == 6
    assert shown.latest("back") is not None
    assert [(name, index) for name, index, _ in shown.errors] == [("left", 6)]


def test_a_new_size_brings_the_same_image_again(qtbot: QtBot, loader: ImageLoader, playback: Playback) -> None:
    playback.seek(0.55)
    settle(qtbot, loader)
    shown = Shown(loader)
    loader.set_target_size("front", 80, 45)
    settle(qtbot, loader)
    assert shown.images == [("front", 5)]
    assert shown.arrays["front"].shape == (45, 80, 3)


def test_a_camera_that_is_not_drawn_is_not_read(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    loader.set_target_size("back", 0, 0)
    settle(qtbot, loader)
    reads.images.clear()
    playback.seek(1.0)
    settle(qtbot, loader)
    assert {name for name, _ in reads.images} == {"front", "left"}


def test_sweeps_are_read_only_while_wanted(qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads) -> None:
    shown = Shown(loader)
    playback.seek(0.5)
    settle(qtbot, loader)
    assert not reads.sweeps
    loader.set_sweeps_wanted(True)
    settle(qtbot, loader)
    assert shown.sweeps == [2]
    playback.seek(1.0)
    settle(qtbot, loader)
    assert shown.sweeps[-1] == 5


def test_before_the_first_sweep_there_is_none_to_show(qtbot: QtBot) -> None:
    log = small_drive()
    assert log.lidar is not None
    late = replace(log, lidar=replace(log.lidar, t_ns=log.lidar.t_ns + 3 * STEP_NS))
    playback = Playback()
    playback.set_range(0.0, late.duration_s)
    loader = ImageLoader(late, playback)
    shown = Shown(loader)
    loader.set_sweeps_wanted(True)
    for t_s in (0.35, 0.2, 0.75):
        playback.seek(t_s)
        settle(qtbot, loader)
    loader.close()
    assert shown.sweeps == [0, -1, 2]


def test_reads_ahead_in_the_direction_of_play_and_no_farther_than_needed(
    qtbot: QtBot, loader: ImageLoader, playback: Playback, reads: Reads
) -> None:
    playback.seek(1.0)
    playback.shuttle_back()
    settle(qtbot, loader)
    playback.pause()
    read = {index for name, index in reads.images if name == "front"}
    assert read >= {10, 9, 8, 7}
    assert max(read) <= 13
    assert len(reads.images) < 3 * IMAGES
    assert len(reads.images) == len(set(reads.images))


def test_closing_waits_for_the_readers_and_delivers_nothing_more(
    qtbot: QtBot, log: DrivingLog, playback: Playback, reads: Reads
) -> None:
    loader = ImageLoader(log, playback, workers=2)
    shown = Shown(loader)
    reads.gate.clear()
    playback.seek(1.0)
    threading.Timer(0.05, reads.gate.set).start()
    loader.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("image loader")]
    playback.seek(0.5)
    qtbot.wait(20)
    assert shown.images == []
    loader.close()


def test_what_is_drawn_over_an_image_is_prepared_off_the_gui_thread_before_the_image_comes(
    qtbot: QtBot, log: DrivingLog, playback: Playback
) -> None:
    prepared: dict[tuple[str, int], bool] = {}
    ready_before: list[bool] = []

    def prepare(camera: str, index: int) -> None:
        prepared[camera, index] = threading.current_thread() is threading.main_thread()

    loader = ImageLoader(log, playback, workers=1, prepare=prepare)
    loader.image_ready.connect(lambda camera, index, _: ready_before.append((camera, index) in prepared))
    playback.seek(0.55)
    settle(qtbot, loader)
    loader.close()
    assert ready_before and all(ready_before)
    assert not any(prepared.values())


def test_what_was_prepared_and_forgotten_is_prepared_again_ahead_of_the_playhead(
    qtbot: QtBot, log: DrivingLog, playback: Playback
) -> None:
    prepared: set[tuple[str, int]] = set()
    loader = ImageLoader(
        log,
        playback,
        workers=1,
        prepare=lambda camera, index: prepared.add((camera, index)),
        is_prepared=lambda camera, index: (camera, index) in prepared,
    )
    loader.refresh()
    settle(qtbot, loader)
    known = set(prepared)
    here = {(stream.name, stream.index_at(log.t_ns(playback.t_s))) for stream in log.cameras}
    prepared.clear()
    loader.refresh()
    settle(qtbot, loader)
    loader.close()
    assert prepared == known - here
