"""The selection that all views share."""

import pytest
from pytestqt.qtbot import QtBot

from widgets.selection import Selection, camera_id, camera_name


@pytest.fixture
def selection(qtbot: QtBot) -> Selection:
    return Selection()


def test_replace_add_and_remove(selection: Selection) -> None:
    selection.select("a")
    selection.select("b", "add")
    assert (selection.ids, selection.current) == ({"a", "b"}, "b")
    selection.select("b", "remove")
    assert (selection.ids, selection.current) == ({"a"}, "a")
    selection.select("c")
    assert (selection.ids, selection.current) == ({"c"}, "c")
    selection.clear()
    assert (selection.ids, selection.current) == (set(), None)


def test_only_changes_are_announced(selection: Selection, qtbot: QtBot) -> None:
    selection.select("a")
    with qtbot.assertNotEmitted(selection.changed):
        selection.select("a")
        selection.select("b", "remove")
    selection.hover("a")
    with qtbot.assertNotEmitted(selection.hover_changed):
        selection.hover("a")


def test_cameras_have_ids_of_their_own() -> None:
    assert camera_name(camera_id("front")) == "front"
    assert camera_name("front") is None
