"""Pictures of actors: cut out of the log's images, in the background."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from synthetic_drive import Reads, colour_of, small_drive

from app.controllers.actor_pictures import LARGEST_PX, ActorPictures, Pictures
from core.scene import best_views


@pytest.fixture
def pictures(qtbot: QtBot) -> Iterator[ActorPictures]:
    made = ActorPictures()
    yield made
    made.close()


@pytest.fixture
def delivered(pictures: ActorPictures) -> Pictures:
    found: Pictures = {}
    pictures.ready.connect(found.update)
    return found


def test_every_actor_in_a_picture_gets_its_part_of_it(
    pictures: ActorPictures, delivered: Pictures, qtbot: QtBot
) -> None:
    reads = Reads()
    log = small_drive(reads=reads)
    with qtbot.waitSignal(pictures.ended):
        pictures.set_log(log)
    assert set(delivered) == {"car", "walker", "follower"}
    for name, view in list(best_views(log))[-1].items():
        rgb = delivered[name]
        assert (rgb == colour_of(view.stream, view.index)).all()
        assert rgb.shape[1] <= LARGEST_PX[0]
        assert rgb.shape[0] <= LARGEST_PX[1]
    assert len(reads.images) == len(set(reads.images))
    assert reads.threads == {"actor pictures"}
    assert not log.cache.held_keys()


def test_an_image_that_cannot_be_read_leaves_out_its_actors(
    pictures: ActorPictures, delivered: Pictures, qtbot: QtBot
) -> None:
    view = list(best_views(small_drive()))[-1]["follower"]
    with qtbot.waitSignal(pictures.ended):
        pictures.set_log(small_drive(reads=Reads(broken={(view.stream, view.index)})))
    assert set(delivered) == {"car", "walker"}


def test_nothing_comes_of_a_log_that_was_left(pictures: ActorPictures, delivered: Pictures, qtbot: QtBot) -> None:
    reads = Reads()
    reads.gate.clear()
    pictures.set_log(small_drive(reads=reads))
    other = small_drive()
    with qtbot.waitSignal(pictures.ended):
        pictures.set_log(replace(other, tracks=other.tracks[:1]))
        reads.gate.set()
    qtbot.wait(50)
    assert set(delivered) == {"car"}


def test_large_pictures_are_made_small(pictures: ActorPictures, delivered: Pictures, qtbot: QtBot) -> None:
    log = small_drive()
    wide = []
    for stream in log.cameras:
        lens = stream.camera.resized(stream.camera.width * 12, stream.camera.height * 12)
        picture = np.zeros((lens.height, lens.width, 3), np.uint8)
        wide.append(replace(stream, camera=lens, read_image=lambda index, picture=picture: picture))
    with qtbot.waitSignal(pictures.ended):
        pictures.set_log(replace(log, cameras=tuple(wide)))
    assert {rgb.shape[0] for rgb in delivered.values()} == {LARGEST_PX[1]}
    assert max(rgb.shape[1] for rgb in delivered.values()) <= LARGEST_PX[0]
