"""How a scenario names the log and the scene that it lies on, so that each is found again and known to be the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.logs import DrivingLog, open_log
from core.scenario.model import Part
from core.scene import Scene


class LogReference(Part):
    path: str  # as `open_log` takes it
    name: str
    format: str
    fingerprint: str

    @classmethod
    def of(cls, log: DrivingLog, address: Path | None = None) -> LogReference:
        """Of an open log; the address, as `open_log` took it, tells which log of a folder it is."""
        return cls(path=str(address or log.path), name=log.name, format=log.format, fingerprint=log_fingerprint(log))


class MissingLogError(UserError):
    """The log of a scenario is not where it was; `reference` says what to look for."""

    def __init__(self, reference: LogReference, what: str) -> None:
        super().__init__(what, path=reference.path, remedy="Say where the log is now.")
        self.reference = reference
        self._reason = what

    def __reduce__(self) -> tuple[object, ...]:
        return MissingLogError, (self.reference, self._reason)


class SceneReference(Part):
    path: str  # of its folder: absolute, or relative to the project's folder where it lies inside
    hash: str

    @classmethod
    def of(cls, scene: Scene, folder: str | Path) -> SceneReference:
        return cls(path=str(folder), hash=scene_hash(scene))


def open_log_of(reference: LogReference, *, elsewhere: str | Path | None = None) -> DrivingLog:
    """The log that a scenario was made on.

    Args:
        reference: to the log.
        elsewhere: where it is now, if not where the reference says.

    Raises:
        MissingLogError: it is not there, cannot be opened, or is another one.
    """
    place = reference.path if elsewhere is None else str(elsewhere)
    looked_for = reference.model_copy(update={"path": place})
    try:
        log = open_log(Path(place))
    except UserError as error:
        raise MissingLogError(looked_for, f"The log “{reference.name}” cannot be opened ({error.what})") from error
    if log_fingerprint(log) != reference.fingerprint:
        raise MissingLogError(looked_for, f"This is not the log “{reference.name}” that the scenario was made on")
    return log


def log_fingerprint(log: DrivingLog) -> str:
    """16 hexadecimal digits, the same wherever a log lies: of its cameras' and ego's times, and its tracks' ids."""
    digest = hashlib.sha256(log.format.encode())
    for stream in log.cameras:
        digest.update(stream.name.encode())
        digest.update(np.ascontiguousarray(stream.t_ns).tobytes())
    digest.update(np.ascontiguousarray(log.ego.t_ns).tobytes())
    for track in log.tracks:
        digest.update(track.id.encode())
    return digest.hexdigest()[:16]


def scene_hash(scene: Scene) -> str:
    """16 hexadecimal digits: equal for scenes whose splats have the same numbers."""
    digest = hashlib.sha256(np.ascontiguousarray(scene.static.means_m).tobytes())
    for actor in scene.actors:
        digest.update(actor.track.id.encode())
        digest.update(np.ascontiguousarray(actor.cloud.means_m).tobytes())
    return digest.hexdigest()[:16]
