"""What the user does to the selected actors."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.errors import UserError
from core.geometry import Pose
from core.scenario import Command, Scenario, editing
from widgets.centre import CentreViews
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.tools import ActorMover, ActorTool, MoveTool, TurnTool

_ASIDE_M = 0.8  # between an actor and its twin


class ActorController(QObject):
    """Each method is one step to undo; what it is about is the selection."""

    def __init__(
        self,
        scenario: ScenarioModel,
        selection: Selection,
        mover: ActorMover,
        centre: CentreViews,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._selection = selection
        self._mover = mover
        self._centre = centre
        tools = (MoveTool(mover, selection), TurnTool(mover, selection))
        self._tools: dict[type[ActorTool], ActorTool] = {type(tool): tool for tool in tools}

    def selected(self) -> list[str]:
        """Ids of the selected actors, the one selected last first."""
        return self._mover.actors()

    def are_selected(self) -> bool:
        return bool(self.selected())

    def are_hidden(self) -> bool:
        """Whether any actor is."""
        scenario = self._scenario.scenario
        return scenario is not None and any(edit.hidden for edit in scenario.actors.values())

    def hide(self) -> None:
        """Hide the selected actors, and select them no longer."""
        self._take_away(lambda scenario, actors: editing.hide_actors(scenario, actors))

    def show_all(self) -> None:
        if self._scenario.scenario is not None:
            self._scenario.do(editing.show_all(self._scenario.scenario))

    def remove(self) -> None:
        self._take_away(editing.remove_actors)

    def duplicate(self) -> None:
        """Twins to the left of the selected actors, which are then selected and can be moved."""
        scenario, box = self._scenario.scenario, self._mover.box()
        actors = self.selected()
        if scenario is None or not actors:
            return
        aside = Pose.identity()
        if box is not None:
            left = box.world_from_box.rotation[:, 1] * (box.size_m[1] + _ASIDE_M)
            aside = Pose.from_heading(0.0, left)
        command, twins = editing.duplicate_actors(scenario, actors, aside)
        if self._scenario.do(command):
            self._selection.select_many(frozenset(twins), twins[0])
            if not self.holds(MoveTool):
                self.take(MoveTool)

    def show(self) -> None:
        """Show the selected actors that are hidden, and bring back those that are removed."""
        scenario, actors = self._scenario.scenario, self.selected()
        if scenario is None:
            return
        removed = [name for name in actors if scenario.actor(name).removed]
        hidden = [name for name in actors if scenario.actor(name).hidden and name not in removed]
        if removed:
            self._scenario.do(editing.restore_actors(scenario, removed))
        elif hidden:
            self._scenario.do(editing.hide_actors(scenario, hidden, hidden=False))

    def are_left_out(self) -> bool:
        """Whether a selected actor is hidden or removed."""
        scenario = self._scenario.scenario
        return scenario is not None and any(not scenario.actor(name).is_present for name in self.selected())

    def group(self) -> None:
        """Put the selected actors into a new group."""
        scenario, actors = self._scenario.scenario, self.selected()
        if scenario is not None and actors:
            taken, number = editing.groups(scenario), 1
            while f"Group {number}" in taken:
                number += 1
            self._scenario.do(editing.set_group(scenario, actors, f"Group {number}"))

    def ungroup(self) -> None:
        if self._scenario.scenario is not None:
            self._scenario.do(editing.set_group(self._scenario.scenario, self.selected(), None))

    def are_grouped(self) -> bool:
        """Whether a selected actor is in a group."""
        scenario = self._scenario.scenario
        return scenario is not None and any(scenario.actor(name).group is not None for name in self.selected())

    def rename(self, actor: str, name: str) -> None:
        if self._scenario.scenario is not None:
            self._scenario.do(editing.rename_actor(self._scenario.scenario, actor, name))

    def rename_group(self, group: str, name: str) -> None:
        if self._scenario.scenario is not None:
            try:
                self._scenario.do(editing.rename_group(self._scenario.scenario, group, name))
            except UserError as error:
                self._scenario.refused.emit(error)

    def take(self, kind: type[ActorTool]) -> None:
        """Take a tool into the hand, or put it away if it is there."""
        self._centre.show_scene()
        self._mover.keep_to(None)
        self._centre.viewport.take(None if self.holds(kind) else self._tools[kind])

    def holds(self, kind: type[ActorTool]) -> bool:
        return isinstance(self._centre.viewport.tool, kind)

    def _take_away(self, command: Callable[[Scenario, list[str]], Command]) -> None:
        scenario, actors = self._scenario.scenario, self.selected()
        if scenario is not None and actors and self._scenario.do(command(scenario, actors)):
            left = self._selection.ids - set(actors)
            self._selection.select_many(left, None)
