"""The inspector: values with units, at the playhead."""

from dataclasses import replace

import numpy as np
import pytest
from edited_drive import with_track
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from synthetic_drive import EGO_MPS, small_drive

from core.errors import UserError
from core.logs import ActorClass, HealthNote
from core.scenario import EditedDrive, LogReference, Reacting, Scenario, editing
from core.scene.coverage import SIDES, Coverage
from widgets.inspector import InspectorPanel, describe
from widgets.inspector.actor_edits import REACTING
from widgets.inspector.fields import ChoiceField, TextField
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import EGO, LIDAR, LOG, MAP, Selection, camera_id
from widgets.theme import tokens


def values(selected: str, t_s: float = 0.5, **log: object) -> dict[str, str]:
    drive = replace(small_drive(missing_back=3), **log)
    sections = describe(drive, selected, t_s).sections
    return {entry.label: entry.value for section in sections for entry in section.properties}


def test_an_actor_has_size_place_and_distance() -> None:
    shown = values("car")
    assert shown["Length"] == "4.00 m"
    assert shown["Position"] == "20.00, 3.00, 0.75 m"
    assert shown["Speed"] == "0.0 m/s (0 km/h)"
    ego_x = 0.5 * EGO_MPS
    assert shown["Distance to ego"] == f"{((20 - ego_x) ** 2 + 9 + 0.75**2) ** 0.5:.1f} m"
    assert shown["Id"] == "car"


def test_the_ego_has_its_speed() -> None:
    assert values(EGO)["Speed"] == "5.0 m/s (18 km/h)"
    assert values(EGO)["Heading"] == "0.0°"


def test_a_camera_has_lens_mounting_and_gaps() -> None:
    shown = values(camera_id("back"))
    assert shown["Size"] == "240 × 160 px"
    assert shown["Rate"] == "10 Hz"
    assert shown["Looks to"] in ("180.0°", "-180.0°")
    assert shown["fx"] == "80.00 px"
    assert "1 missing: 3" in shown[""]
    assert values(camera_id("front"))["Forward"] == "1.00 m"


def test_a_missing_image_at_the_playhead_is_said() -> None:
    sections = describe(small_drive(missing_back=3), camera_id("back"), 0.40).sections
    notes = [entry for entry in sections[0].properties if entry.severity == "warning"]
    assert "Image 3 is missing" in notes[0].value


def test_the_log_tells_its_health() -> None:
    note = HealthNote("warning", "Three sweeps are missing", "lidar")
    sections = describe(small_drive(), LOG, 0.0).sections
    assert sections[1].properties[0].severity == ""
    from dataclasses import replace

    entry = describe(replace(small_drive(), health=(note,)), LOG, 0.0).sections[1].properties[0]
    assert (entry.value, entry.severity) == ("Three sweeps are missing (lidar)", "warning")


@pytest.mark.parametrize("selected", [LIDAR, MAP, LOG, EGO, "walker", camera_id("left")])
def test_everything_selectable_has_a_description(selected: str) -> None:
    assert describe(small_drive(), selected, 0.0).sections


def test_an_unknown_id_is_an_error() -> None:
    with pytest.raises(KeyError):
        describe(small_drive(), "nobody", 0.0)


def test_the_panel_follows_selection_and_playhead(qtbot: QtBot) -> None:
    playback, selection = Playback(), Selection()
    panel = InspectorPanel(playback, selection)
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    log = small_drive()
    playback.set_range(0.0, log.duration_s)
    panel.set_log(log)
    assert panel.shown()["Format"] == "synthetic"
    selection.select(EGO)
    qtbot.waitUntil(lambda: "Position" in panel.shown())
    before = panel.shown()["Position"]
    playback.seek(1.0)
    qtbot.waitUntil(lambda: panel.shown()["Position"] != before)
    assert panel.shown()["Position"] == "5.00, 0.00, 0.00 m"


def seen_from_behind() -> Coverage:
    values = Coverage.nothing().px_per_m.copy()
    for name, px_per_m in (("back", 40.0), ("left", 12.0)):
        rows, columns = SIDES[name]
        values[rows, columns] = px_per_m
    return Coverage(values)


def test_an_actor_tells_which_sides_were_seen() -> None:
    sections = describe(small_drive(), "car", 0.0, seen_from_behind()).sections
    shown = {entry.label: entry.value for section in sections for entry in section.properties}
    assert shown["Surface"] == "33%"
    assert shown["Best side"] == "Back, 40 px per m"
    assert shown["Never seen"] == "Front, right, top"
    assert "Surface" not in values("car")


def test_the_panel_shows_picture_and_sides_of_an_actor(qtbot: QtBot) -> None:
    playback, selection = Playback(), Selection()
    panel = InspectorPanel(playback, selection)
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.set_log(small_drive())
    selection.select("car")
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: "Length" in panel.shown())
    assert panel.look is None
    panel.set_coverages({"car": seen_from_behind()})
    panel.set_pictures({"car": np.full((60, 90, 3), (200, 20, 220), np.uint8)})
    look = panel.look
    assert look is not None
    qtbot.waitUntil(lambda: look.width() > 200)
    picture, sides = look.places()
    image = look.grab().toImage()
    assert image.pixelColor(picture.center().toPoint()).getRgb()[:3] == (200, 20, 220)
    assert picture.width() / picture.height() == pytest.approx(1.5, rel=0.02)
    theme = tokens(panel.palette())
    below, above = (round(sides.top() + share * sides.height()) for share in (0.88, 0.12))
    middle = round(sides.center().x())
    assert image.pixelColor(middle, below) == QColor(theme.success)
    assert image.pixelColor(middle, above) == QColor(theme.strong_border)
    selection.select(EGO)
    qtbot.waitUntil(lambda: panel.look is None)
    panel.set_log(small_drive())
    selection.select("car")
    qtbot.waitUntil(lambda: "Length" in panel.shown() and panel.viewport().updatesEnabled())
    assert panel.look is None


