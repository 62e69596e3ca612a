"""The scene of the open log: made by the engine, kept in the user's cache, shown by the views."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.controllers.engine import EngineController
from app.controllers.scene_making import SceneMaking
from app.jobs import Job
from app.scene_folders import cached_scene, check_target, drop_oldest, is_scene
from app.scene_reports import SceneReport, read_report, write_report
from core.engine import DropScene, LiftRequest, LoadScene, ReconstructRequest, ReconstructResult, SceneResult
from core.errors import UserError
from core.logs import DrivingLog
from core.scene import Scene, load_scene, save_scene
from core.scene.stretches import Stretch, can_go_on
from widgets.reconstruct_dialog.choices import Choices
from widgets.reconstruct_dialog.work import work_of

LIFTING = "Building the scene"
RECONSTRUCTING = "Reconstructing"
EXTENDING = "Extending the scene"

Found = tuple[Scene, SceneReport | None]


class SceneController(QObject):
    """At most one scene at a time; another log, or none, drops the one before and what is on its way.

    A scene that was made before is there at once; otherwise it is lifted, unless the user wants to say when.
    """

    shown = Signal(object)  # Scene of the open log, None while there is none
    previewed = Signal(object)  # an unfinished Scene to be seen meanwhile; None: it has come to nothing
    building = Signal(str)  # what is being done
    progressed = Signal(float, str)  # share, what is being done
    ended = Signal()  # of building, however it ended
    reconstructed = Signal(object)  # SceneReport, when its scene is shown for the first time
    failed = Signal(object)  # UserError
    lacking = Signal(int)  # how many samples that could not be read a scene was built without
    saved = Signal(object)  # Path
    changed = Signal()  # what can be done

    def __init__(self, engine: EngineController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._ids = itertools.count(1)
        self._log: DrivingLog | None = None
        self._address = Path()
        self._folder: Path | None = None
        self._scene: Scene | None = None
        self._report: SceneReport | None = None
        self._scene_id: str | None = None
        self._held = False
        self._making: SceneMaking | None = None
        self._reading: Job | None = None
        self._previewing = False

    @property
    def scene(self) -> Scene | None:
        return self._scene

    @property
    def report(self) -> SceneReport | None:
        """How the scene was reconstructed; None for one that was only lifted."""
        return self._report

    @property
    def busy(self) -> bool:
        """Whether a scene is looked for, built or read."""
        return self._making is not None or self._reading is not None

    @property
    def is_building(self) -> bool:
        return self._making is not None

    @property
    def keeps_when_cancelled(self) -> bool:
        """Whether what is being built has come so far that cancelling ends it rather than throwing it away."""
        return self._making is not None and self._making.refining

    def can_build(self) -> bool:
        return self._log is not None and bool(self._log.cameras) and not self.busy

    def can_reconstruct(self) -> bool:
        """Also while a scene is lifted, which then ends."""
        is_free = self._reading is None and (self._making is None or not self._making.reconstructing)
        return self._log is not None and bool(self._log.cameras) and is_free

    @property
    def can_go_on_from_s(self) -> Stretch | None:
        """The stretch that the scene was made of, if it is known and the log has time beyond it."""
        made_of_s = None if self._scene is None else self._scene.window_s
        is_part = made_of_s is not None and self._log is not None and can_go_on(made_of_s, self._log.duration_s)
        return made_of_s if is_part else None

    def can_extend(self) -> bool:
        return self.can_build() and self.can_go_on_from_s is not None

    def set_log(self, log: DrivingLog | None, address: Path | None, *, build: bool = True) -> None:
        """Look for the log's scene; where there is none, build it if that is wanted."""
        self._drop()
        self._log, self._folder = log, None
        if log is not None and address is not None and log.cameras:
            self._address = address
            self._read(lambda: _found(address), lambda found: self._take_found(*found, build=build))
        self.changed.emit()

    def build(self) -> None:
        """Lift the scene anew; the one that is shown stays until then."""
        if self.can_build():
            self._with_folder(self._lift_in)

    def reconstruct(self, choices: Choices) -> None:
        """Make a better scene, or extend the one there is; what is shown stays the log's scene until then."""
        if self.can_reconstruct():
            self._drop_making()
            self._with_folder(lambda folder: self._reconstruct_in(folder, choices))

    def cancel(self) -> None:
        """Build no longer. What was shown stays, unless what is on its way is refined already: then that is taken."""
        if self._making is not None:
            self._making.cancel()

    def save(self, folder: Path) -> None:
        """Write the scene into a folder, in the background."""
        scene, report = self._scene, self._report
        if scene is None:
            return

        def write() -> Path:
            check_target(folder)
            made = save_scene(scene, folder)
            if report is not None:
                write_report(report, made)
            return made

        job = Job(write, name=f"Saving {folder.name}", parent=self)
        job.done.connect(self.saved)
        job.failed.connect(self.failed)
        job.start()

    def hold(self) -> str | None:
        """The name under which the engine holds the scene, which it is asked to do if need be; None without one."""
        if self._scene_id is not None and self._folder is not None and not self._held:
            scene_id = self._scene_id
            self._held = True
            job = self._engine.submit(LoadScene(scene_id=scene_id, folder=self._folder))
            job.failed.connect(lambda error: self._not_held(scene_id))
        return self._scene_id

    def close(self) -> None:
        """Deliver nothing any more."""
        if self._reading is not None:
            self._reading.cancel()
        if self._making is not None:
            self._making.drop()
        self._reading = self._making = None

    def _drop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._drop_making()
        if self._held and self._scene_id is not None:
            self._engine.submit(DropScene(scene_id=self._scene_id))
        self._held, self._scene_id, self._report = False, None, None
        if self._scene is not None:
            self._scene = None
            self.shown.emit(None)

    def _drop_making(self) -> None:
        """Take nothing of what is being built, however far it has come."""
        if self._making is not None:
            making, self._making = self._making, None
            making.drop()
            self._engine.submit(DropScene(scene_id=making.scene_id))
            self.ended.emit()
        self._end_preview()

    def _with_folder(self, then: Callable[[Path], None]) -> None:
        if self._folder is None:
            address = self._address
            self._read(lambda: cached_scene(address), then)
        else:
            then(self._folder)

    def _read(self, work: Callable[[], Any], apply: Callable[[Any], None]) -> None:
        job = Job(work, name="Reading a scene", parent=self)

        def take(result: Any) -> None:
            self._reading = None
            apply(result)
            self.changed.emit()

        job.done.connect(take)
        job.failed.connect(self._fail)
        self._reading = job
        job.start()

    def _take_found(self, folder: Path, found: Found | None, *, build: bool) -> None:
        self._folder = folder
        if found is not None:
            self._show(*found, self._new_id(), held=False)
        elif build:
            self._lift_in(folder)

    def _new_id(self) -> str:
        return f"scene {next(self._ids)}"

    def _lift_in(self, folder: Path) -> None:
        request = LiftRequest(log_path=self._address, folder=folder, scene_id=self._new_id())
        self._make(request, LIFTING, lambda result, stopped: None)

    def _reconstruct_in(self, folder: Path, choices: Choices) -> None:
        assert self._log is not None
        log = self._log
        request = ReconstructRequest.model_validate(
            {
                "log_path": self._address,
                "folder": folder,
                "scene_id": self._new_id(),
                "extends": folder if choices.extends else None,
                "window_s": choices.window_s,
                "cameras": choices.cameras,
                "preset": choices.preset,
                "refine_steps": choices.refine_steps,
                "hold_out": choices.hold_out,
            }
        )
        title = EXTENDING if choices.extends else RECONSTRUCTING
        self._make(request, title, lambda result, stopped: _reported(log, choices, result, stopped))

    def _make(
        self,
        request: LiftRequest | ReconstructRequest,
        title: str,
        reported: Callable[[SceneResult, bool], SceneReport | None],
    ) -> None:
        self._folder = request.folder
        making = SceneMaking(self._engine, request, self)
        self._making = making
        making.progressed.connect(self.progressed)
        making.previewed.connect(self._preview)
        making.done.connect(
            lambda result: self._end(making, lambda: self._take_built(result, reported(result, making.stopped)))
        )
        making.failed.connect(lambda error: self._end(making, lambda: self._fail(error)))
        making.cancelled.connect(lambda: self._end(making, self._end_preview))
        self.building.emit(title)
        self.changed.emit()

    def _end(self, making: SceneMaking, then: Callable[[], object]) -> None:
        if self._making is making:
            self._making = None
            making.deleteLater()
            self.ended.emit()
            then()
            self.changed.emit()

    def _preview(self, scene: Scene) -> None:
        self._previewing = True
        self.previewed.emit(scene)

    def _end_preview(self) -> None:
        if self._previewing:
            self._previewing = False
            self.previewed.emit(None)

    def _take_built(self, result: SceneResult, report: SceneReport | None) -> None:
        if result.left_out:
            self.lacking.emit(result.left_out)

        def read() -> Scene:
            drop_oldest()
            if report is not None:
                write_report(report, result.folder)
            return load_scene(result.folder)

        def show(scene: Scene) -> None:
            self._show(scene, report, result.scene_id, held=True)
            if report is not None:
                self.reconstructed.emit(report)

        self._read(read, show)

    def _show(self, scene: Scene, report: SceneReport | None, scene_id: str, *, held: bool) -> None:
        if self._held and self._scene_id is not None:
            self._engine.submit(DropScene(scene_id=self._scene_id))
        self._scene, self._report, self._scene_id, self._held = scene, report, scene_id, held
        self._previewing = False
        self.shown.emit(scene)

    def _fail(self, error: UserError) -> None:
        self._reading = None
        self._end_preview()
        self.failed.emit(error)
        self.changed.emit()

    def _not_held(self, scene_id: str) -> None:
        if scene_id == self._scene_id:
            self._held = False


def _found(address: Path) -> tuple[Path, Found | None]:
    """Where the scene of a log belongs, and the one that lies there; one that is damaged is as good as none."""
    folder = cached_scene(address)
    if not is_scene(folder):
        return folder, None
    try:
        scene = load_scene(folder)
    except UserError:
        return folder, None
    return folder, (scene, read_report(folder, len(scene)))


def _reported(log: DrivingLog, choices: Choices, result: SceneResult, stopped: bool) -> SceneReport | None:
    if not isinstance(result, ReconstructResult):
        return None
    work = work_of(log, replace(choices, window_s=result.window_s))
    return SceneReport(
        metrics=result.metrics,
        window_s=result.window_s,
        cameras=len(log.cameras if choices.cameras is None else choices.cameras),
        images=work.images - work.held_out,
        pixels=work.pixels,
        preset=choices.preset,
        refine_steps=choices.refine_steps,
        hold_out=choices.hold_out,
        stopped=stopped,
    )
