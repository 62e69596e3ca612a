"""The status bar: mode and next key at the left, facts at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStatusBar

from widgets.elements import line_label, tabular
from widgets.formats import size_text, time_text
from widgets.work_note import WorkNote


class StatusBar(QStatusBar):
    """`showMessage` covers the left part for a while, as status bars do."""

    def __init__(self) -> None:
        super().__init__(sizeGripEnabled=False)
        self.mode = line_label(muted=False)
        self.mode.setProperty("heading", True)
        self.hint = line_label()
        self.unfinished = line_label("Unfinished scene", tip="What is shown in 3D is still being made better")
        self.unfinished.setProperty("badge", True)
        self.unfinished.hide()
        self.work = WorkNote()
        self.engine = line_label(tip="The process that makes and draws scenes")
        self.log_name = line_label()
        self.time = line_label()
        self.time.setFont(tabular(self.time))
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.time.setMinimumWidth(self.time.fontMetrics().horizontalAdvance("00:00.000 / 00:00.000") + 16)
        self.memory = line_label(tip="Memory that this process uses")
        self.addWidget(self.mode)
        self.addWidget(self.hint, 1)
        for widget in (self.unfinished, self.work, self.engine, self.log_name, self.time, self.memory):
            self.addPermanentWidget(widget)

    def set_mode(self, mode: str, hint: str) -> None:
        if mode != self.mode.text() or hint != self.hint.text():
            self.mode.setText(mode)
            self.hint.setText(hint)

    def set_time(self, t_s: float | None, end_s: float) -> None:
        self.time.setText("" if t_s is None else f"{time_text(t_s)} / {time_text(end_s)}")

    def set_memory(self, size_bytes: int) -> None:
        self.memory.setText(size_text(size_bytes))
