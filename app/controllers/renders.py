"""Pictures of the scene in the cells of the camera panel: renders, and how they differ from the recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.controllers.edited_scene import EditedScene
from app.controllers.engine import EngineController, EngineJob
from app.controllers.scene import SceneController
from app.jobs import Job
from core.engine import RenderRequest, View
from core.engine.messages import Arrays
from core.errors import UserError
from core.logs import CameraStream, DrivingLog
from core.scenario import EditedDrive
from widgets.camera_panel import CameraPanel, Source
from widgets.playback import Playback
from widgets.scenario import ScenarioModel

Rgb = NDArray[np.uint8]

ASKER = "pictures"
WAITING = "Rendering…"
BUSY = "Rendered once the new scene is made"
LATE_NS = 500_000_000
"""A picture that lies farther behind the playhead is taken away rather than shown while a newer one is made."""
AMPLIFIED = 2
DRAWN = (Source.RENDER, Source.DIFFERENCE)
Pictures = Mapping[tuple[str, Source], Rgb | UserError]
"""By camera and source."""


@dataclass(frozen=True)
class Wanted:
    """One picture: an image of a camera, at the size of its cell, for one or both of `DRAWN`."""

    sources: tuple[Source, ...]
    drive: EditedDrive  # after which edits
    stream: CameraStream
    index: int
    size_px: tuple[int, int]


class RenderFeed(QObject):
    """Keeps the cells true to the scene while they show it. One request is under way at a time; the next one asks
    for what the playhead shows by then. A picture never lies after the playhead or far behind it."""

    def __init__(
        self,
        playback: Playback,
        cameras: CameraPanel,
        scenes: SceneController,
        engine: EngineController,
        scenario: ScenarioModel,
        assets_folder: Callable[[], Path | None],
    ) -> None:
        super().__init__(cameras)
        self._scenario = scenario
        self._edited = EditedScene(scenario, scenes, engine, assets_folder, self)
        self._playback = playback
        self._cameras = cameras
        self._scenes = scenes
        self._engine = engine
        self._log: DrivingLog | None = None
        self._sizes_px: dict[str, tuple[int, int]] = {}
        self._shown: dict[str, Wanted] = {}
        self._drawing: EngineJob | None = None
        self._failed_before = False
        self._comparing: Job | None = None
        cameras.picture_size_changed.connect(self._resize)
        cameras.source_changed.connect(self._begin_anew)
        scenes.shown.connect(self._begin_anew)
        scenes.changed.connect(self.refresh)
        playback.t_changed.connect(self.refresh)
        scenario.changed.connect(self.refresh)

    def set_log(self, log: DrivingLog | None) -> None:
        self._log = log
        self._begin_anew()

    def close(self) -> None:
        """Ask and show nothing any more."""
        self._log = None
        self._drop()

    @property
    def idle(self) -> bool:
        return self._drawing is None and self._comparing is None

    def refresh(self) -> None:
        """Ask for the pictures of the playhead that are not shown yet."""
        wanted = self._wanted()
        if wanted and self._scenes.scene is None:
            text = "Building the scene…" if self._scenes.busy else "There is no scene yet"
            for one in wanted.values():
                self._say(one, text)
            return
        missing = {name: one for name, one in wanted.items() if self._shown.get(name) != one}
        waiting = BUSY if self._scenes.is_building else WAITING
        for name, one in wanted.items():
            if name not in missing:
                self._say_waiting(one, "")
            elif self._is_fit(self._shown.get(name)):
                self._say_waiting(one, waiting)
            else:
                self._shown.pop(name, None)
                self._say(one, waiting)
        if missing and self.idle:
            self._draw(missing)

    def _say(self, one: Wanted, text: str) -> None:
        for source in one.sources:
            self._cameras.show_text(source, one.stream.name, text)

    def _say_waiting(self, one: Wanted, text: str) -> None:
        for source in one.sources:
            self._cameras.set_waiting(source, one.stream.name, text)

    def _wanted(self) -> dict[str, Wanted]:
        drive = self._scenario.drive
        if self._log is None or drive is None:
            return {}
        t_ns = self._log.t_ns(self._playback.t_s)
        found = {}
        for stream in drive.cameras:
            sources = self._sources_of(stream.name)
            index, size = stream.index_at(t_ns), self._size_of(stream)
            if sources and index is not None and size is not None:
                found[stream.name] = Wanted(sources, drive, stream, index, size)
        return found

    def _sources_of(self, camera_name: str) -> tuple[Source, ...]:
        """What of a cell is to be drawn here."""
        return tuple(source for source in DRAWN if source in self._cameras.shown_in(camera_name))

    def _size_of(self, stream: CameraStream) -> tuple[int, int] | None:
        """That of the cell, but no larger than recorded; None while it is not drawn."""
        width, height = self._sizes_px.get(stream.name, (0, 0))
        if width < 1 or height < 1:
            return None
        camera = stream.camera
        return (width, height) if width < camera.width else (camera.width, camera.height)

    def _is_fit(self, one: Wanted | None) -> bool:
        """Whether a picture may be seen now: made for the size of its cell, and neither ahead nor far behind."""
        if one is None or self._log is None or one.size_px != self._size_of(one.stream):
            return False
        if one.sources != self._sources_of(one.stream.name):
            return False
        late_ns = self._log.t_ns(self._playback.t_s) - int(one.stream.t_ns[one.index])
        return 0 <= late_ns <= LATE_NS or one.index == one.stream.index_at(self._log.t_ns(self._playback.t_s))

    def _draw(self, missing: dict[str, Wanted]) -> None:
        scene_id = self._edited.hold()
        if scene_id is None or self._log is None:
            return
        log = self._log
        views = tuple(
            View.of(
                name,
                one.stream.camera,
                one.stream.world_from_camera[one.index],
                log.t_s(int(one.stream.t_ns[one.index])),
                one.size_px,
                rig_camera=name,
            )
            for name, one in missing.items()
        )
        job = self._engine.submit(RenderRequest(scene_id=scene_id, views=views, asker=ASKER))
        job.done.connect(lambda value, arrays: self._drawn(job, missing, arrays))
        job.failed.connect(lambda error: self._fail(job, missing, error))
        job.cancelled.connect(lambda superseded: self._end(job))
        self._drawing = job

    def _drawn(self, job: EngineJob, asked: dict[str, Wanted], arrays: Arrays) -> None:
        if self._drawing is not job:
            return
        self._drawing = None
        self._failed_before = False
        renders: Pictures = {(name, Source.RENDER): np.asarray(arrays[f"{name}/rgb"], np.uint8) for name in asked}
        if any(Source.DIFFERENCE in one.sources for one in asked.values()):
            self._compare(asked, renders)
        else:
            self._show(asked, renders)

    def _compare(self, asked: dict[str, Wanted], renders: Pictures) -> None:
        job = Job(partial(with_differences, asked, renders), name="Comparing pictures", parent=self)

        def end() -> None:
            self._comparing = None
            job.deleteLater()

        def take(found: Pictures) -> None:
            end()
            self._show(asked, found)

        def fail(error: UserError) -> None:
            end()
            self._show(asked, {(name, source): error for name in asked for source in DRAWN})

        job.done.connect(take)
        job.failed.connect(fail)
        self._comparing = job
        job.start()

    def _show(self, asked: dict[str, Wanted], found: Pictures) -> None:
        """Show what still may be seen, and ask for what the playhead shows by now."""
        for name, one in asked.items():
            if not self._is_fit(one):
                continue
            self._shown[name] = one
            for source in one.sources:
                picture = found[name, source]
                if isinstance(picture, UserError):
                    self._cameras.show_error(source, name, one.index, str(picture))
                else:
                    self._cameras.show_image(source, name, one.index, picture)
        self.refresh()

    def _fail(self, job: EngineJob, asked: dict[str, Wanted], error: UserError) -> None:
        """Try once more, on an engine that starts anew; then say so in the cells until the playhead moves."""
        if self._drawing is job:
            self._drawing = None
            if not self._failed_before:
                self._failed_before = True
                self.refresh()
                return
            self._shown |= asked
            text = f"{error.what}. Move the playhead to try again."
            for name, one in asked.items():
                for source in one.sources:
                    self._cameras.show_error(source, name, one.index, text)

    def _end(self, job: EngineJob) -> None:
        if self._drawing is job:
            self._drawing = None
            self.refresh()

    def _begin_anew(self) -> None:
        """Another log, scene or source: what was shown or is on its way is no longer true."""
        self._drop()
        self._shown.clear()
        self.refresh()

    def _drop(self) -> None:
        if self._drawing is not None:
            drawing, self._drawing = self._drawing, None
            drawing.cancel()
        if self._comparing is not None:
            self._comparing.cancel()
            self._comparing = None

    def _resize(self, camera_name: str, width_px: int, height_px: int) -> None:
        self._sizes_px[camera_name] = (width_px, height_px)
        self.refresh()


def with_differences(asked: Mapping[str, Wanted], renders: Pictures) -> Pictures:
    """The renders, and |recording − render|, amplified, (height, width, 3) where that is wanted; an error where the
    image cannot be read."""
    import cv2

    found = dict(renders)
    for name, one in asked.items():
        render = renders[name, Source.RENDER]
        if Source.DIFFERENCE not in one.sources or isinstance(render, UserError):
            continue
        try:
            recorded = cv2.resize(one.stream.image(one.index), one.size_px, interpolation=cv2.INTER_AREA)
        except UserError as error:
            found[name, Source.DIFFERENCE] = error
            continue
        apart = cv2.absdiff(np.asarray(recorded, np.uint8), render)
        found[name, Source.DIFFERENCE] = np.asarray(cv2.convertScaleAbs(apart, alpha=AMPLIFIED), np.uint8)
    return found
