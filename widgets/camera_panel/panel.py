"""The camera panel: a header with toggles, and the rig's pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.jwm.misfit import Sighting
from core.logs import DrivingLog, LidarSweep, rig_rows
from widgets.camera_panel.cell import LOADING, CameraCell
from widgets.camera_panel.cell_menu import cell_menu
from widgets.camera_panel.header import Header
from widgets.camera_panel.overlays import Overlays
from widgets.camera_panel.projected import Projections
from widgets.camera_panel.rig_layout import place
from widgets.camera_panel.shown import Shown, ShownSources
from widgets.camera_panel.sources import Source
from widgets.camera_panel.title import title_height
from widgets.camera_panel.wipe import WipeLine
from widgets.camera_panel.zoom import Zoom
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.theme import tokens
from widgets.turns import Turns
from widgets.viewport.tools import ActorMover

FORGOTTEN_AT_ONCE = 10  # of the answers of projections, in one turn


class CameraPanel(QWidget):
    """All cameras of a log in the shape of the rig, or one of them enlarged.

    It reads nothing itself: connect `picture_size_changed` and the overlay state to whoever decodes, let that
    thread call `prepare`, and hand the answers to `show_image`, `show_error` and `show_sweep`.
    """

    source_changed = Signal()  # where the pictures are to come from
    enlarged_changed = Signal(str)  # the camera, or an empty text for all
    overlays_changed = Signal()
    picture_size_changed = Signal(str, int, int)  # camera, width and height in device pixels; 0 × 0: not drawn

    def __init__(
        self,
        playback: Playback,
        selection: Selection,
        mover: ActorMover | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._playback = playback
        self._mover = mover
        self._selection = selection
        self._log: DrivingLog | None = None  # as recorded
        self._edited: DrivingLog | None = None
        self._projections: Projections | None = None
        self._outdated: list[Projections] = []
        self._unreadable_sweeps: set[int] = set()
        self._cells: dict[str, CameraCell] = {}
        self._rows: list[list[int]] = []
        self._enlarged: str | None = None
        self._shown = ShownSources()
        self._wipe_line = WipeLine(self)
        self.zoom = Zoom(self)
        self._turns = Turns(self)
        self.overlays = Overlays(self)
        self.header = Header(self.overlays)
        self._grid = _Grid(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.header)
        box.addWidget(self._grid, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 140)
        self.header.sources.chosen.connect(self.set_source)
        self.header.sources.wipe_chosen.connect(self.wipe)
        self.header.all_asked.connect(lambda: self.enlarge(None))
        self.header.same_asked.connect(self.show_same)
        self.header.whole_asked.connect(self.zoom.reset)
        self.zoom.changed.connect(lambda: self.header.whole.setVisible(self.zoom.factor > 1))
        self.overlays.changed.connect(self._repaint)
        self.overlays.changed.connect(self._note_missing_sweep)
        self.overlays.changed.connect(self.overlays_changed)
        selection.changed.connect(self._repaint)
        selection.hover_changed.connect(self._repaint)
        playback.t_changed.connect(self._on_time)

    @property
    def enlarged(self) -> str | None:
        """The camera that fills the panel; None while all are shown."""
        return self._enlarged

    @property
    def source(self) -> Source:
        """Where the pictures come from, unless a cell has its own source."""
        return self._shown.common.source

    @property
    def wiped(self) -> Source | None:
        """What is seen right of the line of the wipe; None without one."""
        return self._shown.common.wiped

    @property
    def own_sources(self) -> dict[str, list[str]]:
        """What cells show of their own, by camera, as `set_own_sources` takes it."""
        return self._shown.in_words()

    def shown_in(self, camera_name: str) -> Shown:
        """What one cell shows."""
        return self._shown[camera_name]

    def shows(self, source: Source) -> bool:
        """Whether pictures of a source are to be given; whoever makes them asks before showing one."""
        names = self._cells or [""]
        return any(source in self._shown[name] for name in names)

    def set_source(self, source: Source, camera_name: str | None = None) -> None:
        """Show another source, in one cell or in all that have none of their own; others pictures are to be given.
        Choosing what is wiped swaps the two."""
        self._show(self._now_in(camera_name).showing(source), camera_name)

    def wipe(self, other: Source | None, camera_name: str | None = None) -> None:
        """Show another source right of a line that can be dragged, the same in all cells; None or the same: no more."""
        self._show(self._now_in(camera_name).wiped_with(other), camera_name)

    def show_same(self) -> None:
        """Show the same source in all cells."""
        before = self._all_shown()
        self._shown.show_same()
        self._begin_sources(before)

    def set_own_sources(self, words: Mapping[str, list[str]]) -> None:
        """Let cells show sources of their own as `own_sources` said."""
        before, common = self._all_shown(), self._shown.common
        self._shown = ShownSources.from_words(words)
        self._shown.set(common)
        self._begin_sources(before)

    def _now_in(self, camera_name: str | None) -> Shown:
        return self._shown.common if camera_name is None else self._shown[camera_name]

    def _show(self, shown: Shown, camera_name: str | None) -> None:
        before, common = self._all_shown(), self._shown.common
        self._shown.set(shown, camera_name)
        if (before, common) != (self._all_shown(), self._shown.common):
            self._begin_sources(before)

    def _all_shown(self) -> dict[str, Shown]:
        return {name: self._shown[name] for name in self._cells}

    def _begin_sources(self, before: Mapping[str, Shown]) -> None:
        """Take away the pictures of cells that show something else than before."""
        self.header.sources.show_source(*self._shown.common)
        for name, cell in self._cells.items():
            if before[name] != self._shown[name]:
                cell.show_text(LOADING)
                cell.wipe.begin(self._shown[name].wiped)
        self._tell_own()
        self._show_drive()
        self.source_changed.emit()

    def _tell_own(self) -> None:
        own = self._shown.own
        for name, cell in self._cells.items():
            cell.set_own_source(own[name].title if name in own else "")
        self.header.same.setVisible(any(name in own for name in self._cells))

    def _ask_source(self, camera_name: str, place: QPoint) -> None:
        menu = cell_menu(
            self,
            self._shown[camera_name],
            is_own=camera_name in self._shown.own,
            show=lambda shown: self._show(shown, camera_name),
            follow=lambda: self._show(self._shown.common, camera_name),
        )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def set_log(self, log: DrivingLog | None) -> None:
        for cell in self._cells.values():
            cell.hide()
            cell.setParent(None)
            cell.deleteLater()
        self._cells = {}
        self._turns.drop()
        self._outdated = []
        self._log = self._edited = log
        self._unreadable_sweeps = set()
        self._rows = [] if log is None else rig_rows(log.cameras)
        if log is not None:
            projections = self._projections = Projections(log)
            for stream in log.cameras:
                cell = CameraCell(
                    log,
                    stream,
                    projections,
                    self.overlays,
                    self._playback,
                    self._selection,
                    self._wipe_line,
                    self.zoom,
                    self._turns,
                    self._grid,
                )
                cell.wipe.begin(self._shown[stream.name].wiped)
                if self._mover is not None:
                    cell.set_mover(self._mover)
                cell.toggled.connect(self._toggle)
                cell.menu_wanted.connect(self._ask_source)
                cell.picture_size_changed.connect(self.picture_size_changed)
                self._cells[stream.name] = cell
        self.header.set_available(
            lidar=log is not None and log.lidar is not None,
            lanes=log is not None and log.lane_map is not None,
            cameras=bool(self._cells),
        )
        self._note_missing_sweep()
        self._tell_own()
        self.zoom.reset()
        self.enlarge(None)
        for cell in self._cells.values():
            cell.announce_size()

    def show_edit(self, log: DrivingLog) -> None:
        """Show the same drive after an edit: its boxes and ego path in all pictures; renders are seen by its rig."""
        if self._projections is not None and log is not self._edited:
            self._edited = log
            self._outdated.append(self._projections)
            self._projections = self._projections.edited(log)
            self._show_drive()
            self._turns.ask("forget", self._forget)

    def _forget(self) -> None:
        """Let go of what was projected before an edit, little by little: to free all of it takes as long as a frame."""
        if not self._outdated[-1].forget(FORGOTTEN_AT_ONCE):
            self._outdated.pop()
        if self._outdated:
            self._turns.ask("forget", self._forget)

    def _show_drive(self) -> None:
        """What was recorded was seen from where the rig was then; what is rendered, from where it is to be."""
        if self._log is None or self._edited is None or self._projections is None:
            return
        edited = {stream.name: stream for stream in self._edited.cameras}
        recorded = {stream.name: stream for stream in self._log.cameras}
        for name, cell in self._cells.items():
            cell.set_off(name not in edited)
            seen_from = recorded if self._shown[name].source is Source.RECORDING else edited
            if name in seen_from:
                cell.show_drive(self._edited, seen_from[name], self._projections)
                self._turns.ask(cell, cell.follow_drive)

    def set_overlay(self, name: str, on: bool) -> None:
        """Switch an overlay of `OVERLAYS`.

        Raises:
            ValueError: there is no overlay of that name.
        """
        self.overlays.set(name, on)

    def cell(self, camera_name: str) -> CameraCell:
        """A camera's cell.

        Raises:
            KeyError: the log has no such camera.
        """
        return self._cells[camera_name]

    def prepare(self, camera_name: str, index: int) -> None:
        """Work out the overlays of an image that will be shown soon; any thread may call this between two logs."""
        cell = self._cells.get(camera_name)
        if cell is not None:
            cell.prepare(index)

    def is_prepared(self, camera_name: str, index: int) -> bool:
        """Whether `prepare` has nothing more to do for an image."""
        cell = self._cells.get(camera_name)
        return cell is None or cell.is_prepared(index)

    def show_image(
        self,
        source: Source,
        camera_name: str,
        index: int,
        image: NDArray[np.uint8],
        sightings: Sequence[Sighting] = (),
    ) -> None:
        """Show image `index` of a camera: (height, width, 3) RGB, at any size of the camera's aspect, and where it has
        actors, if anybody looked."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._shown[camera_name].source:
            cell.show_image(index, image, sightings)
        elif cell is not None and source is self._shown[camera_name].wiped:
            cell.wipe.show_image(image)

    def show_error(self, source: Source, camera_name: str, index: int, text: str) -> None:
        """Say in a camera's cell why its image cannot be shown."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._shown[camera_name].source:
            cell.show_error(index, text)
        elif cell is not None and source is self._shown[camera_name].wiped:
            cell.wipe.show_text(text)

    def show_text(self, source: Source, camera_name: str, text: str) -> None:
        """Say in a camera's cell why it has no picture yet."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._shown[camera_name].source:
            cell.show_text(text)
        elif cell is not None and source is self._shown[camera_name].wiped:
            cell.wipe.show_text(text)

    def set_waiting(self, source: Source, camera_name: str, text: str) -> None:
        """Say over a camera's picture that a newer one is being made; empty for nothing."""
        if camera_name in self._cells and source is self._shown[camera_name].source:
            self._cells[camera_name].set_waiting(text)

    def show_sweep(self, index: int, sweep: LidarSweep | None) -> None:
        """The lidar sweep of the playhead, drawn while that overlay is on."""
        for cell in self._cells.values():
            cell.show_sweep(sweep)

    def show_sweep_error(self, index: int) -> None:
        """Say in the header, whenever the playhead stands on that sweep, that it cannot be read."""
        self._unreadable_sweeps.add(index)
        self._note_missing_sweep()

    def enlarge(self, camera_name: str | None) -> None:
        """Let one camera fill the panel, or show all again."""
        changed = camera_name != self._enlarged
        self._enlarged = camera_name
        self.header.set_enlarged(camera_name is not None)
        self.arrange()
        if changed:
            self.enlarged_changed.emit(camera_name or "")

    def arrange(self) -> None:
        """Put the cells where they belong at the present size."""
        cells = list(self._cells.values())
        if not cells:
            self._grid.update()
            return
        width, height = self._grid.width(), self._grid.height()
        if self._enlarged is not None:
            shown = self._cells[self._enlarged]
            shown.setGeometry(0, 0, width, height)
            shown.raise_()
        else:
            aspects = [cell.stream.camera.width / cell.stream.camera.height for cell in cells]
            for placed in place(self._rows, aspects, width, height, title_height(self)):
                cells[placed.camera].setGeometry(placed.x, placed.y, placed.width, placed.height)
        for name, cell in self._cells.items():
            cell.setVisible(self._enlarged in (None, name))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self._enlarged is not None:
            self.enlarge(None)
        else:
            super().keyPressEvent(event)

    def _toggle(self, camera_name: str) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.enlarge(None if self._enlarged == camera_name else camera_name)

    def _on_time(self) -> None:
        for cell in self._cells.values():
            cell.on_time()
        self._note_missing_sweep()

    def _note_missing_sweep(self) -> None:
        self.header.set_note(self._lidar_note() if self.overlays.is_on("lidar") else "")

    def _lidar_note(self) -> str:
        if self._log is None or self._log.lidar is None:
            return ""
        lidar, t_ns = self._log.lidar, self._log.t_ns(self._playback.t_s)
        missing, index = lidar.missing_at(t_ns), lidar.index_at(t_ns)
        if missing is not None:
            return f"Lidar sweep {missing.index} is missing"
        if index is not None and index in self._unreadable_sweeps:
            return f"Lidar sweep {lidar.number_of(index)} cannot be read"
        return ""

    def _repaint(self) -> None:
        for cell in self._cells.values():
            cell.paint_soon()


class _Grid(QWidget):
    """The area that holds the cells."""

    def __init__(self, panel: CameraPanel) -> None:
        super().__init__(panel)
        self._panel = panel

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._panel.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), tokens(self.palette()).colour("window"))
