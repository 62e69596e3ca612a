"""The scene of the open log: made by the engine, kept in the user's cache, shown by the views."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.controllers.engine import EngineController, EngineJob
from app.jobs import Job
from app.scene_folders import cached_scene, check_target, drop_oldest, is_scene
from core.engine import DropScene, LiftRequest, LoadScene, SceneResult
from core.errors import UserError
from core.logs import DrivingLog
from core.scene import Scene, load_scene, save_scene


class SceneController(QObject):
    """At most one scene at a time; another log, or none, drops the one before and what is on its way.

    A scene that was made before is there at once; otherwise it is built, unless the user wants to say when.
    """

    shown = Signal(object)  # Scene of the open log, None while there is none
    building = Signal()
    progressed = Signal(float, str)  # share, what is being done
    ended = Signal()  # of building, however it ended
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
        self._scene_id: str | None = None
        self._held = False
        self._lift: EngineJob | None = None
        self._reading: Job | None = None

    @property
    def scene(self) -> Scene | None:
        return self._scene

    @property
    def busy(self) -> bool:
        """Whether a scene is looked for, built or read."""
        return self._lift is not None or self._reading is not None

    @property
    def is_building(self) -> bool:
        return self._lift is not None

    def can_build(self) -> bool:
        return self._log is not None and bool(self._log.cameras) and not self.busy

    def set_log(self, log: DrivingLog | None, address: Path | None, *, build: bool = True) -> None:
        """Look for the log's scene; where there is none, build it if that is wanted."""
        self._drop()
        self._log, self._folder = log, None
        if log is not None and address is not None and log.cameras:
            self._address = address
            self._read(lambda: _found(address), lambda found: self._take_found(*found, build=build))
        self.changed.emit()

    def build(self) -> None:
        """Make the scene anew; the one that is shown stays until then."""
        if not self.can_build():
            return
        if self._folder is None:
            address = self._address
            self._read(lambda: cached_scene(address), self._build_in)
        else:
            self._build_in(self._folder)

    def cancel(self) -> None:
        """Build no longer; what was shown stays."""
        if self._lift is not None:
            self._lift.cancel()

    def save(self, folder: Path) -> None:
        """Write the scene into a folder, in the background."""
        scene = self._scene
        if scene is None:
            return

        def write() -> Path:
            check_target(folder)
            return save_scene(scene, folder)

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
        self._reading = self._lift = None

    def _drop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._lift is not None:
            lift, self._lift = self._lift, None
            lift.progressed.disconnect(self.progressed)
            lift.cancel()
            self.ended.emit()
        if self._held and self._scene_id is not None:
            self._engine.submit(DropScene(scene_id=self._scene_id))
        self._held, self._scene_id = False, None
        if self._scene is not None:
            self._scene = None
            self.shown.emit(None)

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

    def _take_found(self, folder: Path, scene: Scene | None, *, build: bool) -> None:
        self._folder = folder
        if scene is not None:
            self._show(scene, f"scene {next(self._ids)}", held=False)
        elif build:
            self._build_in(folder)

    def _build_in(self, folder: Path) -> None:
        self._folder = folder
        scene_id = f"scene {next(self._ids)}"
        lift = self._engine.submit(LiftRequest(log_path=self._address, folder=folder, scene_id=scene_id))
        self._lift = lift
        lift.progressed.connect(self.progressed)
        lift.done.connect(lambda value, arrays: self._end_lift(lift, lambda: self._take_built(value, folder, scene_id)))
        lift.failed.connect(lambda error: self._end_lift(lift, lambda: self.failed.emit(error)))
        lift.cancelled.connect(lambda superseded: self._end_lift(lift, lambda: None))
        self.building.emit()
        self.changed.emit()

    def _end_lift(self, lift: EngineJob, then: Callable[[], object]) -> None:
        if self._lift is lift:
            self._lift = None
            self.ended.emit()
            then()
            self.changed.emit()

    def _take_built(self, result: SceneResult, folder: Path, scene_id: str) -> None:
        if result.left_out:
            self.lacking.emit(result.left_out)
        self._read_built(folder, scene_id)

    def _read_built(self, folder: Path, scene_id: str) -> None:
        def read() -> Scene:
            drop_oldest()
            return load_scene(folder)

        self._read(read, lambda scene: self._show(scene, scene_id, held=True))

    def _show(self, scene: Scene, scene_id: str, *, held: bool) -> None:
        if self._held and self._scene_id is not None:
            self._engine.submit(DropScene(scene_id=self._scene_id))
        self._scene, self._scene_id, self._held = scene, scene_id, held
        self.shown.emit(scene)

    def _fail(self, error: UserError) -> None:
        self._reading = None
        self.failed.emit(error)
        self.changed.emit()

    def _not_held(self, scene_id: str) -> None:
        if scene_id == self._scene_id:
            self._held = False


def _found(address: Path) -> tuple[Path, Scene | None]:
    """Where the scene of a log belongs, and the one that lies there; one that is damaged is as good as none."""
    folder = cached_scene(address)
    if not is_scene(folder):
        return folder, None
    try:
        return folder, load_scene(folder)
    except UserError:
        return folder, None
