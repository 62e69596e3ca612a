"""Splats of the scene that the user takes away, hides, or gives to an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.scenario import editing
from widgets.viewport.tools.clean_tool import Action, CleanTool
from widgets.viewport.tools.regions import Shape

if TYPE_CHECKING:
    from app.main_window import MainWindow


class CleaningController(QObject):
    """Each clean-up is one step to undo, of the splats that the tool in hand has chosen."""

    changed = Signal()  # whether any splats are chosen

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.tool = CleanTool(window.scenario, window.playback, window.mover)
        self.tool.changed.connect(self._on_choice)
        self.tool.asked.connect(self._on_key)
        self._has_chosen = False

    def take(self, shape: Shape) -> None:
        """Take the tool into the hand, or put it away if it is there."""
        centre = self._window.centre
        puts_away = self.holds(shape)
        centre.show_scene()
        self.tool.begin(shape)
        centre.viewport.take(None if puts_away else self.tool)

    def holds(self, shape: Shape) -> bool:
        return self._window.centre.viewport.tool is self.tool and self.tool.shape is shape

    def has_chosen(self) -> bool:
        return self.tool.count > 0

    def can_assign(self) -> bool:
        return self.has_chosen() and self._actor() is not None

    def has_hidden(self) -> bool:
        scenario = self._window.scenario.scenario
        return scenario is not None and any(cleanup.action == "hide" for cleanup in scenario.cleanups.values())

    def delete(self) -> None:
        self._do("delete")

    def hide(self) -> None:
        self._do("hide")

    def assign(self) -> None:
        """Give the splats to the actor that is selected, with whom they move from then on."""
        actor = self._actor()
        if actor is not None:
            self._do("assign", actor)

    def show_hidden(self) -> None:
        scenario = self._window.scenario.scenario
        if scenario is not None:
            self._window.scenario.do(editing.show_hidden_splats(scenario))

    def _actor(self) -> str | None:
        """The selected actor, if the scene has splats of it."""
        scene, current = self._window.scenes.scene, self._window.selection.current
        actors = () if scene is None else scene.actors
        return current if any(actor.track.id == current for actor in actors) else None

    def _on_choice(self) -> None:
        if self.has_chosen() != self._has_chosen:
            self._has_chosen = self.has_chosen()
            self.changed.emit()

    def _on_key(self, action: str) -> None:
        {"delete": self.delete, "hide": self.hide, "assign": self.assign}[action]()

    def _do(self, action: Action, to: str | None = None) -> None:
        command = self.tool.command(action, to)
        if command is not None and self._window.scenario.do(command):
            self.tool.drop()
