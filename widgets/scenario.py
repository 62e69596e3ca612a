"""The scenario that is being edited, for every view at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.errors import UserError
from core.scenario import Command, EditedDrive, History, Scenario
from core.scene import Scene

_MERGES = 1  # Qt asks commands of one number whether they are one


@dataclass(frozen=True)
class Step:
    """What has happened to the scenario: a command was done, undone, or done again."""

    kind: Literal["do", "undo", "redo"]
    command: Command


class ScenarioModel(QObject):
    """Every edit is a command that comes through `do`; while hands are still at it, it is only `preview`ed.

    Views listen to `changed` and draw `drive`, which is the scenario with what is being previewed.
    """

    changed = Signal()  # `drive` is another one
    stepped = Signal(object)  # Step, of the scenario itself; whoever keeps it on disk writes this down
    history_changed = Signal()  # what can be undone and redone
    refused = Signal(object)  # UserError: an edit that cannot be made

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        """For undo and redo, their titles, and whether all is saved."""
        self._scenario: Scenario | None = None
        self._drive: EditedDrive | None = None
        self._previewed: Command | None = None
        self.stack.indexChanged.connect(self._index_changed)
        self._saves = 0
        self._takes_over = False

    @property
    def scenario(self) -> Scenario | None:
        """The document, without what is being previewed; None while no log is open."""
        return self._scenario

    @property
    def drive(self) -> EditedDrive | None:
        """What is to be seen; None while no log is open."""
        return self._drive

    @property
    def is_previewing(self) -> bool:
        """Whether a gesture is under way, whose outcome is not in the document yet."""
        return self._previewed is not None

    def open(self, drive: EditedDrive | None, history: History | None = None) -> None:
        """Take up another scenario, with the steps that led to it and can be undone; None for none."""
        self.stack.clear()
        self._previewed = None
        self._scenario = None if drive is None else drive.scenario
        self._drive = drive
        if history is not None:
            self._take_over(history)
        self.changed.emit()
        self.history_changed.emit()

    def set_scene(self, scene: Scene | None) -> None:
        """Another scene of the same log: the same edits are made to it."""
        if self._drive is not None:
            self._drive = self._drive.with_scene(scene)
            self.changed.emit()

    def preview(self, command: Command | None) -> None:
        """Show what a command would make of the scenario; None shows the scenario itself again."""
        if self._scenario is None or (command is None and self._previewed is None):
            return
        try:
            shown = self._scenario if command is None else command.apply(self._scenario)
        except UserError as error:
            self.refused.emit(error)
            return
        self._previewed = command
        self._show(shown)

    def do(self, command: Command) -> bool:
        """Make an edit, as one step; answers whether it could be made. One that changes nothing is no step."""
        if self._scenario is None:
            return False
        try:
            command.apply(self._scenario)
        except UserError as error:
            self.preview(None)
            self.refused.emit(error)
            return False
        self._previewed = None
        if command.changes:
            self.stack.push(_QtCommand(self, self._of_this_save(command)))
        else:
            self._show(self._scenario)
        return True

    def undo(self) -> None:
        self.preview(None)
        self.stack.undo()

    def redo(self) -> None:
        self.preview(None)
        self.stack.redo()

    def mark_saved(self) -> None:
        """This state is on the disk, or about to be."""
        self._saves += 1
        self.stack.setClean()
        self.history_changed.emit()

    def mark_unsaved(self) -> None:
        """It could not be written after all."""
        self.stack.resetClean()
        self.history_changed.emit()

    def take(self, step: Step) -> None:
        """Let a step happen; for the undo stack only."""
        if self._takes_over:
            return
        assert self._scenario is not None
        self._previewed = None
        made = step.command.revert if step.kind == "undo" else step.command.apply
        self._scenario = made(self._scenario)
        self._show(self._scenario)
        self.stepped.emit(step)

    def merged(self, command: Command, following: Command) -> Command | None:
        """Two commands as one step, if they are of one gesture; for the undo stack only."""
        return None if self._takes_over else command.merge(following)

    def _of_this_save(self, command: Command) -> Command:
        """A save ends every gesture: whether it succeeds is known later, and which commands are one step must not
        depend on that."""
        if not command.gesture or not self._saves:
            return command
        return command.model_copy(update={"gesture": f"{command.gesture} after save {self._saves}"})

    def _take_over(self, history: History) -> None:
        """Fill the stack with the steps of a history, none of which is done again."""
        self._takes_over = True
        for number, command in enumerate(history.commands):
            if number == history.clean:
                self.stack.setClean()
            self.stack.push(_QtCommand(self, command))
        if history.clean is None:
            self.stack.resetClean()
        elif history.clean == len(history.commands):
            self.stack.setClean()
        self.stack.setIndex(history.done)
        self._takes_over = False

    def _index_changed(self, _index: int) -> None:
        self.history_changed.emit()

    def _show(self, scenario: Scenario) -> None:
        assert self._drive is not None
        self._drive = self._drive.with_scenario(scenario)
        self.changed.emit()


class _QtCommand(QUndoCommand):
    """A command on Qt's stack."""

    def __init__(self, model: ScenarioModel, command: Command) -> None:
        super().__init__(command.title)
        self._model = model
        self.command = command
        self._is_new = True

    def id(self) -> int:
        return _MERGES if self.command.gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        merged = None if not isinstance(other, _QtCommand) else self._model.merged(self.command, other.command)
        if merged is None:
            return False
        self.command = merged
        self.setText(merged.title)
        return True

    def redo(self) -> None:
        kind: Literal["do", "redo"] = "do" if self._is_new else "redo"
        self._is_new = False
        self._model.take(Step(kind, self.command))

    def undo(self) -> None:
        self._model.take(Step("undo", self.command))
