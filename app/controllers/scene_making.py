"""One scene on its way through the engine."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.controllers.engine import EngineController
from app.jobs import Job
from core.engine import LiftRequest, PartialScene, ReconstructRequest
from core.engine.messages import Arrays
from core.scene import scene_from_arrays

REFINING = "refining"
"""How the engine's words begin once cancelling means taking what is there."""


class SceneMaking(QObject):
    """Exactly one of `done`, `failed` and `cancelled` follows, unless it is dropped."""

    progressed = Signal(float, str)  # share, what is being done
    previewed = Signal(object)  # Scene, unfinished
    done = Signal(object)  # SceneResult
    failed = Signal(object)  # UserError
    cancelled = Signal()

    def __init__(
        self, engine: EngineController, request: LiftRequest | ReconstructRequest, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.reconstructing = isinstance(request, ReconstructRequest)
        self.scene_id = request.scene_id
        self.refining = False
        """Whether cancelling ends the work with the best scene so far."""
        self.stopped = False
        self._dropped = False
        self._unpacking: Job | None = None
        self._job = engine.submit(request)
        self._job.progressed.connect(self._tell)
        self._job.partial.connect(self._unpack)
        self._job.done.connect(lambda value, arrays: self._end(partial(self.done.emit, value)))
        self._job.failed.connect(lambda error: self._end(partial(self.failed.emit, error)))
        self._job.cancelled.connect(lambda superseded: self._end(partial(self.cancelled.emit)))

    def cancel(self) -> None:
        """Stop it, and take what is there if that is refined already."""
        self.stopped = self.refining
        self._job.cancel()

    def drop(self) -> None:
        """Stop it, and tell nothing any more."""
        self._dropped = True
        self._job.cancel()
        self._forget_preview()
        self.deleteLater()

    def _tell(self, share: float, doing: str) -> None:
        self.refining = self.refining or doing.startswith(REFINING)
        if not self._dropped:
            self.progressed.emit(share, doing)

    def _unpack(self, value: PartialScene, arrays: Arrays) -> None:
        """Off the GUI thread: a scene has many arrays. A newer one takes the place of one that is not yet ready."""
        if self._dropped:
            return
        self._forget_preview()
        job = Job(lambda: scene_from_arrays(value.names, arrays), name="Reading an unfinished scene", parent=self)
        job.done.connect(self.previewed)
        self._unpacking = job
        job.start()

    def _forget_preview(self) -> None:
        if self._unpacking is not None:
            self._unpacking.cancel()
            self._unpacking = None

    def _end(self, tell: partial[None]) -> None:
        if not self._dropped:
            self._forget_preview()
            tell()
