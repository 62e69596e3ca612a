"""The camera panel: a header with toggles, and the rig's pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.logs import DrivingLog, LidarSweep, rig_rows
from widgets.camera_panel.cell import LOADING, CameraCell, title_height
from widgets.camera_panel.header import Header
from widgets.camera_panel.overlays import Overlays
from widgets.camera_panel.projected import Projections
from widgets.camera_panel.rig_layout import place
from widgets.camera_panel.sources import Source
from widgets.camera_panel.wipe import WipeLine
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.theme import tokens
from widgets.viewport.tools import ActorMover


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
        self._unreadable_sweeps: set[int] = set()
        self._cells: dict[str, CameraCell] = {}
        self._rows: list[list[int]] = []
        self._enlarged: str | None = None
        self._source = Source.RECORDING
        self._wiped: Source | None = None
        self._wipe_line = WipeLine(self)
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
        """Where the pictures come from."""
        return self._source

    @property
    def wiped(self) -> Source | None:
        """What is seen right of the line of the wipe; None without one."""
        return self._wiped

    def shows(self, source: Source) -> bool:
        """Whether pictures of a source are to be given; whoever makes them asks before showing one."""
        return source in (self._source, self._wiped)

    def set_source(self, source: Source) -> None:
        """Take away the pictures of the source before; others are to be given. Choosing what is wiped swaps the two."""
        if source is not self._source:
            self._wiped = self._source if source is self._wiped else self._wiped
            self._source = source
            self._begin_sources()

    def wipe(self, other: Source | None) -> None:
        """Show another source right of a line that can be dragged, the same in all cells; None or the same: no more."""
        other = None if other in (self._source, self._wiped) else other
        if other is not self._wiped:
            self._wiped = other
            self._begin_sources()

    def _begin_sources(self) -> None:
        self.header.sources.show_source(self._source, self._wiped)
        for cell in self._cells.values():
            cell.show_text(LOADING)
            cell.wipe.begin(self._wiped)
        self._show_drive()
        self.source_changed.emit()

    def set_log(self, log: DrivingLog | None) -> None:
        for cell in self._cells.values():
            cell.hide()
            cell.setParent(None)
            cell.deleteLater()
        self._cells = {}
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
                    self._grid,
                )
                cell.wipe.begin(self._wiped)
                if self._mover is not None:
                    cell.set_mover(self._mover)
                cell.toggled.connect(self._toggle)
                cell.picture_size_changed.connect(self.picture_size_changed)
                self._cells[stream.name] = cell
        self.header.set_available(
            lidar=log is not None and log.lidar is not None,
            lanes=log is not None and log.lane_map is not None,
            cameras=bool(self._cells),
        )
        self._note_missing_sweep()
        self.enlarge(None)
        for cell in self._cells.values():
            cell.announce_size()

    def show_edit(self, log: DrivingLog) -> None:
        """Show the same drive after an edit: its boxes and ego path in all pictures; renders are seen by its rig."""
        if self._projections is not None and log is not self._edited:
            self._edited = log
            self._projections = self._projections.edited(log)
            self._show_drive()

    def _show_drive(self) -> None:
        """What was recorded was seen from where the rig was then; what is rendered, from where it is to be."""
        if self._log is None or self._edited is None or self._projections is None:
            return
        seen_from = self._log if self._source is Source.RECORDING else self._edited
        on = {stream.name for stream in self._edited.cameras}
        for name, cell in self._cells.items():
            cell.set_off(name not in on)
        for stream in seen_from.cameras:
            if stream.name in self._cells:
                self._cells[stream.name].show_drive(self._edited, stream, self._projections)

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

    def show_image(self, source: Source, camera_name: str, index: int, image: NDArray[np.uint8]) -> None:
        """Show image `index` of a camera: (height, width, 3) RGB, at any size of the camera's aspect."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._source:
            cell.show_image(index, image)
        elif cell is not None and source is self._wiped:
            cell.wipe.show_image(image)

    def show_error(self, source: Source, camera_name: str, index: int, text: str) -> None:
        """Say in a camera's cell why its image cannot be shown."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._source:
            cell.show_error(index, text)
        elif cell is not None and source is self._wiped:
            cell.wipe.show_text(text)

    def show_text(self, source: Source, camera_name: str, text: str) -> None:
        """Say in a camera's cell why it has no picture yet."""
        cell = self._cells.get(camera_name)
        if cell is not None and source is self._source:
            cell.show_text(text)
        elif cell is not None and source is self._wiped:
            cell.wipe.show_text(text)

    def set_waiting(self, source: Source, camera_name: str, text: str) -> None:
        """Say over a camera's picture that a newer one is being made; empty for nothing."""
        if camera_name in self._cells and source is self._source:
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
            cell.update()


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
