"""The slim bar above the pictures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from widgets.camera_panel.overlays import LidarColour, Overlays
from widgets.camera_panel.sources import SourceSwitch
from widgets.elements import icon_button, line_label

_BUTTONS = (
    ("boxes", "cube-outline", "Boxes of actors"),
    ("lidar", "dots-hexagon", "Lidar points; a right click chooses their colours"),
    ("lanes", "road-variant", "Lanes and crossings"),
    ("ego_path", "map-marker-path", "Ego path ahead"),
    ("misfit", "image-filter-center-focus", "How far boxes lie from where generated pictures have their actors"),
)
_LIDAR_COLOURS: tuple[tuple[LidarColour, str], ...] = (
    ("depth", "Colour by distance"),
    ("height", "Colour by height"),
)


class Header(QWidget):
    """Where pictures come from, and toggles of the overlays; the ways back from one camera that is enlarged, from cells
    with sources of their own, and from a part of the pictures."""

    all_asked = Signal()
    same_asked = Signal()
    whole_asked = Signal()

    def __init__(self, overlays: Overlays, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overlays = overlays
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.setSpacing(2)
        self._buttons = {name: self._toggle(name, glyph, tip) for name, glyph, tip in _BUTTONS}
        self.sources = SourceSwitch()
        row.addWidget(self.sources)
        row.addSpacing(10)
        for button in self._buttons.values():
            row.addWidget(button)
        self._colours = self._add_lidar_menu()
        self._note = line_label()
        row.addSpacing(6)
        row.addWidget(self._note)
        row.addStretch(1)
        self.same = QToolButton()
        self.same.setText("Same for all")
        self.same.setToolTip("Show the same source in all pictures again")
        self.same.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.same.clicked.connect(self.same_asked)
        self.same.hide()
        row.addWidget(self.same)
        self.whole = icon_button("magnify-minus-outline", "Show whole pictures")
        self.whole.clicked.connect(self.whole_asked)
        self.whole.hide()
        row.addWidget(self.whole)
        self._back = icon_button("view-grid-outline", "All cameras (Esc)")
        self._back.clicked.connect(self.all_asked)
        self._back.hide()
        row.addWidget(self._back)
        overlays.changed.connect(self._refresh)
        self._refresh()

    def button(self, overlay: str) -> QToolButton:
        return self._buttons[overlay]

    def set_available(self, *, lidar: bool, lanes: bool, cameras: bool) -> None:
        """Grey out what the log cannot show, and say why."""
        for name, available, why in (
            ("boxes", cameras, "no cameras"),
            ("lidar", cameras and lidar, "no lidar"),
            ("lanes", cameras and lanes, "no lane map"),
            ("ego_path", cameras, "no cameras"),
            ("misfit", cameras, "no cameras"),
        ):
            tip = next(text for button, _, text in _BUTTONS if button == name)
            self._buttons[name].setEnabled(available)
            self._buttons[name].setToolTip(tip if available else f"{tip} (this log has {why})")

    def set_note(self, text: str) -> None:
        """What the overlays lack at the playhead; empty for nothing."""
        if text != self._note.text():
            self._note.setText(text)

    @property
    def note(self) -> str:
        return self._note.text()

    def set_enlarged(self, enlarged: bool) -> None:
        """Offer the way back from one camera to all."""
        self._back.setVisible(enlarged)

    def _toggle(self, name: str, glyph: str, tip: str) -> QToolButton:
        button = icon_button(glyph, tip)
        button.setCheckable(True)
        button.toggled.connect(lambda on: self._overlays.set(name, on))
        return button

    def _add_lidar_menu(self) -> dict[LidarColour, QAction]:
        """A right click on the lidar button chooses what its colours mean."""
        button = self._buttons["lidar"]
        menu = QMenu(button)
        group = QActionGroup(menu)
        actions: dict[LidarColour, QAction] = {}
        for colour, text in _LIDAR_COLOURS:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _, chosen=colour: self._overlays.set_lidar_colour(chosen))
            group.addAction(action)
            actions[colour] = action
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(lambda place: menu.popup(button.mapToGlobal(place)))
        return actions

    def _refresh(self) -> None:
        for name, button in self._buttons.items():
            button.setChecked(self._overlays.is_on(name))
        self._colours[self._overlays.lidar_colour].setChecked(True)
