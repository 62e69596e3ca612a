"""The outliner: what it lists, how it filters and follows."""

from dataclasses import replace

import numpy as np
import pytest
from edited_drive import shifted, with_track
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from synthetic_drive import START_NS, STEP_NS, small_drive

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, Track
from core.scene.coverage import SIDES, Coverage
from widgets.outliner import OutlinerPanel, Presence
from widgets.outliner.listed import Listed
from widgets.outliner.thumbnail import SIZE
from widgets.outliner.tree import ABSENT_ROLE, DETAIL_ROLE, WARN_ROLE
from widgets.playback import Playback
from widgets.selection import EGO, LIDAR, LOG, MAP, Selection, camera_id
from widgets.theme import tokens


@pytest.fixture
def selection(qtbot: QtBot) -> Selection:
    return Selection()


@pytest.fixture
def panel(qtbot: QtBot, selection: Selection) -> OutlinerPanel:
    playback = Playback(selection)
    made = OutlinerPanel(playback, selection)
    log = small_drive(missing_back=3)
    playback.set_range(0.0, log.duration_s)
    made.set_log(log)
    made.resize(300, 700)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(panel: OutlinerPanel) -> list[str]:
    """Titles of all rows that the search leaves, open or not."""
    model = panel.view.model()

    def below(parent: QModelIndex) -> list[str]:
        found = []
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            found += [str(index.data()), *below(index)]
        return found

    return below(QModelIndex())


def picture_of(panel: OutlinerPanel, track_id: str) -> QImage:
    return panel.tree.items[track_id].icon().pixmap(SIZE).toImage()


def track(name: str, times: list[int], **more: float) -> Track:
    stamps = START_NS + np.array(times, dtype=np.int64) * STEP_NS
    poses = Pose.from_heading(np.zeros(len(times)), np.zeros((len(times), 3)))
    return Track(
        id=name,
        actor_class=ActorClass.CAR,
        source_label="car",
        poses=PoseTrack(stamps, poses),
        size_m=(4.0, 2.0, 1.5),
        **more,
    )


def test_it_lists_all_that_a_log_holds(panel: OutlinerPanel) -> None:
    titles = shown(panel)
    for title in ("small drive", "Rig", "Front", "Back", "Lidar", "Ego", "Lane map", "Cars", "Car 1", "Pedestrian 1"):
        assert title in titles
    assert set(panel.tree.items) == {
        LOG,
        EGO,
        MAP,
        LIDAR,
        camera_id("left"),
        camera_id("front"),
        camera_id("back"),
        "car",
        "walker",
        "follower",
    }
    assert panel.tree.items[camera_id("back")].data(WARN_ROLE)
    assert not panel.tree.items[camera_id("front")].data(WARN_ROLE)


def test_the_search_leaves_what_matches(panel: OutlinerPanel) -> None:
    QTest.keyClicks(panel.search, "pedes")
    titles = shown(panel)
    assert "Pedestrian 1" in titles
    assert "Car 1" not in titles
    panel.search.clear()
    assert "Car 1" in shown(panel)


def test_a_click_selects_and_ctrl_adds(panel: OutlinerPanel, selection: Selection) -> None:
    def click(item: str, modifier: Qt.KeyboardModifier) -> None:
        rect = panel.view.visualRect(panel.index_of(item))
        QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, modifier, rect.center())

    click("car", Qt.KeyboardModifier.NoModifier)
    click("walker", Qt.KeyboardModifier.ControlModifier)
    assert selection.ids == {"car", "walker"}
    assert selection.current == "walker"


def test_it_follows_a_selection_made_elsewhere(panel: OutlinerPanel, selection: Selection) -> None:
    selection.select("follower")
    rows = panel.view.selectionModel().selectedIndexes()
    assert rows == [panel.index_of("follower")]
    selection.clear()
    assert panel.view.selectionModel().selectedIndexes() == []


def test_the_search_does_not_unselect(panel: OutlinerPanel, selection: Selection) -> None:
    selection.select("car")
    QTest.keyClicks(panel.search, "pedes")
    assert selection.ids == {"car"}


def test_absent_actors_are_dimmed_and_not_counted(qtbot: QtBot, selection: Selection) -> None:
    from dataclasses import replace

    playback = Playback(selection)
    log = replace(small_drive(), tracks=(track("early", [0, 1, 2]), track("late", [8, 9, 10])))
    playback.set_range(0.0, log.duration_s)
    panel = OutlinerPanel(playback, selection)
    qtbot.addWidget(panel)
    panel.set_log(log)
    early, late = panel.tree.items["early"], panel.tree.items["late"]
    assert (early.data(ABSENT_ROLE), late.data(ABSENT_ROLE)) == (False, True)
    assert early.parent().data(DETAIL_ROLE) == "1 of 2"
    playback.seek(0.5)
    assert (early.data(ABSENT_ROLE), late.data(ABSENT_ROLE)) == (True, True)
    assert early.parent().data(DETAIL_ROLE) == "0 of 2"


