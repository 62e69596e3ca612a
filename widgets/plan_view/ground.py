"""The parts of a plan that never move, as painter paths in world metres."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from core.logs import DrivingLog, LaneMap
from widgets.paths import closed_path, path_from_polylines


@dataclass(frozen=True)
class Ground:
    drivable: list[QPainterPath] = field(default_factory=list)
    lanes: list[QPainterPath] = field(default_factory=list)  # surfaces
    borders: list[QPainterPath] = field(default_factory=list)
    centres: list[QPainterPath] = field(default_factory=list)
    crossings: list[QPainterPath] = field(default_factory=list)
    tracks: dict[str, QPainterPath] = field(default_factory=dict)


def ground_of(log: DrivingLog, before: Ground | None = None) -> Ground:
    """The ground of a log; `before` is that of the same drive before an edit, which moves no lane."""
    tracks = {track.id: path_from_polylines([track.poses.poses.translation]) for track in log.tracks}
    if before is not None:
        return replace(before, tracks=tracks)
    if log.lane_map is None:
        return Ground(tracks=tracks)
    lane_map: LaneMap = log.lane_map
    lanes = list(lane_map.lanes.values())
    # Lanes that cross would add up to a patchwork; inside a junction the drivable area says enough.
    surfaces = [lane for lane in lanes if not (lane.in_junction and lane_map.drivable)]
    return Ground(
        drivable=[closed_path(outline) for outline in lane_map.drivable],
        lanes=[closed_path(np.concatenate([lane.left_m, lane.right_m[::-1]])) for lane in surfaces],
        borders=[path_from_polylines([lane.left_m, lane.right_m]) for lane in lanes if not lane.in_junction],
        centres=[path_from_polylines([lane.centre_m]) for lane in lanes],
        crossings=[closed_path(outline) for outline in lane_map.crossings],
        tracks=tracks,
    )


def in_sight(paths: list[QPainterPath], view: QRectF) -> list[QPainterPath]:
    """Those whose bounds touch the view: a city's worth of lanes costs what is on screen."""
    return [path for path in paths if path.controlPointRect().adjusted(-0.01, -0.01, 0.01, 0.01).intersects(view)]
