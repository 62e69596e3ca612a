"""Splats of the scene that the user takes away, hides, or gives to an actor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from core.scenario import editing
from widgets.viewport.tools.brush_tool import BrushTool
from widgets.viewport.tools.clean_tool import CleanTool
from widgets.viewport.tools.region_tool import RegionTool
from widgets.viewport.tools.regions import Shape

if TYPE_CHECKING:
    from app.main_window import MainWindow


class CleaningController(QObject):
    """Each clean-up is one step to undo, of the splats that the tool in hand has chosen."""

    changed = Signal()  # whether any splats are chosen, or whose

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.regions = RegionTool(window.scenario, window.playback, window.mover)
        self.brush = BrushTool(window.scenario, window.playback, window.mover)
        for tool in (self.regions, self.brush):
            tool.changed.connect(self._on_choice)
            tool.asked.connect(self._on_key)
        self._told: object = None
        window.centre.viewport.tool_taken.connect(self._on_tool)

    @property
    def tool(self) -> CleanTool:
        """The one in hand, or the brush."""
        return self.regions if self._window.centre.viewport.tool is self.regions else self.brush

    def take(self, shape: Shape) -> None:
        """Take the tool that draws into the hand, or put it away if it is there."""
        puts_away = self.holds(shape)
        self.regions.begin(shape)
        self._take(self.regions, puts_away=puts_away)

    def take_brush(self) -> None:
        """Take the brush into the hand, or put it away if it is there."""
        self._take(self.brush, puts_away=self.holds_brush())

    def holds(self, shape: Shape) -> bool:
        return self._window.centre.viewport.tool is self.regions and self.regions.shape is shape

    def holds_brush(self) -> bool:
        return self._window.centre.viewport.tool is self.brush

    def has_chosen(self) -> bool:
        return self.tool.count > 0

    def can_assign(self) -> bool:
        return self.has_chosen() and (self.tool.of is not None or self._actor() is not None)

    def has_hidden(self) -> bool:
        scenario = self._window.scenario.scenario
        return scenario is not None and any(cleanup.action == "hide" for cleanup in scenario.cleanups.values())

    def delete(self) -> None:
        self._do("delete")

    def hide(self) -> None:
        self._do("hide")

    def assign(self) -> None:
        """Give the splats to the actor that is selected, with whom they move from then on; an actor's own splats to
        the world."""
        to = None if self.tool.of is not None else self._actor()
        if self.can_assign():
            self._do("assign", to)

    def show_hidden(self) -> None:
        scenario = self._window.scenario.scenario
        if scenario is not None:
            self._window.scenario.do(editing.show_hidden_splats(scenario))

    def chooses_of_actor(self) -> bool:
        return self.tool.of is not None

    def can_choose_of_actor(self) -> bool:
        return self._is_in_hand() and (self.chooses_of_actor() or self._actor() is not None)

    def toggle_owner(self) -> None:
        """Choose splats of the selected actor from now on, or of the static world again."""
        if self.can_choose_of_actor():
            self._choose_of(None if self.chooses_of_actor() else self._actor())

    def _take(self, tool: CleanTool, *, puts_away: bool) -> None:
        centre = self._window.centre
        centre.show_scene()
        centre.viewport.take(None if puts_away else tool)

    def _is_in_hand(self) -> bool:
        return self._window.centre.viewport.tool in (self.regions, self.brush)

    def _choose_of(self, actor: str | None) -> None:
        for tool in (self.regions, self.brush):
            tool.choose_of(actor)

    def _actor(self) -> str | None:
        """The selected actor, if the scene has splats of it."""
        scene, current = self._window.scenes.scene, self._window.selection.current
        actors = () if scene is None else scene.actors
        return current if any(actor.track.id == current for actor in actors) else None

    def _on_tool(self) -> None:
        """Whoever takes such a tool finds it as it is at first."""
        if not self._is_in_hand():
            self._choose_of(None)

    def _on_choice(self) -> None:
        told = self.has_chosen(), self.tool.of
        if told != self._told:
            self._told = told
            self.changed.emit()

    def _on_key(self, action: str) -> None:
        {"delete": self.delete, "hide": self.hide, "assign": self.assign, "owner": self.toggle_owner}[action]()

    def _do(self, action: Literal["delete", "hide", "assign"], to: str | None = None) -> None:
        command = self.tool.command(action, to)
        if command is not None:
            self.tool.drop()  # before they are gone: what is left need not be searched again
            self._window.scenario.do(command)
