"""The centre of the window: the scene in 3D, and the same drive as a plan."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from core.logs import LidarSweep
from widgets.plan_view import PlanView
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.viewport import Viewport
from widgets.viewport.tools import ActorMover, Tool


class CentreViews(QWidget):
    """Two views of one drive, of which one is shown. The plan needs no OpenGL and draws less."""

    switched = Signal()
    state_changed = Signal()  # what a view follows or shows
    lidar_changed = Signal(bool)  # whether any view wants sweeps

    def __init__(
        self,
        playback: Playback,
        selection: Selection,
        mover: ActorMover | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.viewport = Viewport(playback, selection, mover)
        self.plan = PlanView(playback, selection)
        self._tabs = QTabBar(drawBase=False, expanding=False)
        self._tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._stack = QStackedWidget()
        for title, view in (("Scene", self.viewport), ("Plan", self.plan)):
            self._tabs.addTab(title)
            self._stack.addWidget(view)
            view.follow_changed.connect(self.state_changed)
            view.lidar_changed.connect(self._on_lidar)
        self.viewport.mode_changed.connect(self.state_changed)
        self.viewport.layers.changed.connect(self.state_changed)
        self._tabs.currentChanged.connect(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tabs)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.viewport)

    @property
    def current(self) -> Viewport | PlanView:
        return self.plan if self._tabs.currentIndex() else self.viewport

    @property
    def tool(self) -> Tool | None:
        """What is in hand in the view that is shown."""
        return self.current.tool

    @property
    def is_plan(self) -> bool:
        return self.current is self.plan

    def show_scene(self) -> None:
        self._tabs.setCurrentIndex(0)

    def show_plan(self) -> None:
        self._tabs.setCurrentIndex(1)

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead."""
        self.viewport.show_sweep(index, sweep)
        self.plan.show_sweep(index, sweep)

    def _switch(self, index: int) -> None:
        view = self.current
        self._stack.setCurrentWidget(view)
        self.setFocusProxy(view)
        view.setFocus()
        self.switched.emit()

    def _on_lidar(self) -> None:
        self.lidar_changed.emit(self.viewport.lidar or self.plan.lidar)
        self.state_changed.emit()