def test_an_edit_is_told_at_once(qtbot: QtBot) -> None:
    playback, selection, log = Playback(), Selection(), small_drive()
    panel = InspectorPanel(playback, selection)
    qtbot.addWidget(panel)
    playback.set_range(0.0, log.duration_s)
    panel.set_log(log)
    selection.select("car")
    qtbot.waitUntil(lambda: "Length" in panel.shown())
    before = panel.shown()
    panel.show_edit(with_track(log, replace(log.tracks[0], size_m=(5.5, 1.8, 1.5))))
    qtbot.waitUntil(lambda: panel.shown() != before)
    assert any("5.5" in value for value in panel.shown().values())


def test_the_panel_before_stays_whole_while_the_next_is_built_and_only_the_last_wanted_is_shown(qtbot: QtBot) -> None:
    playback, selection = Playback(), Selection()
    panel = InspectorPanel(playback, selection)
    qtbot.addWidget(panel)
    panel.set_log(small_drive())
    about = {}
    for name in ("walker", "car", LOG):
        selection.select(name)
        panel.refresh()
        about[name] = panel.shown()
    selection.select("walker")
    seen = [panel.shown()]
    while seen[-1] != about["car"]:
        if len(seen) == 3:
            selection.select("car")
        QApplication.processEvents()
        seen.append(panel.shown())
    assert len(seen) > 4
    assert all(shown == about[LOG] for shown in seen[:-1])


class TestEditing:
    """Properties of an actor that are edited where they are shown."""

    @pytest.fixture
    def panel(self, qtbot: QtBot) -> InspectorPanel:
        log = small_drive()
        playback, selection = Playback(), Selection()
        playback.set_range(0.0, log.duration_s)
        self.scenario = ScenarioModel()
        panel = InspectorPanel(playback, selection, self.scenario)
        qtbot.addWidget(panel)
        panel.resize(300, 700)
        panel.show()
        panel.set_log(log)
        self.scenario.open(EditedDrive(Scenario(name="edits", log=LogReference.of(log)), log))
        self.scenario.changed.connect(lambda: panel.show_edit(self.drive.as_driven))
        selection.select("car")
        qtbot.waitUntil(lambda: "Name" in panel.shown())
        return panel

    @property
    def drive(self) -> EditedDrive:
        assert self.scenario.drive is not None
        return self.scenario.drive

    def field(self, panel: InspectorPanel, name: str) -> TextField:
        (found,) = [field for field in panel.findChildren(TextField) if field.accessibleName() == name]
        return found

    def enter(self, panel: InspectorPanel, name: str, text: str) -> None:
        field = self.field(panel, name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def test_a_position_and_a_heading_are_typed(self, panel: InspectorPanel) -> None:
        self.enter(panel, "Position", "22, -1.5, 0.75 m")
        self.enter(panel, "Heading", "90")
        pose = self.drive.track("car").poses.poses[0]
        assert pose.translation == pytest.approx([22.0, -1.5, 0.75])
        assert float(pose.heading) == pytest.approx(np.pi / 2)
        panel.refresh()
        assert panel.shown()["Heading"] == "90.0°"
        assert self.scenario.stack.count() == 2

    @pytest.mark.parametrize(
        ("name", "text", "why"), [("Position", "1, 2", "3 numbers"), ("Heading", "north", "“north” is no number")]
    )
    def test_what_is_no_number_says_why_and_edits_nothing(
        self, panel: InspectorPanel, name: str, text: str, why: str
    ) -> None:
        told: list[UserError] = []
        self.scenario.refused.connect(told.append)
        self.enter(panel, name, text)
        assert [why in error.what for error in told] == [True]
        assert self.field(panel, name).text() == text
        QTest.keyClick(self.field(panel, name), Qt.Key.Key_Escape)
        assert self.field(panel, name).text() != text
        assert not self.scenario.stack.count()

    def test_name_class_group_and_behaviour(self, panel: InspectorPanel) -> None:
        self.enter(panel, "Name", "The cutter")
        panel.refresh()
        self.enter(panel, "Group", "Convoy")
        for name, choice in (("Class", "Truck"), ("Moves", REACTING)):
            panel.refresh()
            (box,) = [box for box in panel.findChildren(ChoiceField) if box.accessibleName() == name]
            box.textActivated.emit(choice)
        edit = self.drive.scenario.actor("car")
        assert (edit.name, edit.group, edit.actor_class) == ("The cutter", "Convoy", ActorClass.TRUCK)
        assert isinstance(edit.behaviour, Reacting)

    def test_a_hidden_actor_can_still_be_read(self, panel: InspectorPanel) -> None:
        self.scenario.do(editing.hide_actors(self.drive.scenario, ["car"]))
        panel.refresh()
        assert panel.shown()["State"] == "Hidden"
