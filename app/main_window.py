"""The main window: panels, menus and controllers put together."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
)
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QStackedWidget

from app.action_table import MENUS, action_table
from app.actions import ActionRegistry
from app.controllers.actor_pictures import ActorPictures
from app.controllers.actors import ActorController
from app.controllers.cleaning import CleaningController
from app.controllers.clipboard import ClipboardController
from app.controllers.demo import DemoController
from app.controllers.engine import EngineController
from app.controllers.files import FileController
from app.controllers.generation import GenerationController
from app.controllers.interchange import InterchangeController
from app.controllers.library import LibraryController
from app.controllers.log import LogController
from app.controllers.opening import OpeningProgress
from app.controllers.paths import PathsController
from app.controllers.picture_choices import PictureChoices
from app.controllers.pictures import PictureFeed
from app.controllers.project import ProjectController
from app.controllers.reconstruction import ReconstructionController
from app.controllers.recovery import RecoveryController
from app.controllers.renders import RenderFeed
from app.controllers.scenario import ScenarioController
from app.controllers.scene import SceneController
from app.controllers.status import StatusTeller
from app.layouts import LayoutSwitch
from app.log_files import log_file
from app.log_times import first_full_s, reference_times_s
from app.settings import SettingsStore
from core.errors import UserError
from core.logs import DrivingLog
from core.spare_core import SPARE_CORES
from resources.icons import APP_ICON
from widgets.camera_panel import CameraPanel
from widgets.centre import CentreViews
from widgets.dock import Dock
from widgets.drop_hint import DropHint
from widgets.health import HealthCard
from widgets.history import HistoryPanel
from widgets.inspector import InspectorPanel
from widgets.outliner import OutlinerPanel
from widgets.palette import CommandPalette
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import LOG, Selection, camera_name
from widgets.shortcuts import GESTURES, ShortcutSheet
from widgets.status import StatusBar
from widgets.theme import ThemeMode, ThemeSwitch, icon
from widgets.timeline import TimelinePanel
from widgets.toasts import Offer, Severity, ToastStack
from widgets.turns import Turns
from widgets.viewport.tools import ActorMover
from widgets.welcome import WelcomePage

DEFAULT_SIZE = (1600, 1000)
INFO_CARD_MS = 9000


class MainWindow(QMainWindow):
    """The editor's window. It composes; what happens is in controllers, what is seen is in widgets."""

    log_shown = Signal()  # the views hold another log, or none

    def __init__(self, store: SettingsStore, theme: ThemeSwitch) -> None:
        super().__init__()
        self.store = store
        self.theme = theme
        theme.setParent(self)
        self.setWindowIcon(QIcon(str(APP_ICON)))
        self.setAcceptDrops(True)
        self.setAnimated(False)
        self.setDockNestingEnabled(True)
        self.playback = Playback(self)
        self.selection = Selection(self)
        self.scenario = ScenarioModel(self)
        self.mover = ActorMover(self.scenario, self.selection, self.playback, self)
        self.logs = LogController(self)
        self.projects = ProjectController(self.scenario, self.logs, self)
        self.demo = DemoController(self)
        self.engine = EngineController(self)
        self.scenes = SceneController(self.engine, self)
        self.asks = True  # before unsaved edits are left
        self.health_card: HealthCard | None = None
        self._turns = Turns(self)
        self._make_panels()
        self.reconstruction = ReconstructionController(self)
        self.files = FileController(self)
        self.recovery = RecoveryController(self)
        self.interchange = InterchangeController(self)
        self.cleaning = CleaningController(self)
        self.layouts = LayoutSwitch(self, self.docks, store)
        self.actions_: ActionRegistry = ActionRegistry(self, action_table(self), store.values.keys)
        self._make_menus()
        self._connect()
        self._restore_size()
        self._show_log(None)
        if store.problem is not None:
            self.tell(store.problem, Severity.WARNING)

    @property
    def log(self) -> DrivingLog | None:
        """The log that the views show."""
        return self.logs.log

    def has_log(self) -> bool:
        return self.logs.log is not None

    def has_lidar(self) -> bool:
        return self.log is not None and self.log.lidar is not None

    def has_lanes(self) -> bool:
        return self.log is not None and self.log.lane_map is not None

    def has_scene(self) -> bool:
        return self.scenes.scene is not None

    @property
    def selected_camera(self) -> str | None:
        return camera_name(self.selection.current or "")

    def camera_selected(self) -> bool:
        return self.selected_camera is not None

    def open(self, path: Path) -> None:
        """Open a log or a project in the background; what is open stays until then."""
        self.files.open(path)

    def save_scene(self) -> None:
        if self.log is not None:
            chosen, _ = QFileDialog.getSaveFileName(self, "Save the scene", f"{self.log.name} scene", "Folder (*)")
            if chosen:
                self.scenes.save(Path(chosen))

    def tell(self, error: UserError, severity: Severity = Severity.ERROR, offer: Offer | None = None) -> None:
        """Show an error as a message that blocks nothing."""
        where = [] if error.path is None else [str(error.path)]
        where += [] if error.field is None else [f"Field {error.field}"]
        self.toasts.say(severity, error.what, "\n".join(where), error.remedy or "", offer)

    def focus_search(self) -> None:
        self.docks["outliner"].show()
        self.outliner.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.outliner.search.selectAll()

    def leave(self) -> None:
        """Esc: out of the gesture, the tool, the camera that is looked through or enlarged, then the selection."""
        if self.mover.cancel() or self.centre.viewport.leave_tool():
            return
        if self.centre.viewport.through is not None:
            self.centre.viewport.look_through(None)
        elif self.cameras.enlarged is not None:
            self.cameras.enlarge(None)
        else:
            self.selection.clear()

    def enlarge_selected(self) -> None:
        """Show the selected camera alone, or all again."""
        camera = self.selected_camera
        self.cameras.enlarge(None if camera == self.cameras.enlarged else camera)

    def look_through(self) -> None:
        """Through the selected camera or the front one, or back."""
        self.centre.show_scene()
        self.centre.viewport.look_through_selected()

    def top_view(self) -> None:
        self.centre.show_scene()
        self.centre.viewport.top_view()

    def show_palette(self) -> None:
        self.palette_sheet.open(self.actions_.commands())

    def show_shortcuts(self) -> None:
        self.shortcut_sheet.open(self.actions_.commands(), GESTURES)

    def show_settings(self) -> None:
        from app.settings_dialog import SettingsDialog

        SettingsDialog(self).open()

    def show_about(self) -> None:
        from app.about import about_text

        self.toasts.say(Severity.INFO, "Driftless", about_text())

    def show_log_file(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file())))

    def set_theme(self, mode: ThemeMode) -> None:
        self.store.update(theme=mode)
        self.theme.set_mode(mode)

    def set_cache_budget(self, mib: int) -> None:
        self.store.update(cache_budget_mib=mib)
        if self.log is not None:
            self.log.cache.set_budget(mib * 2**20)

    def toggle_overlay(self, name: str) -> None:
        self.cameras.overlays.set(name, not self.cameras.overlays.is_on(name))

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.drop_hint.appear()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.drop_hint.hide()
        local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if local:
            event.acceptProposedAction()
            self.open(Path(local[0]))

    def close_unasked(self) -> None:
        """Close, and keep unsaved edits for the next start."""
        self.asks = False
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.asks and self.projects.is_modified:
            event.ignore()
            self.files.leave(self.close)
            return
        self._turns.drop()
        self.playback.pause()
        self.logs.cancel()
        self.generation.close()
        self.projects.close()
        self.demo.close()
        self.pictures.close()
        self.actor_pictures.close()
        self.renders.close()
        self.library.close()
        self.scenes.close()
        self.paths.close()
        self.centre.viewport.end()
        self.engine.close()
        self.layouts.remember()
        self.store.update(window_geometry=bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        super().closeEvent(event)

    def _make_panels(self) -> None:
        self.centre = CentreViews(self.playback, self.selection, self.mover)
        self.actors = ActorController(self.scenario, self.selection, self.mover, self.centre, self)
        self.library = LibraryController(self)
        self.clipboard = ClipboardController(self)
        self.cameras = CameraPanel(self.playback, self.selection, self.mover)
        self.outliner = OutlinerPanel(self.playback, self.selection)
        self.inspector = InspectorPanel(self.playback, self.selection, self.scenario)
        self.timeline = TimelinePanel(self.playback, self.selection)
        self.paths = PathsController(self)
        self.generation = GenerationController(self)
        self.docks = {
            "outliner": Dock("outliner", "Outliner", self.outliner),
            "cameras": Dock("cameras", "Cameras", self.cameras),
            "inspector": Dock("inspector", "Inspector", self.inspector),
            "timeline": Dock("timeline", "Timeline", self.timeline),
            "speed": Dock("speed", "Speed and path", self.paths.panel),
            "history": Dock("history", "Steps", HistoryPanel(self.scenario)),
            "generate": Dock("generate", "Generate", self.generation.panel),
        }
        for dock in self.docks.values():
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.pictures = PictureFeed(self.playback, self.cameras, self.centre)
        self.actor_pictures = ActorPictures(self)
        self.renders = RenderFeed(
            self.playback, self.cameras, self.scenes, self.engine, self.scenario, lambda: self.projects.assets_folder
        )
        self.scenarios = ScenarioController(
            self.scenario, self.scenes, self.centre, self.cameras, self.outliner, self.inspector, self
        )
        self.welcome = WelcomePage(self.windowIcon())
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.centre)
        self.setCentralWidget(self.pages)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self.palette_sheet = CommandPalette(self)
        self.shortcut_sheet = ShortcutSheet(self)
        self.toasts = ToastStack(self, self.pages)
        self.drop_hint = DropHint(self, "Drop the folder of a log or project to open it")
        self.opening = OpeningProgress(self)

    def _make_menus(self) -> None:
        menus = self.actions_.fill(self.menuBar(), MENUS)
        recent = QMenu("Open recent", menus["File"])
        recent.setIcon(icon("history"))
        recent.aboutToShow.connect(lambda: self.files.fill_recent(recent))
        menus["File"].insertMenu(self.actions_["log.close"], recent)
        names = ("home", "step_back", "toggle", "step_forward", "end")
        left = [self.actions_[f"playback.{name}"] for name in names]
        points = [self.actions_[f"playback.{name}"] for name in ("set_in", "set_out", "loop", "mark")]
        in_outliner = ("rename", "show", "hide", "duplicate", "remove", "group", "ungroup")
        self.outliner.view.addActions([self.actions_[f"actors.{name}"] for name in in_outliner])
        self.generation.set_actions(self.actions_)
        self.timeline.transport.set_actions([*left, None, *points], [self.actions_["timeline.fit"]])

    def _connect(self) -> None:
        self.logs.opened.connect(self._show_log)
        self.demo.ready.connect(self.open)
        self.demo.failed.connect(self.tell)
        self.pictures.memory_changed.connect(self.timeline.set_cached)
        self.pictures.unreadable.connect(self.timeline.mark_unreadable)
        self.pictures.told.connect(self.tell)
        self.outliner.renamed.connect(self.actors.rename)
        self.outliner.group_renamed.connect(self.actors.rename_group)
        self.actor_pictures.ready.connect(self.outliner.set_pictures)
        self.actor_pictures.ready.connect(self.inspector.set_pictures)
        self.welcome.open_wanted.connect(self.files.choose_log)
        self.welcome.demo_wanted.connect(self.demo.open)
        self.welcome.recent_wanted.connect(self.open)
        for signal in (self.playback.t_changed, self.scenario.changed):
            signal.connect(SPARE_CORES.stir)
        for signal in (
            self.playback.loop_changed,
            self.centre.switched,
            self.centre.state_changed,
            self.scenes.changed,
            self.selection.changed,
            self.mover.changed,
            self.cleaning.changed,
            self.scenario.history_changed,
            self.centre.viewport.tool_taken,
        ):
            signal.connect(self.actions_.refresh)
        self.cameras.overlays_changed.connect(self.actions_.refresh)
        self.cameras.source_changed.connect(self.actions_.refresh)
        self._connect_scene()
        for dock in self.docks.values():
            dock.visibilityChanged.connect(self.actions_.refresh)
        PictureChoices(self.cameras, self.store)
        self.status_teller = StatusTeller(self)

    def _connect_scene(self) -> None:
        scenes, work = self.scenes, self.status.work
        scenes.shown.connect(self.status.unfinished.hide)
        scenes.previewed.connect(lambda scene: self.status.unfinished.setVisible(scene is not None))
        scenes.building.connect(work.begin)
        scenes.changed.connect(lambda: self.status.engine.setHidden(scenes.is_building))
        scenes.progressed.connect(self._tell_building)
        scenes.ended.connect(work.end)
        work.cancelled.connect(self.cancel_building)
        scenes.saved.connect(lambda folder: self.toasts.say(Severity.INFO, "The scene is saved", str(folder)))
        scenes.lacking.connect(self._tell_lacking)
        scenes.failed.connect(self._tell_scene_failed)
        self.scenario.refused.connect(self.tell)
        self.library.failed.connect(self.tell)
        self.clipboard.failed.connect(self.tell)
        self.engine.stopped.connect(self._tell_scene_failed)
        self.engine.recovered.connect(lambda: self.toasts.withdraw(self.engine.why_stopped))
        self.engine.text_changed.connect(self.status.engine.setText)

    def cancel_building(self) -> None:
        """Stop what is on its way; a scene that is refined already is taken as it is."""
        if self.scenes.keeps_when_cancelled:
            self.status.work.stop("keeping the best so far")
        self.scenes.cancel()

    def _tell_building(self, share: float, doing: str) -> None:
        keeps = self.scenes.keeps_when_cancelled
        self.status.work.cancel_button.setToolTip("Stop here and keep the best so far" if keeps else "Cancel")
        self.status.work.set_progress(share, doing)

    def _tell_lacking(self, count: int) -> None:
        what = f"Left out of the scene, because they cannot be read: {count} images or sweeps"
        self.toasts.say(Severity.WARNING, what, remedy="`driftless inspect` names them; copy the log again.")

    def _tell_scene_failed(self, error: UserError) -> None:
        """A failure of the engine or of a scene; the rest of the window goes on."""
        missing = self.has_log() and not self.has_scene()
        self.tell(error, offer=("Build the scene again", self.scenes.build) if missing else None)

    def _show_log(self, log: DrivingLog | None) -> None:
        """Give the views another log, one after the other, so that the window answers in between."""
        steps = (
            self._leave_scene,
            self._show_clock,
            self._show_pages,
            self._let_paint,
            self.centre.viewport.set_log,
            self.centre.plan.set_log,
            self.timeline.set_log,
            self.pictures.set_log,
            self.renders.set_log,
            self.outliner.set_log,
            self.inspector.set_log,
            self.projects.set_log,
            self.generation.set_log,
            self.actor_pictures.set_log,
            self._show_health,
            self._show_scene,
            self._end_showing,
        )
        self._turns.drop()
        for number, step in enumerate(steps):
            self._turns.ask(number, partial(step, log))
        if log is None:
            self._turns.finish()

    def _leave_scene(self, log: DrivingLog | None) -> None:
        """Before any view has another log: pictures and the scene of the one before are not its own."""
        self.pictures.close()
        self.actor_pictures.set_log(None)
        self.renders.set_log(None)
        self.scenes.set_log(None, None)

    def _show_clock(self, log: DrivingLog | None) -> None:
        self.selection.clear()
        self.playback.set_range(0.0, 0.0 if log is None else log.duration_s)
        if log is not None:
            self.playback.set_frames(reference_times_s(log))
            self.playback.seek(first_full_s(log))
            log.cache.set_budget(self.store.values.cache_budget_mib * 2**20)

    def _show_pages(self, log: DrivingLog | None) -> None:
        self.pages.setCurrentWidget(self.welcome if log is None else self.centre)
        if log is None:
            self.layouts.hide()
            self.welcome.set_recent(self.store.values.recent)
        else:
            self.setUpdatesEnabled(False)
            self.layouts.show()

    def _let_paint(self, _log: DrivingLog | None) -> None:
        """Only now: to paint all docks takes as long again as to lay them out."""
        self.setUpdatesEnabled(True)

    def _show_scene(self, log: DrivingLog | None) -> None:
        self.scenes.set_log(log, self.logs.address, build=self.store.values.build_scenes)

    def _end_showing(self, log: DrivingLog | None) -> None:
        SPARE_CORES.stir()
        self.actions_.refresh()
        # Not the search field: keys are for the playhead until somebody wants to type.
        (self.welcome if log is None else self.centre.current).setFocus()
        self.log_shown.emit()

    def _show_health(self, log: DrivingLog | None) -> None:
        if self.health_card is not None:
            self.toasts.remove(self.health_card)
            self.health_card = None
        if log is None or not log.health:
            return
        card = HealthCard(log.name, log.health)
        card.closed.connect(lambda: self.toasts.remove(card))
        card.details_wanted.connect(self._show_log_details)
        if all(note.severity == "info" for note in log.health):
            QTimer.singleShot(INFO_CARD_MS, card, card.closed.emit)
        self.health_card = card
        self.toasts.add(card)

    def _show_log_details(self) -> None:
        self.docks["inspector"].show()
        self.selection.select(LOG)

    def _restore_size(self) -> None:
        saved = QByteArray.fromBase64(self.store.values.window_geometry.encode("ascii"))
        if saved.isEmpty() or not self.restoreGeometry(saved):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(min(DEFAULT_SIZE[0], screen.width()), min(DEFAULT_SIZE[1], screen.height()))
