"""The form of a run, its progress, and the takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.logs import DrivingLog
from widgets.elements import label, line_label
from widgets.generation.camera_menu import CameraMenu
from widgets.generation.choices import COUPLINGS, FIRST_HEIGHT, HEIGHTS, STEPS, RunChoices
from widgets.generation.latency import LatencyBar
from widgets.generation.tree import TakeTree
from widgets.takes import TakeModel

Control = TypeVar("Control", bound=QWidget)

MOST_FRAMES = 6000
MOST_SEED = 2**31 - 1
FRAMES_TIP = "As many as the log is long; `driftless run` goes on beyond its end"


class GeneratePanel(QWidget):
    """Asks what a run shall be and tells how it goes; the window provides the actions."""

    changed = Signal()  # what the form says

    def __init__(self, takes: TakeModel) -> None:
        super().__init__()
        self._takes = takes
        self._rate_hz = 10.0
        self._make_controls()
        self._lay_out()
        self._tell_coupling()
        takes.changed.connect(self._follow)
        self.set_log(None)
        self._follow()

    @property
    def choices(self) -> RunChoices:
        return RunChoices(
            coupling=self.coupling.currentData(),
            frames=self.frames.value(),
            steps=self.steps.currentData(),
            seed=self.seed.value(),
            cameras=self.cameras.chosen,
            height=self.picture_height.currentData() if self.coupling.currentData() == "reconstruction" else None,
        )

    def set_actions(self, run: Sequence[QAction], takes: Sequence[QAction]) -> None:
        """Buttons of a run, the first of which stands out, and of the takes."""
        for row, actions in ((self._run_buttons, run), (self._take_buttons, takes)):
            for action in actions:
                row.addWidget(_button(action, with_text=action is run[0] or action is takes[0]))
            row.addStretch(1)
        self.tree.set_actions(list(takes))

    def set_log(self, log: DrivingLog | None, rate_hz: float = 10.0, frames: int = 1, most: int = MOST_FRAMES) -> None:
        """Another log.

        Args:
            log: the log.
            rate_hz: of the frames of a run.
            frames: to begin with.
            most: frames that the log is long enough for, which the timeline can show.
        """
        self._rate_hz = rate_hz
        self.setEnabled(log is not None)
        self.cameras.set_cameras(() if log is None else [stream.name for stream in log.cameras])
        self._offer_heights(max((stream.camera.height for stream in log.cameras), default=0) if log else 0)
        self.frames.setMaximum(most)
        self.frames.setValue(frames)
        self._tell_length()

    def set_weather(self, text: str) -> None:
        self.weather.setText(text)

    def set_estimate(self, text: str) -> None:
        self.estimate.setText(text)

    def set_lack(self, text: str) -> None:
        """Why the chosen coupling cannot be used; empty if it can."""
        self.lack.setText(text)
        self.lack.setVisible(bool(text))

    def show_progress(self, done: int, total: int, text: str) -> None:
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(done)
        self.progress.setText(text)

    def show_latency(self, seconds: Mapping[str, float]) -> None:
        self.latency.show_seconds(seconds)

    def _make_controls(self) -> None:
        self.coupling = _named(QComboBox(), "Coupling")
        for number, (coupling, title, tip) in enumerate(COUPLINGS):
            self.coupling.addItem(title, coupling)
            self.coupling.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
        self.frames = _named(QSpinBox(minimum=1, maximum=MOST_FRAMES), "Frames", FRAMES_TIP)
        self.length = line_label()
        self.steps = _named(QComboBox(), "Steps", "Of denoising; more take longer")
        for count in STEPS:
            self.steps.addItem(str(count), count)
        self.steps.setCurrentIndex(STEPS.index(4))
        self.picture_height = _named(
            QComboBox(), "Height", "Of the pictures; those of generators have a size of their own"
        )
        self.seed = _named(QSpinBox(maximum=MOST_SEED), "Seed", "Another number makes other pictures")
        self.cameras = CameraMenu()
        self.weather = line_label(tip="Of the scenario; the inspector changes it while nothing is selected")
        self.lack = label(name="lack")
        self.lack.setProperty("warning", True)
        self.estimate = line_label()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setMaximumHeight(6)
        self.progress = line_label()
        self.latency = LatencyBar()
        self.tree = TakeTree(self._takes)
        self.coupling.currentIndexChanged.connect(self._tell_coupling)
        self.steps.currentIndexChanged.connect(self.changed)
        self.picture_height.currentIndexChanged.connect(self.changed)
        self.seed.valueChanged.connect(self.changed)
        self.frames.valueChanged.connect(self._tell_length)
        self.cameras.changed.connect(self.changed)

    def _lay_out(self) -> None:
        form = self._form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(5)
        form.addRow("Coupling", self.coupling)
        form.addRow("Frames", _row(self.frames, self.length))
        form.addRow("Height", self.picture_height)
        form.addRow("Steps", self.steps)
        form.addRow("Seed", self.seed)
        form.addRow("Cameras", self.cameras)
        form.addRow("Weather", self.weather)
        self._run_buttons, self._take_buttons = QHBoxLayout(), QHBoxLayout()
        self._run = QWidget()
        run = QVBoxLayout(self._run)
        run.setContentsMargins(0, 0, 0, 0)
        run.setSpacing(4)
        for widget in (self.bar, self.progress, self.latency):
            run.addWidget(widget)
        heading = line_label("Takes", muted=False)
        heading.setProperty("heading", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(7)
        column.addLayout(form)
        column.addWidget(self.lack)
        column.addWidget(self.estimate)
        column.addLayout(self._run_buttons)
        column.addWidget(self._run)
        column.addSpacing(4)
        column.addWidget(heading)
        column.addWidget(self.tree, 1)
        column.addLayout(self._take_buttons)

    def _tell_coupling(self) -> None:
        """A scene that is only drawn takes no steps and no noise; generators have one size of pictures."""
        needs = self.coupling.currentData() != "reconstruction"
        self.steps.setEnabled(needs)
        self.seed.setEnabled(needs)
        self._form.setRowVisible(self.picture_height, not needs)
        self.changed.emit()

    def _offer_heights(self, recorded: int) -> None:
        """Heights up to that of the recorded pictures: a scene shows no more."""
        most = max(min(recorded, HEIGHTS[-1]), HEIGHTS[0])
        self.picture_height.blockSignals(True)
        self.picture_height.clear()
        for height in [*(each for each in HEIGHTS if each < most), most]:
            self.picture_height.addItem(f"{height} px", height)
        self.picture_height.setCurrentIndex(max(self.picture_height.findData(FIRST_HEIGHT), 0))
        self.picture_height.blockSignals(False)

    def _tell_length(self) -> None:
        self.length.setText(f"{self.frames.value() / self._rate_hz:.1f} s")
        self.changed.emit()

    def _follow(self) -> None:
        if self._takes.is_running:
            self._run.show()
        elif not self.latency.seconds:
            self._run.hide()


def _named(widget: Control, name: str, tip: str = "") -> Control:
    widget.setAccessibleName(name)
    widget.setToolTip(tip)
    return widget


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 1 if number == 0 else 0)
    return made


def _button(action: QAction, *, with_text: bool) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    return button
