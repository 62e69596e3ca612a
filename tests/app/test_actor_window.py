"""What the window tells of actors: a picture, and the sides that cameras saw."""

from pathlib import Path

from driven_windows import BUILT_MS, open_and_build
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from widgets.outliner.tree import COVERAGE_ROLE


def test_actors_of_an_opened_log_get_pictures_and_sides(
    building: MainWindow, small_pandaset: Path, qtbot: QtBot
) -> None:
    delivered: set[str] = set()
    ended: list[bool] = []
    building.actor_pictures.ready.connect(lambda pictures: delivered.update(pictures))
    building.actor_pictures.ended.connect(lambda: ended.append(True))
    open_and_build(building, small_pandaset, qtbot)
    qtbot.waitUntil(lambda: bool(ended), timeout=BUILT_MS)
    assert building.log is not None
    assert building.scenes.scene is not None
    known = {actor.track.id for actor in building.scenes.scene.actors}
    assert delivered
    assert delivered <= {track.id for track in building.log.tracks}
    items = building.outliner.tree.items
    qtbot.waitUntil(lambda: {one for one, item in items.items() if item.data(COVERAGE_ROLE) is not None} == known)
    building.selection.select(min(delivered & known))
    qtbot.waitUntil(lambda: building.inspector.look is not None)
    assert "Surface" in building.inspector.shown()
    building.logs.close()
    assert building.inspector.look is None
