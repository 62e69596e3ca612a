"""Asks which clips of a take to write, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.takes import TakeFrames
from widgets.elements import line_label
from widgets.formats import counted, time_text
from widgets.names import stream_title


@dataclass(frozen=True)
class ClipChoices:
    begin: int  # first frame
    end: int  # the one after the last
    cameras: tuple[str, ...]
    mosaic: bool
    folder: Path


class ClipDialog(QDialog):
    """`wanted` tells what was chosen; `folder_wanted` asks for another folder."""

    wanted = Signal(object)  # ClipChoices
    folder_wanted = Signal()

    def __init__(
        self, frames: TakeFrames, in_out_s: tuple[float, float] | None, folder: Path, parent: QWidget | None = None
    ) -> None:
        """
        Args:
            frames: of the take.
            in_out_s: from the in to the out point, if there is one of them.
            folder: offered for the clips.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export clips")
        self._frames = frames
        self._part = None if in_out_s is None else _frames_between(frames, *in_out_s)
        self._make_controls(folder)
        self._lay_out()
        self._refresh()

    @property
    def choices(self) -> ClipChoices:
        begin, end = self._range()
        names = tuple(name for name, box in self.cameras.items() if box.isChecked())
        return ClipChoices(begin, end, names, self.mosaic.isChecked(), Path(self.folder.text()))

    def set_folder(self, folder: Path) -> None:
        self.folder.setText(str(folder))

    def accept(self) -> None:
        if self.start.isEnabled():
            self.wanted.emit(self.choices)
            super().accept()

    def _make_controls(self, folder: Path) -> None:
        frames = self._frames
        self.whole = QRadioButton(f"Whole take, {counted(len(frames), 'frame')}")
        self.part = QRadioButton("In to out" if self._part is None else self._part_text(*self._part))
        self.part.setEnabled(self._part is not None)
        if self._part is None:
            self.part.setToolTip("Set an in or an out point on the timeline, by [ and ]")
        (self.whole if self._part is None else self.part).setChecked(True)
        self.cameras = {name: QCheckBox(stream_title(name)) for name in frames.cameras}
        self.mosaic = QCheckBox("All cameras in one picture")
        self.mosaic.setToolTip("Placed as they stand on the car")
        self.mosaic.setChecked(len(self.cameras) > 1)
        self.folder = QLineEdit(str(folder))
        self.folder.setAccessibleName("Folder")
        self.browse = QPushButton("Choose…", autoDefault=False)
        self.told = line_label()
        self.start = QPushButton("Export", default=True)
        self.leave = QPushButton("Cancel", autoDefault=False)
        for box in self.cameras.values():
            box.setChecked(True)
        for box in (*self.cameras.values(), self.mosaic):
            box.toggled.connect(self._refresh)
        self.whole.toggled.connect(self._refresh)
        self.folder.textChanged.connect(self._refresh)
        self.browse.clicked.connect(self.folder_wanted)
        self.start.clicked.connect(self.accept)
        self.leave.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        ranges, cameras = QWidget(), QWidget()
        column = QVBoxLayout(ranges)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.whole)
        column.addWidget(self.part)
        grid = QGridLayout(cameras)
        grid.setContentsMargins(0, 0, 0, 0)
        for number, box in enumerate(self.cameras.values()):
            grid.addWidget(box, number // 3, number % 3)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(12)
        form.addRow("Frames", ranges)
        form.addRow("Cameras", cameras)
        form.addRow("Mosaic", self.mosaic)
        form.addRow("Folder", place)
        buttons = QHBoxLayout()
        buttons.addWidget(self.told, 1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.start)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(16)
        whole.addLayout(form)
        whole.addLayout(buttons)
        self.setMinimumWidth(520)

    def _range(self) -> tuple[int, int]:
        return (0, len(self._frames)) if self.whole.isChecked() or self._part is None else self._part

    def _part_text(self, begin: int, end: int) -> str:
        first_s, last_s = float(self._frames.t_s[begin]), float(self._frames.t_s[end - 1])
        return f"In to out, {counted(end - begin, 'frame')} from {time_text(first_s)} to {time_text(last_s)}"

    def _refresh(self) -> None:
        choices = self.choices
        clips = len(choices.cameras) + choices.mosaic
        self.start.setEnabled(clips > 0 and bool(self.folder.text().strip()))
        self.told.setText(f"{counted(clips, 'clip')}, MP4 with a page of JSON each" if clips else "Choose a camera")


def _frames_between(frames: TakeFrames, from_s: float, to_s: float) -> tuple[int, int] | None:
    inside: Sequence[int] = [n for n, t_s in enumerate(frames.t_s.tolist()) if from_s - 1e-6 <= t_s <= to_s + 1e-6]
    return (inside[0], inside[-1] + 1) if inside else None
