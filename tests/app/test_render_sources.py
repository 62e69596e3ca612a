"""Recording, render and difference in the cells of the camera panel, and one selection for all views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
from driven_windows import pixels
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from widgets.camera_panel import Source
from widgets.camera_panel.cell import CameraCell
from widgets.selection import camera_id

ANSWER_MS = 60_000
NO_KEY = Qt.KeyboardModifier.NoModifier


def cells(window: MainWindow) -> list[CameraCell]:
    assert window.log is not None
    return [window.cameras.cell(stream.name) for stream in window.log.cameras]


def wait_for_pictures(window: MainWindow, qtbot: QtBot) -> None:
    """Until every cell shows what the playhead wants."""

    def settled() -> bool:
        assert window.log is not None
        t_ns = window.log.t_ns(window.playback.t_s)
        wanted = [(cell.stream.index_at(t_ns), "") for cell in cells(window)]
        return window.renders.idle and [(cell.index, cell.text) for cell in cells(window)] == wanted

    qtbot.waitUntil(settled, timeout=ANSWER_MS)


def picture(cell: CameraCell) -> NDArray[np.int16]:
    """What a cell shows below its title."""
    return pixels(cell)[cell.title_height() :]


def test_each_source_shows_another_picture(with_scene: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(with_scene, qtbot)
    front = cells(with_scene)[1]
    seen = {Source.RECORDING: picture(front)}
    for source in (Source.RENDER, Source.DIFFERENCE):
        with_scene.cameras.header.sources.button(source).click()
        wait_for_pictures(with_scene, qtbot)
        seen[source] = picture(front)
    apart = np.abs(seen[Source.RECORDING] - seen[Source.RENDER])
    assert apart.max() > 0
    assert np.abs(seen[Source.DIFFERENCE] - np.minimum(2 * apart, 255)).mean() < 3
    with_scene.actions_["source.recording"].trigger()
    wait_for_pictures(with_scene, qtbot)
    assert np.array_equal(picture(front), seen[Source.RECORDING])


def test_renders_follow_the_playhead(with_scene: MainWindow, qtbot: QtBot) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    indices = []
    for t_s in (0.0, 0.3, 0.1):
        with_scene.playback.seek(t_s)
        wait_for_pictures(with_scene, qtbot)
        indices.append(cells(with_scene)[1].index)
    assert len(set(indices)) == 3


def test_hidden_actors_are_absent_from_renders_and_differences(with_scene: MainWindow, qtbot: QtBot) -> None:
    scene = with_scene.scenes.scene
    assert scene is not None
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    before = [picture(cell) for cell in cells(with_scene)]

    def changed() -> float:
        wait_for_pictures(with_scene, qtbot)
        shown = [picture(cell) for cell in cells(with_scene)]
        return max(float(np.abs(now - was).max()) for now, was in zip(shown, before, strict=True))

    def follow() -> None:
        drive, shown = with_scene.scenario.drive, with_scene.renders._shown
        qtbot.waitUntil(lambda: all(one.drive is drive for one in shown.values()), timeout=ANSWER_MS)

    ids = frozenset(actor.track.id for actor in scene.actors)
    with_scene.selection.select_many(ids, None)
    with_scene.actions_["actors.hide"].trigger()
    follow()
    assert changed() > 20
    with_scene.actions_["actors.show_all"].trigger()
    follow()
    assert changed() == 0


def test_a_render_never_lies_after_the_playhead(with_scene: MainWindow, qtbot: QtBot) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    with_scene.playback.end()
    wait_for_pictures(with_scene, qtbot)
    psutil.Process(with_scene.engine.pid).suspend()
    with_scene.playback.home()
    assert all(cell.index is None for cell in cells(with_scene))
    psutil.Process(with_scene.engine.pid).resume()
    wait_for_pictures(with_scene, qtbot)


def test_a_picture_that_is_there_again_is_not_waited_for(with_scene: MainWindow, qtbot: QtBot) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    with_scene.playback.step(1)
    with_scene.playback.step(-1)
    wait_for_pictures(with_scene, qtbot)
    assert not any(cell.text for cell in cells(with_scene))


def test_an_enlarged_picture_is_drawn_for_its_size(with_scene: MainWindow, qtbot: QtBot) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    front = cells(with_scene)[1]
    with_scene.cameras.enlarge(front.stream.name)
    qtbot.waitUntil(lambda: with_scene.renders.idle and front.index is not None and not front.text, timeout=ANSWER_MS)
    with_scene.cameras.enlarge(None)
    wait_for_pictures(with_scene, qtbot)


def test_without_a_scene_the_cells_say_so(window: MainWindow, small_pandaset: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.log_shown, timeout=20_000):
        window.open(small_pandaset)
    window.cameras.set_source(Source.RENDER)
    qtbot.waitUntil(lambda: all(cell.text == "There is no scene yet" for cell in cells(window)))
    window.cameras.set_source(Source.RECORDING)
    qtbot.waitUntil(lambda: all(cell.index is not None for cell in cells(window)), timeout=20_000)


def test_an_engine_killed_while_rendering_is_told_and_replaced(with_scene: MainWindow, qtbot: QtBot) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    engine = psutil.Process(with_scene.engine.pid)
    engine.suspend()
    with_scene.playback.seek(0.2)
    assert not with_scene.renders.idle
    with qtbot.waitSignal(with_scene.engine.stopped, timeout=ANSWER_MS):
        engine.kill()
    assert any("engine" in toast.text for toast in with_scene.toasts.toasts)
    assert with_scene.has_scene()
    wait_for_pictures(with_scene, qtbot)
    assert with_scene.engine.pid not in (None, engine.pid)
    qtbot.waitUntil(lambda: not any("engine" in toast.text for toast in with_scene.toasts.toasts), timeout=ANSWER_MS)


def test_another_log_never_shows_the_renders_of_the_one_before(
    with_scene: MainWindow, small_nuscenes: Path, qtbot: QtBot
) -> None:
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    with qtbot.waitSignal(with_scene.log_shown, timeout=20_000):
        with_scene.open(small_nuscenes)
    assert all(cell.index is None for cell in cells(with_scene))
    qtbot.waitUntil(with_scene.has_scene, timeout=ANSWER_MS)
    wait_for_pictures(with_scene, qtbot)


def test_what_is_picked_in_a_picture_is_selected_everywhere(with_scene: MainWindow, qtbot: QtBot) -> None:
    """The car ahead, in the render of the front camera: in the outliner and, as pixels, in the viewport too."""
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    viewport = with_scene.centre.viewport
    qtbot.wait(600)
    before = pixels(viewport)
    front = next(cell for cell in cells(with_scene) if cell.stream.name == "front_camera")
    area = front.picture_rect()
    middle = QPoint(area.center().x(), area.center().y() + round(0.03 * area.height()))
    qtbot.mouseClick(front, Qt.MouseButton.LeftButton, NO_KEY, middle)
    (track,) = with_scene.selection.ids
    view = with_scene.outliner.view
    assert view.selectionModel().isSelected(with_scene.outliner.index_of(track))
    qtbot.waitUntil(lambda: np.abs(pixels(viewport) - before).max(-1).astype(bool).mean() > 1e-4, timeout=20_000)


def test_h_hides_an_actor_in_3d_and_alt_h_brings_it_back(with_scene: MainWindow, qtbot: QtBot) -> None:
    viewport, log = with_scene.centre.viewport, with_scene.log
    assert log is not None
    track = log.boxes_at(log.t_ns(with_scene.playback.t_s))[0][0].id
    with_scene.selection.select(track)
    viewport.frame_selection()
    with_scene.selection.clear()
    qtbot.waitUntil(lambda: viewport.settled, timeout=20_000)
    before = pixels(viewport)

    def changed() -> float:
        return float((np.abs(pixels(viewport) - before).max(-1) > 30).mean())

    with_scene.selection.select(track)
    with_scene.actions_["actors.hide"].trigger()
    assert with_scene.selection.ids == frozenset()
    scenario = with_scene.scenario.scenario
    assert scenario is not None and scenario.actor(track).hidden
    qtbot.waitUntil(lambda: viewport.settled and changed() > 5e-4, timeout=20_000)
    with_scene.actions_["actors.show_all"].trigger()
    qtbot.waitUntil(lambda: viewport.settled and changed() < 1e-4, timeout=20_000)


def test_one_cell_shows_the_render_alone_and_the_next_start_remembers(with_scene: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(with_scene, qtbot)
    left, front = cells(with_scene)[:2]
    recorded = picture(front)
    with_scene.cameras.set_source(Source.RENDER)
    wait_for_pictures(with_scene, qtbot)
    rendered = picture(front)
    with_scene.cameras.set_source(Source.RECORDING)
    with_scene.selection.select(camera_id(front.stream.name))
    with_scene.actions_["own_source.render"].trigger()
    with_scene.cameras.set_source(Source.DIFFERENCE, left.stream.name)
    with_scene.selection.clear()
    wait_for_pictures(with_scene, qtbot)
    assert np.array_equal(picture(front), rendered)
    other = cells(with_scene)[2]
    assert (with_scene.cameras.shown_in(other.stream.name).source, other.text) == (Source.RECORDING, "")
    kept = with_scene.store.values.picture_sources
    assert kept == {front.stream.name: ["RENDER"], left.stream.name: ["DIFFERENCE"]}
    with_scene.actions_["own_source.same"].trigger()
    wait_for_pictures(with_scene, qtbot)
    assert np.array_equal(picture(front), recorded)
    assert with_scene.store.values.picture_sources == {}
