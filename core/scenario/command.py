"""One step of editing, as a value."""

from __future__ import annotations

from pydantic import Field

from core.errors import UserError
from core.scenario.changes import Change, changes_between
from core.scenario.document import Scenario
from core.scenario.model import Part


class Command(Part):
    """One gesture of the user: what was there and what is then, of exactly the parts that it touches.

    So it needs nothing but the scenario to be done and undone exactly, however it came about, and a journal of
    commands stands on its own.
    """

    title: str  # for the undo view, as in "Move 2 actors"
    changes: tuple[Change, ...]
    gesture: str = Field(default="")  # commands in a row with the same one, unless empty, are one step

    @classmethod
    def between(cls, title: str, before: Scenario, after: Scenario, *, gesture: str = "") -> Command:
        """The command that leads from one scenario to another."""
        return cls(title=title, changes=changes_between(before, after), gesture=gesture)

    def apply(self, scenario: Scenario) -> Scenario:
        """
        Raises:
            UserError: the scenario is not the one that the command was made for.
        """
        for change in self.changes:
            self._require(change, scenario, change.before)
            scenario = change.put(scenario, change.after)
        return scenario

    def revert(self, scenario: Scenario) -> Scenario:
        """
        Raises:
            UserError: the scenario is not one that the command led to.
        """
        for change in reversed(self.changes):
            self._require(change, scenario, change.after)
            scenario = change.put(scenario, change.before)
        return scenario

    def merge(self, following: Command) -> Command | None:
        """This command and the one after it as one; None if they are not of one gesture."""
        if not self.gesture or self.gesture != following.gesture:
            return None
        merged = {change.place: change for change in self.changes}
        for change in following.changes:
            earlier = merged.get(change.place)
            merged[change.place] = change if earlier is None else change.model_copy(update={"before": earlier.before})
        return self.model_copy(update={"changes": tuple(merged.values()), "title": following.title})

    def _require(self, change: Change, scenario: Scenario, expected: object) -> None:
        if change.found_in(scenario) != expected:
            raise UserError(
                f"“{self.title}” does not fit this scenario",
                field=".".join(filter(None, change.place)),
                remedy="It was made for another one, or for another state of it.",
            )
