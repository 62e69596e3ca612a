"""Doing, undoing and doing again."""

from __future__ import annotations

from core.scenario.command import Command
from core.scenario.document import Scenario


class History:
    """A scenario and the commands that led to it.

    Steps, merging and the clean state follow the rules of Qt's `QUndoStack`, so that a stack of thin Qt commands
    beside it stays in step: a command merges with the last one if both are of one gesture, unless the state between
    them is the clean one; a new command drops what was undone.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._commands: list[Command] = []
        self._done = 0  # how many of them are in the scenario
        self._clean: int | None = 0  # how many were when it was saved; None: that state is lost

    @property
    def commands(self) -> tuple[Command, ...]:
        """All steps, done or undone, in order."""
        return tuple(self._commands)

    @property
    def clean(self) -> int | None:
        """How many steps, from the first, lead to the state that was last marked as clean; None if none does."""
        return self._clean

    @property
    def titles(self) -> list[str]:
        """Of all steps, done or undone, in order."""
        return [command.title for command in self._commands]

    @property
    def done(self) -> int:
        """How many steps, from the first, are done."""
        return self._done

    @property
    def can_undo(self) -> bool:
        return self._done > 0

    @property
    def can_redo(self) -> bool:
        return self._done < len(self._commands)

    @property
    def is_clean(self) -> bool:
        """Whether this is the state that was last marked as clean."""
        return self._done == self._clean

    def mark_clean(self) -> None:
        self._clean = self._done

    def apply(self, command: Command) -> Scenario:
        """Do a command.

        Raises:
            UserError: it does not fit; nothing has changed.
        """
        self.scenario = command.apply(self.scenario)
        if self._clean is not None and self._clean > self._done:
            self._clean = None
        del self._commands[self._done :]
        merged = self._commands[-1].merge(command) if self._commands and not self.is_clean else None
        if merged is not None:
            self._commands[-1] = merged
        else:
            self._commands.append(command)
            self._done += 1
        return self.scenario

    def undo(self) -> Scenario:
        """Undo the last step; without one, nothing."""
        if self.can_undo:
            self.scenario = self._commands[self._done - 1].revert(self.scenario)
            self._done -= 1
        return self.scenario

    def redo(self) -> Scenario:
        """Do the last undone step again; without one, nothing."""
        if self.can_redo:
            self.scenario = self._commands[self._done].apply(self.scenario)
            self._done += 1
        return self.scenario
