"""How a scenario names the log and the scene that it lies on, so that each is found again and known to be the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from core.logs import DrivingLog
from core.scenario.model import Part
from core.scene import Scene


class LogReference(Part):
    path: str  # as `open_log` takes it
    name: str
    format: str
    fingerprint: str

    @classmethod
    def of(cls, log: DrivingLog) -> LogReference:
        return cls(path=str(log.path), name=log.name, format=log.format, fingerprint=log_fingerprint(log))


class SceneReference(Part):
    path: str  # of its folder: absolute, or relative to the project's folder where it lies inside
    hash: str

    @classmethod
    def of(cls, scene: Scene, folder: str | Path) -> SceneReference:
        return cls(path=str(folder), hash=scene_hash(scene))


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
