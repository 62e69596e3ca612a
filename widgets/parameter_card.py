"""A card with a few numbers to set, and a view of what they lead to while they are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QFrame, QHBoxLayout, QPushButton, QWidget

from widgets.elements import label

MARGIN_PX = 12


@dataclass(frozen=True)
class Number:
    """A number with its unit."""

    name: str
    title: str
    unit: str
    value: float
    least: float = 0.0
    most: float = 999.0
    step: float = 0.5
    at_least: str = ""  # shown in the place of the least value, where that means something else


@dataclass(frozen=True)
class Choice:
    """One of several values, each with a title."""

    name: str
    title: str
    options: tuple[tuple[str, str], ...]  # value, title


Parameter = Number | Choice
Values = Mapping[str, float | str]


class ParameterCard(QFrame):
    """Lies over a view. Enter accepts, Esc and Cancel leave everything as it was."""

    changed = Signal(dict)  # values by name, while they are being set
    accepted = Signal(dict)
    cancelled = Signal()

    def __init__(self, title: str, parameters: Sequence[Parameter], over: QWidget) -> None:
        super().__init__(over)
        self.setProperty("card", True)
        self.setObjectName("parameters")
        self._fields: dict[str, QDoubleSpinBox | QComboBox] = {one.name: self._field(one) for one in parameters}
        form = QFormLayout(self)
        form.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        form.addRow(label(title, heading=True))
        for one in parameters:
            form.addRow(one.title, self._fields[one.name])
        self.problem = label(muted=True)
        self.problem.hide()
        form.addRow(self.problem)
        self.cancel_button, self.apply_button = QPushButton("Cancel"), QPushButton("Apply")
        self.apply_button.setDefault(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.apply_button)
        form.addRow(row)
        self.cancel_button.clicked.connect(self.cancel)
        self.apply_button.clicked.connect(self.accept)
        self.setFixedWidth(300)

    @property
    def values(self) -> dict[str, float | str]:
        return {
            name: field.value() if isinstance(field, QDoubleSpinBox) else str(field.currentData())
            for name, field in self._fields.items()
        }

    def field(self, name: str) -> QDoubleSpinBox | QComboBox:
        """The input of a parameter."""
        return self._fields[name]

    def open(self) -> None:
        """Show it in the upper left corner, with the first number ready to be typed."""
        self.adjustSize()
        self.move(MARGIN_PX, MARGIN_PX)
        self.show()
        self.raise_()
        first = next(iter(self._fields.values()))
        first.setFocus()
        if isinstance(first, QDoubleSpinBox):
            first.selectAll()
        self.changed.emit(self.values)

    def tell(self, problem: str) -> None:
        """Say why these values lead to nothing; an empty text takes that back."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.apply_button.setEnabled(not problem)
        self.adjustSize()

    def accept(self) -> None:
        if self.apply_button.isEnabled():
            self.accepted.emit(self.values)

    def cancel(self) -> None:
        self.cancelled.emit()

    def event(self, event: QEvent) -> bool:
        # Esc means other things to the window.
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_key and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)

    def _field(self, parameter: Parameter) -> QDoubleSpinBox | QComboBox:
        if isinstance(parameter, Choice):
            box = QComboBox()
            for value, title in parameter.options:
                box.addItem(title, value)
            box.currentIndexChanged.connect(self._tell_changed)
            return box
        spin = QDoubleSpinBox(decimals=1 if parameter.step >= 0.1 else 2)
        spin.setRange(parameter.least, parameter.most)
        spin.setSingleStep(parameter.step)
        spin.setSuffix(f" {parameter.unit}")
        spin.setSpecialValueText(parameter.at_least)
        spin.setValue(parameter.value)
        spin.valueChanged.connect(self._tell_changed)
        return spin

    def _tell_changed(self) -> None:
        self.changed.emit(self.values)
