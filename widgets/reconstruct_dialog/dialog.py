"""The dialog itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.logs import DrivingLog
from core.scene.stretches import Stretch, meets, spanning, stretch_next_to
from widgets.elements import line_label
from widgets.formats import counted
from widgets.playback import Playback
from widgets.reconstruct_dialog.camera_chips import CameraChips
from widgets.reconstruct_dialog.choices import Choices, PresetOffer, stretch_of
from widgets.reconstruct_dialog.remark import remark, remark_label
from widgets.reconstruct_dialog.segments import Segments
from widgets.reconstruct_dialog.strip import StretchStrip
from widgets.reconstruct_dialog.work import Work, about, work_of

STEPS = (0, 50, 150)
CUSTOM = -1
MOST_STEPS = 5000
HOLD_OUT = 3
CHIPS_MOST_PX = 300
_SAME_S = 0.006  # the fields show hundredths


class ReconstructDialog(QDialog):
    """Asks; `wanted` tells what was chosen when the user starts. Enter starts, Esc leaves."""

    wanted = Signal(object)  # Choices

    def __init__(
        self,
        log: DrivingLog,
        playback: Playback,
        presets: Sequence[PresetOffer],
        choices: Choices,
        *,
        made_of_s: Stretch | None = None,
        pace: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """The log has a camera.

        `made_of_s` is the stretch of the scene that could go on, if there is one; `pace` is how many times as long as
        `Work.seconds` the last reconstruction took here, if there was one.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Reconstruct")
        self._log, self._playback, self._pace = log, playback, pace
        self._made_of_s = made_of_s
        self._presets = {offer.name: offer for offer in presets}
        self._make_controls(presets)
        self._lay_out()
        self._show(choices)
        self._connect()
        self._refresh()
        self.start.setFocus()

    @property
    def choices(self) -> Choices:
        """As they stand now, whether they can be used or not."""
        first, last = self.first.value(), self.last.value()
        is_whole = first < _SAME_S and last > self._log.duration_s - _SAME_S
        names, extends = self.cameras.chosen, bool(self.kind.value)
        return Choices(
            extends=extends,
            window_s=None if is_whole and not extends else (first, last),
            cameras=None if len(names) == len(self._log.cameras) else names,
            preset=self.preset.value,
            refine_steps=self.custom_steps.value() if self.steps.value == CUSTOM else self.steps.value,
            hold_out=self.hold_out.value,
        )

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Small pictures (h, w, 3) of cameras, by their names."""
        for name, rgb in pictures.items():
            self.cameras.chip(name).set_picture(rgb)

    def set_device(self, text: str) -> None:
        """What the network will run on."""
        self.device.setText(text)

    def accept(self) -> None:
        if self.start.isEnabled():
            self.wanted.emit(self.choices)
            super().accept()

    def _make_controls(self, presets: Sequence[PresetOffer]) -> None:
        self.kind = Segments(
            [
                (False, "A new scene", "In place of the one that is there"),
                (True, "Extend the scene", "Keep what the scene shows, and add what another stretch shows"),
            ]
        )
        self.kind_remark = remark_label()
        densest = max(self._log.cameras, key=len)
        self.strip = StretchStrip(self._playback, (densest.t_ns - self._log.start_ns) / 1e9)
        self.first, self.last = self._time_field("First second"), self._time_field("Last second")
        self.whole = _link("Whole log", "From the first to the last image")
        self.in_out = _link("In to out", "Between the in and the out point of the timeline")
        self.in_out.setEnabled(self._in_out() is not None)
        self.stretch_remark = remark_label()
        self.cameras = CameraChips(self._log.cameras)
        self.all_cameras = _link("All", "Look through every camera")
        self.cameras_remark = remark_label()
        self.preset = Segments([(offer.name, offer.title, offer.lack or offer.tip) for offer in presets])
        for offer in presets:
            self.preset.button(offer.name).setEnabled(not offer.lack)
        self.preset_remark = remark_label()
        step_tip = "Optimise the scene on its images afterwards"
        self.steps = Segments(
            [
                (STEPS[0], "None", "Take what the network makes in one pass"),
                *((count, f"{count} steps", step_tip) for count in STEPS[1:]),
                (CUSTOM, "Custom", step_tip),
            ]
        )
        self.custom_steps = QSpinBox(suffix=" steps", singleStep=10, minimum=1, maximum=MOST_STEPS, value=300)
        self.custom_steps.setAccessibleName("Steps of refinement")
        self.steps.add(self.custom_steps)
        held = "The scene never sees them; how well it shows them tells what it is worth between the images"
        self.hold_out = Segments([(0, "None", "Use every image"), (HOLD_OUT, "Every third image", held)])
        self.hold_out_remark = remark_label()
        self.device = line_label("Looking…")
        self.estimate = line_label(muted=False)
        self.estimate_remark = line_label()
        self.start = QPushButton("Reconstruct", default=True)
        self.leave = QPushButton("Cancel", autoDefault=False)

    def _lay_out(self) -> None:
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(14)
        form.addRow(_heading("Make", self.kind), _column(self.kind, self.kind_remark))
        form.setRowVisible(0, self._made_of_s is not None)
        fields = _row(self.first, line_label("to"), self.last, None, self.whole, self.in_out)
        form.addRow(_heading("Stretch", self.strip), _column(self.strip, fields, self.stretch_remark))
        chips: QWidget = self.cameras
        if self.cameras.sizeHint().height() > CHIPS_MOST_PX:
            chips = scrolled = QScrollArea(widgetResizable=True)
            scrolled.setFixedHeight(CHIPS_MOST_PX)
            scrolled.setWidget(self.cameras)
        under = _row(self.cameras_remark, None, self.all_cameras)
        form.addRow(_heading("Cameras", chips), _column(chips, under))
        form.addRow(_heading("Network", self.preset), _column(self.preset, self.preset_remark))
        form.addRow(_heading("Refining", self.steps), self.steps)
        form.addRow(_heading("Held out", self.hold_out), _column(self.hold_out, self.hold_out_remark))
        form.addRow(line_label("Runs on", muted=False), self.device)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(18)
        layout.addLayout(form)
        buttons = QHBoxLayout()
        told = QVBoxLayout()
        told.setSpacing(1)
        told.addWidget(self.estimate)
        told.addWidget(self.estimate_remark)
        buttons.addLayout(told, 1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.start)
        layout.addLayout(buttons)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _connect(self) -> None:
        self.start.clicked.connect(self.accept)
        self.leave.clicked.connect(self.reject)
        self.strip.moved.connect(self._take_stretch)
        self.whole.clicked.connect(lambda: self._take_stretch(0.0, self._log.duration_s))
        self.in_out.clicked.connect(lambda: self._take_stretch(*(self._in_out() or (0.0, self._log.duration_s))))
        self.all_cameras.clicked.connect(self.cameras.choose_all)
        self.kind.changed.connect(lambda extends: self._swap_stretch())
        self.custom_steps.valueChanged.connect(self._refresh)
        for field in (self.first, self.last):
            field.valueChanged.connect(self._refresh)
        for control in (self.kind, self.cameras, self.preset, self.steps, self.hold_out):
            control.changed.connect(self._refresh)

    def _show(self, choices: Choices) -> None:
        self.kind.choose(choices.extends)
        self._take_stretch(*stretch_of(choices, self._log))
        self._other_s = 0.0, self._log.duration_s
        if self._made_of_s is not None and not choices.extends:
            self._other_s = stretch_next_to(self._made_of_s, self._log.duration_s)
        known = {stream.name for stream in self._log.cameras}
        self.cameras.choose(known if choices.cameras is None else known.intersection(choices.cameras) or known)
        usable = [offer.name for offer in self._presets.values() if not offer.lack]
        wanted = choices.preset if choices.preset in usable else next(iter(usable), next(iter(self._presets)))
        self.preset.choose(wanted)
        if choices.refine_steps in STEPS:
            self.steps.choose(choices.refine_steps)
        else:
            self.custom_steps.setValue(choices.refine_steps)
            self.steps.choose(CUSTOM)
        self.hold_out.choose(HOLD_OUT if choices.hold_out else 0)

    def _take_stretch(self, first_s: float, last_s: float) -> None:
        self.first.setValue(first_s)
        self.last.setValue(last_s)

    def _swap_stretch(self) -> None:
        """A new scene and one that goes on each keep a stretch of their own."""
        here_s = self.first.value(), self.last.value()
        self._take_stretch(*self._other_s)
        self._other_s = here_s

    def _refresh(self) -> None:
        """Tell what the values mean, and whether they can be used."""
        choices = self.choices
        work = work_of(self._log, choices)
        self.strip.set_stretch(self.first.value(), self.last.value())
        self.strip.set_known(self._made_of_s if choices.extends else None)
        remark(self.kind_remark, self._about_kind(choices))
        self.start.setText("Extend" if choices.extends else "Reconstruct")
        self.custom_steps.setVisible(self.steps.value == CUSTOM)
        self.all_cameras.setEnabled(choices.cameras is not None)
        problems = [
            _tell(self.cameras_remark, *self._about_cameras(choices)),
            _tell(self.stretch_remark, *self._about_stretch(choices, work)),
            _tell(self.hold_out_remark, *_about_hold_out(choices, work)),
            _tell(self.preset_remark, *self._about_preset(choices)),
        ]
        usable = not any(problems)
        self.start.setEnabled(usable)
        seconds = work.seconds * (self._pace or 1.0)
        looks = f"the network looks at {work.looked_at} of {counted(work.images, 'image')}"
        how = "As long as the last time here" if self._pace else "A guess: nothing was measured here yet"
        self.estimate.setText(f"About {about(seconds)}; {looks}" if usable else "")
        self.estimate_remark.setText(how if usable else "")

    def _about_kind(self, choices: Choices) -> str:
        if self._made_of_s is None:
            return ""
        if not choices.extends:
            return f"In place of the scene of {_span_text(self._made_of_s)}"
        will_be_s = spanning(self._made_of_s, stretch_of(choices, self._log))
        return f"It is of {_span_text(self._made_of_s)}, and will be of {_span_text(will_be_s)}"

    def _about_stretch(self, choices: Choices, work: Work) -> tuple[str, bool]:
        chosen_s = self.first.value(), self.last.value()
        length_s = chosen_s[1] - chosen_s[0]
        if length_s <= 0:
            return "The end must come after the start", True
        if choices.extends and self._made_of_s is not None:
            if not meets(self._made_of_s, chosen_s):
                return "Time would be missing between the scene and this stretch", True
            if self._made_of_s[0] <= chosen_s[0] and chosen_s[1] <= self._made_of_s[1]:
                return "The scene is made of this stretch already", True
        if choices.cameras != () and not work.images:
            return "No image of the chosen cameras lies between these times", True
        return f"{length_s:.2f} s, {counted(work.images, 'image')}", False

    def _about_cameras(self, choices: Choices) -> tuple[str, bool]:
        if choices.cameras == ():
            return "Choose at least one camera", True
        count = len(self._log.cameras)
        return f"{count if choices.cameras is None else len(choices.cameras)} of {counted(count, 'camera')}", False

    def _about_preset(self, choices: Choices) -> tuple[str, bool]:
        offer = self._presets[choices.preset]
        return offer.lack or offer.tip, bool(offer.lack)

    def _in_out(self) -> tuple[float, float] | None:
        """The stretch between the in and the out point, if either is set."""
        playback = self._playback
        if playback.in_s is None and playback.out_s is None:
            return None
        return playback.in_s or 0.0, self._log.duration_s if playback.out_s is None else playback.out_s

    def _time_field(self, name: str) -> QDoubleSpinBox:
        field = QDoubleSpinBox(suffix=" s", decimals=2, singleStep=0.5, maximum=round(self._log.duration_s, 2))
        field.setAccessibleName(name)
        field.setFixedWidth(96)
        return field


def _span_text(span_s: Stretch) -> str:
    return f"{span_s[0]:.2f} s to {span_s[1]:.2f} s"


def _about_hold_out(choices: Choices, work: Work) -> tuple[str, bool]:
    if not choices.hold_out or not work.images:
        return "Every image is used; nothing is left to measure on" if not choices.hold_out else "", False
    if work.held_out == work.images:
        return "All images of this stretch would be held out", True
    if not work.held_out:
        return "This stretch is too short: no image is held out", False
    return f"{counted(work.held_out, 'image')} to measure on, {work.images - work.held_out} to look at", False


def _tell(shown: QLabel, text: str, bad: bool) -> bool:
    remark(shown, text, bad=bad)
    return bad


def _heading(text: str, over: QWidget) -> QLabel:
    made = line_label(text, muted=False)
    made.setBuddy(over)
    return made


def _link(text: str, tip: str) -> QPushButton:
    made = QPushButton(text, autoDefault=False)
    made.setProperty("flat", True)
    made.setToolTip(tip)
    return made


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Side by side; None takes the room that is left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _column(*parts: QWidget | QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(5)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return column
