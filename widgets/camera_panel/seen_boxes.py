"""The actors in a log's images, and the painter paths of their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath, QTransform

from core.geometry import Box, Camera, Pose
from core.geometry.projection import BoxOutline, pick_box, project_boxes
from core.geometry.segments import may_see
from core.logs import ActorClass, CameraStream, DrivingLog, Track
from core.logs.box_table import BoxTable
from widgets.camera_panel.recent import Recent
from widgets.paths import path_from_polylines

Floats = NDArray[np.float64]
Size = tuple[int, int]  # width, height

SEEN_KEPT = 120  # these are many small objects, which Python's collector would visit again and again
DRAWN_KEPT = 250  # six cameras, some forty frames
ON_SCREEN = 16  # images of which an edit takes over what it leaves as it was


@dataclass(frozen=True, eq=False)
class SeenBox:
    """One actor in one image."""

    track: Track
    box: Box
    outline: BoxOutline
    distance_m: float  # from the camera to the centre

    @cached_property
    def front(self) -> Floats:
        """The seen part of the face that the box heads with, as an outline (n, 2): the points of its edges, around
        their middle."""
        points = np.concatenate(self.outline.front)
        around = points - points.sum(0) / len(points)
        return points[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]


@dataclass(frozen=True, eq=False)
class DrawnBoxes:
    """What to draw for all actors of one class in an image, on its picture."""

    of: tuple[SeenBox, ...]
    edges: QPainterPath
    fronts: QPainterPath  # faces that the boxes head with, to be filled


class SeenBoxes:
    """Answers for one state of a drive; of the state before an edit, it takes over all actors whose tracks are the
    same objects, which in a drag is everybody but one."""

    def __init__(self, log: DrivingLog, before: SeenBoxes | None = None) -> None:
        self._log = log
        self._seen: Recent[list[SeenBox]] = Recent(SEEN_KEPT)
        self._drawn: Recent[dict[ActorClass, DrawnBoxes]] = Recent(DRAWN_KEPT)
        # Shared by all states; of each image all actors, None for one that is not seen or does not exist.
        self._last_seen: Recent[dict[Track, SeenBox | None]] = (
            Recent(ON_SCREEN) if before is None else before._last_seen
        )
        self._last_drawn: Recent[dict[ActorClass, DrawnBoxes]] = (
            Recent(ON_SCREEN) if before is None else before._last_drawn
        )

    def seen(self, stream: CameraStream, index: int) -> list[SeenBox]:
        """The actors that an image shows, far ones first."""
        return self._seen.get((stream, index), lambda: self._project(stream, index))

    def drawn(self, stream: CameraStream, index: int, size: Size) -> dict[ActorClass, DrawnBoxes]:
        return self._drawn.get((stream, index, size), lambda: self._draw(stream, index, size))

    def knows(self, stream: CameraStream, index: int, size: Size) -> bool:
        """Whether both are worked out."""
        seen, drawn = self._seen.known((stream, index)), self._drawn.known((stream, index, size))
        return seen is not None and drawn is not None

    def forget(self, count: int) -> bool:
        """Let go of so many answers of each kind; answers whether any are left."""
        return any([self._seen.forget(count), self._drawn.forget(count)])

    def pick(self, stream: CameraStream, index: int, x_px: float, y_px: float) -> Track | None:
        """The nearest actor under an image pixel."""
        seen = self.seen(stream, index)
        row = pick_box(stream.camera, stream.world_from_camera[index], (x_px, y_px), [one.box for one in seen])
        return None if row is None else seen[row].track

    def _project(self, stream: CameraStream, index: int) -> list[SeenBox]:
        tracks, last = self._log.tracks, self._last_seen.known((stream, index)) or {}
        strange = [track for track in tracks if track not in last]
        table = self._log.box_table if len(strange) == len(tracks) else BoxTable(strange)
        found = {track: last.get(track) for track in tracks}
        found |= {one.track: one for one in _seen_by(stream, index, table)}
        self._last_seen.put((stream, index), found)
        return sorted((one for one in found.values() if one is not None), key=lambda one: -one.distance_m)

    def _draw(self, stream: CameraStream, index: int, size: Size) -> dict[ActorClass, DrawnBoxes]:
        by_class: dict[ActorClass, list[SeenBox]] = {}
        for one in self.seen(stream, index):
            by_class.setdefault(one.track.actor_class, []).append(one)
        last = self._last_drawn.known((stream, index, size)) or {}
        drawn = {}
        for kind, boxes in by_class.items():
            same = kind in last and last[kind].of == tuple(boxes)
            drawn[kind] = last[kind] if same else _drawn(boxes, on_picture(stream.camera, size))
        self._last_drawn.put((stream, index, size), drawn)
        return drawn


def on_picture(camera: Camera, size: Size) -> QTransform:
    """From image pixels, whose centres are integers, to a picture of some size."""
    return QTransform.fromScale(size[0] / camera.width, size[1] / camera.height).translate(0.5, 0.5)


def _seen_by(stream: CameraStream, index: int, table: BoxTable) -> list[SeenBox]:
    """Those of a table that an image shows."""
    now = table.at(int(stream.t_ns[index]))
    if not len(now):
        return []
    pose: Pose = stream.world_from_camera[index]
    centres = pose.inverse().apply(now.world_from_box.translation)
    near = np.flatnonzero(may_see(stream.camera, centres, np.linalg.norm(now.sizes_m, axis=1) / 2))
    boxes = [Box(now.world_from_box[row], now.tracks[row].size_m) for row in near]
    outlines = project_boxes(stream.camera, pose, boxes) if boxes else []
    distances_m = np.linalg.norm(centres[near], axis=-1).tolist()
    return [
        SeenBox(now.tracks[row], box, outline, distance_m)
        for row, box, outline, distance_m in zip(near, boxes, outlines, distances_m, strict=True)
        if outline.visible
    ]


def _drawn(boxes: Sequence[SeenBox], place: QTransform) -> DrawnBoxes:
    edges = [piece for one in boxes for piece in one.outline.edges]
    fronts = [one.front for one in boxes if one.outline.front]
    return DrawnBoxes(tuple(boxes), place.map(path_from_polylines(edges)), place.map(path_from_polylines(fronts)))