def test_presence_agrees_with_the_boxes() -> None:
    tracks = [track("a", [0, 1, 2, 12, 13]), track("b", [4]), track("c", [2, 3, 5, 6], max_gap_s=0.15)]
    tracks.append(track("d", [3, 4], margin_s=0.12))
    presence = Presence(tracks)
    for t_ns in range(START_NS - STEP_NS, START_NS + 15 * STEP_NS, STEP_NS // 4):
        assert list(presence.at(t_ns)) == [track.box_at(t_ns) is not None for track in tracks]


def colours_in(panel: OutlinerPanel, item: str) -> set[tuple[int, int, int]]:
    """All colours in the row of an item, as it is seen."""
    panel.view.scrollTo(panel.index_of(item))
    image = panel.view.viewport().grab(panel.view.visualRect(panel.index_of(item))).toImage()
    return {image.pixelColor(x, y).getRgb()[:3] for x in range(image.width()) for y in range(image.height())}


def test_actors_get_pictures(panel: OutlinerPanel) -> None:
    violet = (200, 20, 220)
    assert violet not in colours_in(panel, "car")
    panel.set_pictures({"car": np.full((90, 60, 3), violet, np.uint8), "stranger": np.zeros((4, 4, 3), np.uint8)})
    assert violet in colours_in(panel, "car")
    assert violet not in colours_in(panel, "walker")


def test_rows_tell_which_sides_were_seen(panel: OutlinerPanel, selection: Selection) -> None:
    theme = tokens(panel.palette())
    seen, unseen = (QColor(getattr(theme, name)).getRgb()[:3] for name in ("success", "strong_border"))
    assert not {seen, unseen} & colours_in(panel, "follower")
    values = Coverage.nothing().px_per_m.copy()
    rows, columns = SIDES["left"]
    values[rows, columns] = 60.0
    selection.select("walker")
    panel.set_coverages({"follower": Coverage(values)})
    assert selection.ids == {"walker"}
    assert {seen, unseen} <= colours_in(panel, "follower")
    assert not {seen, unseen} & colours_in(panel, "car")
    panel.set_coverages({})
    assert not {seen, unseen} & colours_in(panel, "follower")


def test_an_edit_that_adds_an_actor_adds_a_row_and_keeps_what_is_folded(panel: OutlinerPanel) -> None:
    walkers = panel.tree.items["walker"].parent()
    panel.view.collapse(panel.view.model().mapFromSource(walkers.index()))
    log = small_drive(missing_back=3)
    picture = np.full((20, 30, 3), 200, np.uint8)
    panel.set_pictures({"car": picture})
    before = picture_of(panel, "car")
    added = replace(log.tracks[0], id="copy", name="Car 3")
    panel.show_edit(with_track(log, added))
    assert "Car 3" in shown(panel)
    assert panel.view.isExpanded(panel.index_of("copy").parent())
    assert not panel.view.isExpanded(panel.index_of("walker").parent())
    assert picture_of(panel, "car") == before
    assert picture_of(panel, "copy") != before


def test_an_edit_that_moves_an_actor_keeps_its_row(panel: OutlinerPanel, selection: Selection) -> None:
    log, item = small_drive(missing_back=3), panel.tree.items["car"]
    selection.select("car")
    panel.show_edit(with_track(log, shifted(log.tracks[0], 2.0)))
    assert panel.tree.items["car"] is item
    assert selection.ids == {"car"}


def test_a_renamed_actor_is_listed_by_its_name_and_stays_selected(panel: OutlinerPanel, selection: Selection) -> None:
    log = small_drive(missing_back=3)
    selection.select("car")
    panel.show_edit(with_track(log, replace(log.tracks[0], name="Leading car")))
    assert "Leading car" in shown(panel)
    assert panel.index_of("car") in panel.view.selectionModel().selectedIndexes()


def test_a_camera_that_is_off_is_listed_as_such(qtbot: QtBot) -> None:
    outliner = OutlinerPanel(Playback(), Selection())
    qtbot.addWidget(outliner)
    log = small_drive()
    outliner.set_log(log)
    outliner.show_edit(log, Listed(cameras_off=frozenset({"back"})))
    shown = {stream.name: outliner.tree.items[camera_id(stream.name)] for stream in log.cameras}
    details = {name: item.data(DETAIL_ROLE) for name, item in shown.items()}
    assert details["back"] == "off"
    assert details["front"] != "off"
