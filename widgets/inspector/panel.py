"""Shows a description as sections of labelled values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.errors import UserError
from core.logs import DrivingLog
from core.scene import Coverage, Scene
from widgets.elements import label, scaled_font
from widgets.formats import counted
from widgets.inspector.actor_edits import Field, edit_of
from widgets.inspector.describe import Description, Property, Section, describe
from widgets.inspector.fields import ChoiceField, TextField
from widgets.inspector.look import ActorLook
from widgets.inspector.scene_facts import Worth, scene_section
from widgets.inspector.setting_edits import Setting, setting_command, with_settings
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import LOG, Selection, camera_name
from widgets.theme import icon, tokens
from widgets.turns import Turns

Value = QLabel | TextField | ChoiceField
COLUMN_PX = 250
REFRESH_MS = 60
LABEL_PX = 108


class InspectorPanel(QScrollArea):
    """Properties of the current selection, or of the log when nothing is selected; follows the playhead."""

    def __init__(self, playback: Playback, selection: Selection, scenario: ScenarioModel | None = None) -> None:
        """With a scenario, actors can be edited."""
        super().__init__(widgetResizable=True)
        self.setObjectName("inspector")
        self.setMinimumWidth(230)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._playback = playback
        self._selection = selection
        self._scenario = scenario
        self._log: DrivingLog | None = None
        self._shape: object = None
        self._building: Iterator[None] | None = None  # portions of a panel that is being built in turns
        self._values: list[Value] = []
        self._pictures: dict[str, NDArray[np.uint8]] = {}
        self._coverages: dict[str, Coverage] = {}
        self._scene: Section | None = None
        self.look: ActorLook | None = None
        # The clock ticks faster than anybody reads numbers.
        self._later = QTimer(self, interval=REFRESH_MS, singleShot=True)
        self._later.timeout.connect(self.refresh)
        self._turns = Turns(self)
        selection.changed.connect(self._refresh_soon)
        playback.t_changed.connect(self._refresh_later)

    def set_log(self, log: DrivingLog | None) -> None:
        self._log = log
        self._shape = None
        self._pictures, self._coverages, self._scene = {}, {}, None
        self.refresh()

    def show_edit(self, log: DrivingLog) -> None:
        """Tell of the same drive after an edit."""
        self._log = log
        self._refresh_later()

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Show pictures (h, w, 3) of actors, by their track ids, beside those that are known."""
        self._pictures |= pictures
        if self._selection.current in pictures:
            self.refresh()

    def set_coverages(self, coverages: Mapping[str, Coverage]) -> None:
        """Show which sides of the actors were seen, by their track ids; none of those left out."""
        self._coverages = dict(coverages)
        self._refresh_later()

    def set_scene(self, scene: Scene | None, worth: Worth | None = None) -> None:
        """Tell of the log's scene, beside the log."""
        self._scene = None if scene is None else scene_section(scene, worth)
        self._refresh_later()

    def refresh(self, *, in_turns: bool = False) -> None:
        """Show what is so now; where that takes another panel, it is built at once, or in portions, turn by turn."""
        if self._log is None:
            self._clear()
            return
        known = self._selection.current or LOG
        picture, coverage = self._pictures.get(known), self._coverages.get(known)
        try:
            description = self._describe(self._log, known, coverage)
        except KeyError:
            known = LOG
            description = self._describe(self._log, LOG, None)
        if known == LOG and self._scene is not None:
            about_log, *others = description.sections
            description = replace(description, sections=(about_log, self._scene, *others))
        columns = max(1, self.viewport().width() // COLUMN_PX)
        shape = (
            known,
            id(picture),
            id(coverage),
            columns,
            self.palette().cacheKey(),
            _shape(description),
        )
        if shape != self._shape:
            self._shape = None
            self._building = self._portions(description, columns, _look(description, picture, coverage))
            if in_turns:
                self._build_on(self._building, shape)
            else:
                for _ in self._building:
                    pass
                self._shape = shape
        else:
            values = [entry.value for section in description.sections for entry in section.properties]
            for shown, value in zip(self._values, (*self._titles(description), *values), strict=True):
                if shown.text() != value:
                    shown.setText(value)

    def _describe(self, log: DrivingLog, selected: str, coverage: Coverage | None) -> Description:
        """Actors that are left out are told of, too, and cameras that are off."""
        drive, edit = None if self._scenario is None else self._scenario.drive, None
        if drive is not None and drive.knows(selected):
            edit = drive.scenario.actor(selected)
            if not edit.is_present:
                log = replace(log, tracks=(*log.tracks, drive.track(selected)))
        camera = camera_name(selected)
        if drive is not None and camera is not None:
            log = replace(log, cameras=(drive.camera(camera),))
        description = describe(log, selected, self._playback.t_s, coverage, edit)
        return description if drive is None else with_settings(description, drive, selected)

    def _edit(self, field: StrEnum, text: str) -> bool:
        """Give a property another value; answers whether the text is one."""
        drive = None if self._scenario is None else self._scenario.drive
        if self._scenario is None or drive is None:
            return False
        current = self._selection.current or LOG
        others = sorted(one for one in self._selection.ids - {current} if drive.knows(one))
        try:
            if isinstance(field, Setting):
                command = setting_command(drive, current, field, text)
            else:
                command = edit_of(drive, [current, *others], Field(field), text, self._playback.t_s)
        except UserError as error:
            self._scenario.refused.emit(error)
            return False
        return self._scenario.do(command)

    def shown(self) -> dict[str, str]:
        """Label → value, as shown now."""
        return {value.accessibleName(): value.text() for value in self._values if value.accessibleName()}

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._refresh_later()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh_later()

    def _refresh_soon(self) -> None:
        """Not in the turn of the click: to build a panel takes as long as all other views together take to answer."""
        self._turns.ask("refresh", partial(self.refresh, in_turns=True))

    def _build_on(self, building: Iterator[None], shape: object) -> None:
        """One portion more, unless another panel is being built by now."""
        if building is not self._building:
            return
        if next(building, self) is self:
            self._shape = shape
        else:
            self._turns.ask("build", partial(self._build_on, building, shape))

    def _refresh_later(self) -> None:
        if not self._later.isActive():
            self._later.start()

    def _clear(self) -> None:
        self._values = []
        self._shape = self._building = None
        self.look = None
        self.setWidget(QWidget())

    def _portions(self, description: Description, columns: int, look: ActorLook | None) -> Iterator[None]:
        """Build a panel beside the one that is shown, and show it at the end."""
        values: list[Value] = []
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(12, 8, 12, 12)
        outer.setSpacing(10)
        outer.addLayout(self._head(description, values))
        yield
        if look is not None:
            outer.addWidget(look)
        flow = QHBoxLayout()
        flow.setSpacing(20)
        for sections in _flowed(description.sections, columns):
            column = QVBoxLayout()
            column.setSpacing(12)
            for section in sections:
                column.addLayout(self._section(section, values))
                yield
            column.addStretch()
            flow.addLayout(column, 1)
        outer.addLayout(flow, 1)
        self._values, self.look = values, look
        scrolled = self.verticalScrollBar().value()
        self.viewport().setUpdatesEnabled(False)
        self.setWidget(body)
        self.verticalScrollBar().setValue(scrolled)
        # In the next turn: to paint so many new widgets takes as long again.
        self._turns.ask("paint", partial(self.viewport().setUpdatesEnabled, True))

    def _head(self, description: Description, values: list[Value]) -> QHBoxLayout:
        sign = QLabel()
        colour = None if description.rgb is None else QColor(*description.rgb)
        sign.setPixmap(icon(description.icon, colour).pixmap(QSize(26, 26), self.devicePixelRatioF()))
        above, below = self._titles(description)
        title, subtitle = label(above, heading=True), label(below, muted=True)
        title.setFont(scaled_font(title, 1.2))
        values += [title, subtitle]
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(title)
        texts.addWidget(subtitle)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(sign)
        row.addLayout(texts, 1)
        return row

    def _titles(self, description: Description) -> tuple[str, str]:
        others = len(self._selection.ids) - 1
        too = f", and {counted(others, 'other')} selected" if others > 0 else ""
        return description.title, description.subtitle + too

    def _section(self, section: Section, values: list[Value]) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, LABEL_PX)
        grid.setColumnStretch(1, 1)
        for row, entry in enumerate(section.properties):
            value = self._value(entry)
            values.append(value)
            if entry.severity:
                grid.addLayout(self._note(entry, value), row, 0, 1, 2)
            elif entry.label:
                beside = Qt.AlignmentFlag.AlignTop if entry.field is None else Qt.AlignmentFlag.AlignVCenter
                grid.addWidget(label(entry.label, muted=True), row, 0, alignment=beside)
                grid.addWidget(value, row, 1)
            else:
                grid.addWidget(value, row, 0, 1, 2)
        heading = label(section.title, heading=True)
        line = QFrame()
        line.setProperty("line", True)
        layout = QVBoxLayout()
        layout.setSpacing(5)
        layout.addWidget(heading)
        layout.addWidget(line)
        layout.addLayout(grid)
        return layout

    def _value(self, entry: Property) -> Value:
        made: Value
        if entry.field is None:
            made = label(entry.value)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        elif entry.choices:
            made = ChoiceField(entry.value, entry.choices, partial(self._edit, entry.field))
        else:
            made = TextField(entry.value, partial(self._edit, entry.field))
        made.setAccessibleName(entry.label)
        return made

    def _note(self, entry: Property, value: QWidget) -> QHBoxLayout:
        warning = entry.severity == "warning"
        colour = tokens(self.palette()).colour("warning" if warning else "accent")
        sign = QLabel()
        picture = icon("alert-outline" if warning else "information-outline", colour)
        sign.setPixmap(picture.pixmap(QSize(16, 16), self.devicePixelRatioF()))
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(sign, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(value, 1)
        return row


def _look(description: Description, picture: NDArray[np.uint8] | None, coverage: Coverage | None) -> ActorLook | None:
    if description.actor_class is None or (picture is None and coverage is None):
        return None
    return ActorLook(description.actor_class, picture, coverage)


def _shape(description: Description) -> tuple[object, ...]:
    """What must be built anew when it changes; values alone are written into the labels that stand."""
    rows = tuple(
        (
            section.title,
            tuple((entry.label, entry.severity, entry.field, entry.choices) for entry in section.properties),
        )
        for section in description.sections
    )
    return description.icon, description.rgb, rows


def _flowed(sections: tuple[Section, ...], columns: int) -> list[list[Section]]:
    """Sections in order, cut into columns of about equal height."""
    columns = min(columns, len(sections))
    total = sum(len(section.properties) + 2 for section in sections)
    cut: list[list[Section]] = [[] for _ in range(columns)]
    filled = 0
    for section in sections:
        height = len(section.properties) + 2
        cut[min(int((filled + height / 2) * columns / total), columns - 1)].append(section)
        filled += height
    return [column for column in cut if column]
