"""What a log holds, in numbers: the content of `driftless inspect`."""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel

from core.logs.log import DrivingLog


class CameraSummary(BaseModel):
    name: str
    width: int
    height: int
    images: int
    hz: float


class LogSummary(BaseModel):
    """One log. The field names are a promise to scripts that read `driftless inspect --json`."""

    format: str
    duration_s: float
    cameras: list[CameraSummary]  # in rig order
    ego_poses: int
    lidar_sweeps: int
    missing: dict[str, list[int]]  # stream → numbers of its missing samples
    tracks: int
    boxes: int
    classes: dict[str, int]  # class → boxes, the most frequent first
    map: bool
    licence: str
    warnings: list[str]


def summarise(log: DrivingLog) -> LogSummary:
    """Count what a log holds; decodes nothing."""
    cameras = [
        CameraSummary(
            name=stream.name,
            width=stream.camera.width,
            height=stream.camera.height,
            images=len(stream),
            hz=round(stream.hz, 3),
        )
        for stream in log.cameras
    ]
    boxes = Counter[str]()
    for track in log.tracks:
        boxes[track.actor_class.value] += len(track.t_ns)
    return LogSummary(
        format=log.format,
        duration_s=round(log.duration_s, 6),
        cameras=cameras,
        ego_poses=len(log.ego),
        lidar_sweeps=0 if log.lidar is None else len(log.lidar),
        missing=log.missing(),
        tracks=len(log.tracks),
        boxes=boxes.total(),
        classes=dict(boxes.most_common()),
        map=log.lane_map is not None,
        licence=log.licence,
        warnings=[note.text for note in log.health if note.severity == "warning"],
    )
