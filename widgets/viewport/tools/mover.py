"""Moves and turns what is selected, for every view at once."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, Signal

from core.geometry import Box, Pose
from core.logs import DrivingLog
from core.scenario import editing
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.tools.drags import Drag
from widgets.viewport.tools.handles import AXES, Handle
from widgets.viewport.tools.rays import Ray
from widgets.viewport.tools.snapping import Snapper


class ActorMover(QObject):
    """At most one gesture is under way; until it ends, the scenario only previews it. Then it is one step."""

    changed = Signal()  # the drag, or the axis

    def __init__(
        self, scenario: ScenarioModel, selection: Selection, playback: Playback, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._scenario = scenario
        self._selection = selection
        self._playback = playback
        self._axis: Handle | None = None
        self._drag: Drag | None = None
        self._last: tuple[Ray, Qt.KeyboardModifier] | None = None
        self._snapper: tuple[DrivingLog, Snapper] | None = None
        self._prepared: DrivingLog | None = None  # for which a snapper is made, or being made
        selection.changed.connect(self._on_selection)

    @property
    def axis(self) -> Handle | None:
        """The axis that drags over the ground keep to."""
        return self._axis

    @property
    def drag(self) -> Drag | None:
        """The drag that is under way."""
        return self._drag

    def actors(self) -> list[str]:
        """Ids of the selected actors, the one selected last first."""
        drive = self._scenario.drive
        ids = () if drive is None else (one for one in self._selection.ids if drive.knows(one))
        return sorted(ids, key=lambda one: (one != self._selection.current, one))

    def box(self) -> Box | None:
        """Of the actor whose axes count, at the playhead as it is seen; None while none of the selected exists."""
        drive = self._scenario.drive
        if drive is None:
            return None
        t_ns = drive.log.t_ns(self._playback.t_s)
        boxes = (drive.track(one).box_at(t_ns) for one in self.actors() if drive.scenario.actor(one).is_present)
        return next((box for box in boxes if box is not None), None)

    def snapper(self) -> Snapper | None:
        """For the open log; None without one, and for a moment after `prepare`."""
        drive = self._scenario.drive
        found = self._snapper
        return found[1] if found is not None and drive is not None and found[0] is drive.log else None

    def prepare(self) -> None:
        """Get the lanes and the ground of the log ready, in a thread: that takes longer than a frame."""
        drive = self._scenario.drive
        if drive is not None and drive.log is not self._prepared:
            self._prepared = drive.log
            threading.Thread(target=self._make_snapper, args=(drive.log,), name="snapping", daemon=True).start()

    def _make_snapper(self, log: DrivingLog) -> None:
        snapper = Snapper(log)
        if log is self._prepared:
            self._snapper = log, snapper

    def keep_to(self, axis: Handle | None) -> None:
        """Let drags over the ground follow an axis; one that is under way begins anew along it."""
        self._axis = axis
        drag, last = self._drag, self._last
        if drag is not None and drag.handle in (Handle.GROUND, *AXES):
            self._drag = Drag(axis or Handle.GROUND, drag.box, drag.start)
            if last is not None:
                self.drag_to(*last)
        self.changed.emit()

    def grab(self, handle: Handle, ray: Ray) -> bool:
        """Begin to drag; answers whether there is anything to be dragged."""
        self.cancel()
        box = self.box()
        if box is None:
            return False
        self._playback.pause()
        held = self._axis if handle is Handle.GROUND and self._axis is not None else handle
        self._drag = Drag(held, box, ray)
        self.changed.emit()
        return True

    def drag_to(self, ray: Ray, modifiers: Qt.KeyboardModifier) -> None:
        if self._drag is not None:
            self._last = ray, modifiers
            self._drag.to(ray, precise=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
            self.preview(self._dragged(self._drag, modifiers))
            self.changed.emit()

    def drop(self) -> None:
        """Let go: what was dragged is one step."""
        drag, last = self._drag, self._last
        self._drag = self._last = None
        if drag is not None and last is not None:
            self.do(self._dragged(drag, last[1]))
        self.changed.emit()

    def cancel(self) -> bool:
        """Give up the drag that is under way; answers whether there was one."""
        if self._drag is None:
            return False
        self._drag = self._last = None
        self._scenario.preview(None)
        self.changed.emit()
        return True

    def preview(self, motion: Pose | None) -> None:
        """Show the selected actors as a rigid motion of the world would leave them; None as they are."""
        scenario = self._scenario.scenario
        if scenario is not None:
            self._scenario.preview(None if motion is None else editing.move_actors(scenario, self.actors(), motion))

    def do(self, motion: Pose) -> None:
        """Move the selected actors by a rigid motion of the world."""
        scenario = self._scenario.scenario
        if scenario is not None:
            self._scenario.do(editing.move_actors(scenario, self.actors(), motion))

    def _on_selection(self) -> None:
        self.cancel()
        if self.actors():
            self.prepare()

    def _dragged(self, drag: Drag, modifiers: Qt.KeyboardModifier) -> Pose:
        snapper = self.snapper() if modifiers & Qt.KeyboardModifier.ControlModifier else None
        return drag.motion if snapper is None else snapper.snapped(drag.handle, drag.motion, drag.box)
