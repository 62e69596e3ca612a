"""When the viewport draws: after the pictures of cameras, the latest wish only, and never in their way."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from viewport_scene import BLUE, GREEN, RED, View, scene_of, solid, splats

from widgets.viewport import frames
from widgets.viewport.splat_world import SplatRequest

HOUR_MS = 3_600_000


@pytest.fixture
def asked(one: View, monkeypatch: pytest.MonkeyPatch) -> list[SplatRequest]:
    """What is asked of the painter from now on, the view being at rest before a small scene."""
    one.open(scene=scene_of(one.log, splats(((10, 2, 1), 0.5, RED)), (solid(one.log, "car", BLUE),)))
    one.rest()
    painter = one.view.painter
    assert painter is not None
    asked: list[SplatRequest] = []
    ask = painter.ask

    def noted(request: SplatRequest) -> None:
        asked.append(request)
        ask(request)

    monkeypatch.setattr(painter, "ask", noted)
    return asked


def test_a_move_of_the_playhead_waits_for_the_pictures_and_a_move_of_the_camera_does_not(
    one: View, asked: list[SplatRequest], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PICTURES_FIRST_MS", HOUR_MS)
    one.playback.seek(0.5)
    qtbot.wait(50)
    assert asked == []
    assert not one.view.settled
    one.view.set_camera(one.view.camera.orbited(0.1, 0.0))
    qtbot.waitUntil(lambda: len(asked) > 0)
    assert asked[-1].t_s == 0.5
    one.rest()


def test_many_moves_of_the_playhead_are_one_request_for_the_last(one: View, asked: list[SplatRequest]) -> None:
    for t_s in np.linspace(0.1, 1.2, 40):
        one.playback.seek(float(t_s))
    one.rest()
    assert {request.t_s for request in asked} == {1.2}
    assert len(asked) <= 2  # fast, then in full


def test_while_a_frame_is_under_way_the_playhead_asks_for_no_other(
    one: View, asked: list[SplatRequest], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PICTURES_FIRST_MS", 0)
    painter = one.view.painter
    assert painter is not None
    release = threading.Event()
    draw = painter._draw  # type: ignore[attr-defined]

    def held(*arguments: object) -> object:
        release.wait(20)
        return draw(*arguments)

    monkeypatch.setattr(painter, "_draw", held)
    one.playback.seek(0.2)
    qtbot.waitUntil(lambda: len(asked) == 1)
    for t_s in (0.3, 0.4, 0.5):
        one.playback.seek(t_s)
        qtbot.wait(5)
    assert [request.t_s for request in asked] == [0.2]
    release.set()
    one.rest()
    assert {request.t_s for request in asked} == {0.2, 0.5}


def test_nothing_is_drawn_while_the_view_is_hidden(one: View, asked: list[SplatRequest], qtbot: QtBot) -> None:
    one.view.hide()
    one.playback.seek(0.7)
    one.view.set_camera(one.view.camera.orbited(0.1, 0.0))
    qtbot.wait(80)
    assert asked == []
    one.view.show()
    one.rest()
    assert asked[-1].t_s == 0.7


def test_a_new_scene_takes_the_place_of_the_old_one_without_a_gap(both: View, qtbot: QtBot) -> None:
    both.open(scene=scene_of(both.log, splats(((10, 2, 1), 0.9, RED))))
    both.stand(0, 0, 1)
    assert both.pixel((10, 2, 1))[0] > 150
    seen: list[object] = []
    both.view.set_scene(scene_of(both.log, splats(((10, 2, 1), 0.9, GREEN))))
    both.view._feed.drawn.connect(lambda: seen.append(both.view._feed.frame.look.splats))
    assert both.pixel((10, 2, 1))[1] > 150
    assert seen
    assert None not in seen
