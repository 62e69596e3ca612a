"""The steps of the scenario, done and undone, as a list."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QUndoView

from widgets.scenario import ScenarioModel
from widgets.theme import icon


class HistoryPanel(QUndoView):
    """A click on a step goes back or forward to it; the saved state has a sign."""

    def __init__(self, scenario: ScenarioModel) -> None:
        super().__init__(scenario.stack)
        self.setEmptyLabel("As recorded")
        self.setCleanIcon(icon("content-save"))
        self.setAccessibleName("Steps")
        self.setIconSize(QSize(14, 14))
        self.setFrameStyle(0)
