"""The three layouts: presets of the same docks, remembered as the user leaves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from app.settings import SettingsStore

BARS_PX = 54  # menu and status
PICTURE_BARS_PX = 98  # titles of dock, panel and both rows of pictures
MAX_TIMELINE = 0.24  # of the window's height
STATE_VERSION = 5  # of saved states; another number makes them start anew


@dataclass(frozen=True)
class Layout:
    """Which docks are shown and how large, as shares of the window's width."""

    id: str
    title: str
    icon: str
    hidden: frozenset[str]
    outliner: float
    right: float  # cameras over inspector; as high as two rows of three wide pictures need
    timeline_px: int
    speed: float = 0.0  # beside the timeline
    generate: float = 0.0  # at the left, as the outliner


LAYOUTS = (
    Layout("edit", "Edit", "pencil-ruler", frozenset({"history", "generate"}), 0.145, 0.43, 220, 0.43),
    Layout("generate", "Generate", "creation", frozenset({"outliner", "speed", "history"}), 0.0, 0.5, 190, 0.0, 0.2),
    Layout(
        "review",
        "Review",
        "filmstrip",
        frozenset({"outliner", "inspector", "speed", "history", "generate"}),
        0.0,
        0.80,
        220,
    ),
)


class LayoutSwitch:
    """Applies layouts to a window whose docks are called outliner, cameras, inspector, timeline, speed, history and
    generate."""

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], store: SettingsStore) -> None:
        self._window = window
        self._docks = docks
        self._store = store
        known = {layout.id: layout for layout in LAYOUTS}
        self._current = known.get(store.values.layout, LAYOUTS[0])
        self._shown = False

    @property
    def current(self) -> Layout:
        return self._current

    def is_current(self, layout: Layout) -> bool:
        return layout is self._current

    def show(self) -> None:
        """Bring the docks back as the current layout has them; what is shown already stays as it is."""
        if not self._shown:
            self._shown = True
            self._restore()

    def hide(self) -> None:
        """Hide the docks, as long as there is nothing to show in them."""
        self.remember()
        self._shown = False
        for dock in self._docks.values():
            dock.hide()

    def switch(self, layout: Layout) -> None:
        self.remember()
        self._current = layout
        self._store.update(layout=layout.id)
        self._restore()

    def reset(self) -> None:
        """Forget what the user changed in the current layout."""
        kept = {name: state for name, state in self._store.values.layout_states.items() if name != self._current.id}
        self._store.update(layout_states=kept)
        self._arrange(self._current)

    def remember(self) -> None:
        if self._shown:
            state = bytes(self._window.saveState(STATE_VERSION).toBase64().data()).decode("ascii")
            self._store.update(layout_states=self._store.values.layout_states | {self._current.id: state})

    def _restore(self) -> None:
        saved = self._store.values.layout_states.get(self._current.id, "")
        state = QByteArray.fromBase64(saved.encode("ascii"))
        if state.isEmpty() or not self._window.restoreState(state, STATE_VERSION):
            self._arrange(self._current)

    def _arrange(self, layout: Layout) -> None:
        window, docks, area = self._window, self._docks, Qt.DockWidgetArea
        for dock in docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)
        window.addDockWidget(area.LeftDockWidgetArea, docks["outliner"])
        window.addDockWidget(area.RightDockWidgetArea, docks["cameras"])
        window.addDockWidget(area.BottomDockWidgetArea, docks["timeline"])
        window.splitDockWidget(docks["cameras"], docks["inspector"], Qt.Orientation.Vertical)
        window.splitDockWidget(docks["timeline"], docks["speed"], Qt.Orientation.Horizontal)
        window.splitDockWidget(docks["outliner"], docks["history"], Qt.Orientation.Vertical)
        window.splitDockWidget(docks["outliner"], docks["generate"], Qt.Orientation.Vertical)
        for name, dock in docks.items():
            dock.setVisible(name not in layout.hidden)
        # Shown docks count only once they are laid out.
        QCoreApplication.sendPostedEvents(window, QEvent.Type.LayoutRequest)
        timeline = min(layout.timeline_px, round(window.height() * MAX_TIMELINE))
        width, height = window.width(), max(window.height() - timeline - BARS_PX, 200)
        cameras = min(layout.right * width / 3 * (9 / 16) * 2 + PICTURE_BARS_PX, height - 100)
        wanted = {
            Qt.Orientation.Horizontal: {
                "outliner": layout.outliner * width,
                "generate": layout.generate * width,
                "cameras": layout.right * width,
                "timeline": (1 - layout.speed) * width,
                "speed": layout.speed * width,
            },
            Qt.Orientation.Vertical: {
                "timeline": timeline,
                "cameras": cameras,
                "inspector": height - cameras,
            },
        }
        for orientation, sizes in wanted.items():
            shown = {name: round(size) for name, size in sizes.items() if name not in layout.hidden}
            window.resizeDocks([docks[name] for name in shown], list(shown.values()), orientation)
