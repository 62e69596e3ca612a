"""What hands do while they edit: real events of mouse and keyboard, between which the event loop runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.bench.window_process import let_run, wait_until
from core.errors import UserError

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtWidgets import QWidget

    from app.main_window import MainWindow
    from core.geometry import Box

MOVE_EVERY_S = 0.03
BESIDE_M = 6.0  # so far a path handle is dragged: to another lane


class Hands:
    """Makes gestures on one actor of an open drive, which it picks, and on the ego's path."""

    def __init__(self, window: MainWindow, *, moves: int = 12, rest_s: float = 0.5) -> None:
        """
        Args:
            window: with an open drive.
            moves: of the mouse in one drag.
            rest_s: after each gesture, for what follows from it.
        """
        self._window, self._moves, self._rest_s = window, moves, rest_s
        self._actor = ""
        self._cell = window.cameras.cell(self._pick())

    def gestures(self) -> dict[str, Callable[[], None]]:
        """What can be done in this order, again and again, as all of it is undone."""
        return {
            "dragging an actor in a picture": self.drag_in_picture,
            "undoing and redoing": self.undo_and_redo,
            "renaming an actor": self.rename,
            "dragging an actor in 3D": partial(self.drag_in_view, snaps=False),
            "dragging an actor with Ctrl": partial(self.drag_in_view, snaps=True),
            "dragging an actor that reacts": self.drag_reacting,
            "dragging a path handle": self.drag_path_handle,
        }

    def drag_in_picture(self) -> None:
        from PySide6.QtCore import QPointF

        place = self._cell.place(self._box().world_from_box.translation)
        assert place is not None
        self._drag(self._cell, place, place + QPointF(30, 8))

    def drag_in_view(self, *, snaps: bool) -> None:
        """Over the ground, as seen from above."""
        from PySide6.QtCore import QPointF, Qt

        viewport = self._window.centre.viewport
        viewport.frame_selection()
        viewport.top_view()
        wait_until(lambda: viewport.settled)
        place = self._uncovered()
        modifiers = Qt.KeyboardModifier.ControlModifier if snaps else Qt.KeyboardModifier.NoModifier
        self._drag(viewport, place, place + QPointF(25, 40), modifiers)
        self._undo()

    def drag_reacting(self) -> None:
        """Let the actor react to the others, then drag it."""
        from core.scenario import Reacting, editing

        scenario = self._window.scenario
        assert scenario.scenario is not None
        scenario.do(editing.set_behaviour(scenario.scenario, [self._actor], Reacting()))
        self.drag_in_view(snaps=False)
        self._undo()

    def rename(self) -> None:
        """In the outliner."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QLineEdit

        view = self._window.outliner.view
        self._key(Qt.Key.Key_F2)
        wait_until(lambda: view.findChild(QLineEdit) is not None)
        editor = view.findChild(QLineEdit)
        assert editor is not None
        QTest.keyClicks(editor, "Ghost")
        let_run(MOVE_EVERY_S)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        let_run(self._rest_s)
        self._undo()

    def drag_path_handle(self) -> None:
        """Select the ego, take the path tool, drag a handle to the left and put the tool away."""
        from PySide6.QtCore import Qt

        from core.scenario import EGO

        window, viewport = self._window, self._window.centre.viewport
        window.selection.select(EGO)
        viewport.setFocus()
        self._key(Qt.Key.Key_P)
        viewport.top_view()
        viewport.frame_all()
        wait_until(lambda: viewport.settled)
        shown = window.paths.model.shown
        assert shown is not None
        grip = shown.grips[len(shown.grips) // 2]
        left = shown.poses.at(shown.start_ns + round((grip.t_s or 0.0) * 1e9)).rotation[:, 1]
        start, goal = viewport.place(grip.point_m), viewport.place(grip.point_m + BESIDE_M * left)
        assert start is not None and goal is not None
        self._drag(viewport, start, goal)
        self._undo()
        viewport.take(None)
        window.selection.select(self._actor)

    def undo_and_redo(self) -> None:
        """The last step, which is undone at the end."""
        from PySide6.QtCore import Qt

        self._undo()
        self._key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._undo()

    def _undo(self) -> None:
        from PySide6.QtCore import Qt

        self._key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def _pick(self) -> str:
        """Click one actor after the other in the pictures, near ones first, until one is selected; in which camera.

        Raises:
            UserError: none can be picked.
        """
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        window, drive = self._window, self._window.scenario.drive
        assert drive is not None
        here = drive.ego_at(window.playback.t_s).translation
        seen = drive.boxes_at(window.playback.t_s)
        boxes = dict(zip((track.id for track in seen.tracks), seen.boxes(), strict=True))
        for actor in sorted(boxes, key=lambda one: float(abs(boxes[one].world_from_box.translation - here).sum())):
            for stream in drive.cameras:
                cell = window.cameras.cell(stream.name)
                place = cell.place(boxes[actor].world_from_box.translation)
                if place is None or not cell.picture_rect().adjusted(40, 20, -40, -30).contains(place.toPoint()):
                    continue
                QTest.mouseClick(cell, Qt.MouseButton.LeftButton, pos=place.toPoint())
                if window.selection.ids == {actor}:
                    self._actor = actor
                    return stream.name
                window.cameras.enlarge(None)
        raise UserError("No actor can be picked in the pictures")

    def _uncovered(self) -> QPointF:
        """A place of the 3D view at which the actor's roof is seen from above.

        Raises:
            UserError: trees or the like cover all of it.
        """
        import numpy as np

        viewport, roof = self._window.centre.viewport, self._box().corners()[4:]
        for share in np.linspace(0.5, 0.0, 6):
            for corner in roof:
                place = viewport.place(roof.mean(0) + (1 - 2 * share) * (corner - roof.mean(0)))
                if place is not None and viewport.under(place) == self._actor:
                    return place
        raise UserError("The actor is covered in the 3D view")

    def _box(self) -> Box:
        drive = self._window.scenario.drive
        assert drive is not None
        box = drive.track(self._actor).box_at(drive.log.t_ns(self._window.playback.t_s))
        assert box is not None
        return box

    def _key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """As the window system sends it: to whatever has the focus."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        self._window.activateWindow()
        wait_until(lambda: QApplication.activeWindow() is self._window)
        target = QApplication.focusWidget() or self._window
        QTest.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)
        let_run(self._rest_s)

    def _drag(
        self, widget: QWidget, start: QPointF, end: QPointF, modifiers: Qt.KeyboardModifier | None = None
    ) -> None:
        """With the left button, through places in between; the modifiers are held once it is under way."""
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        before = self._window.scenario.scenario
        left, held = Qt.MouseButton.LeftButton, modifiers or Qt.KeyboardModifier.NoModifier
        QTest.mousePress(widget, left, pos=start.toPoint())
        let_run(MOVE_EVERY_S)
        for move in range(1, self._moves + 1):
            place = QPointF((start + (end - start) * move / self._moves).toPoint())
            spot = QPointF(widget.mapToGlobal(place.toPoint()))
            event = QMouseEvent(QEvent.Type.MouseMove, place, spot, Qt.MouseButton.NoButton, left, held)
            QApplication.sendEvent(widget, event)
            let_run(MOVE_EVERY_S)
        QTest.mouseRelease(widget, left, held, end.toPoint())
        let_run(self._rest_s)
        if self._window.scenario.scenario == before:
            raise UserError("A drag has moved nothing")
