"""Lane maps as JSON, in the global frame of the recording they lie beside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat

from core.errors import UserError
from core.logs.json_file import read_json
from core.logs.lanes import Lane, LaneMap

Line = list[tuple[FiniteFloat, FiniteFloat, FiniteFloat]]


@dataclass(kw_only=True)
class _LaneRecord:
    id: str
    centre_m: Line
    left_m: Line
    right_m: Line
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    left_neighbour: str | None = None
    right_neighbour: str | None = None
    in_junction: bool = False
    speed_limit_mps: FiniteFloat | None = None


@dataclass(kw_only=True)
class _MapRecord:
    lanes: list[_LaneRecord]
    crossings: list[Line]
    drivable: list[Line]


def write_lane_map(lane_map: LaneMap, path: Path) -> None:
    """Write a lane map in the frame it is in, to the millimetre. Makes the folder where there is none."""
    record = {
        "lanes": [_lane_record(lane) for lane in lane_map.lanes.values()],
        "crossings": [_points(outline) for outline in lane_map.crossings],
        "drivable": [_points(outline) for outline in lane_map.drivable],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, separators=(",", ":"), allow_nan=False), encoding="utf-8")


def read_lane_map(path: Path) -> LaneMap:
    """Read what `write_lane_map` wrote, in the file's own frame.

    Raises:
        UserError: the file is missing or damaged, or a lane has fewer than two points.
    """
    record = read_json(path, _MapRecord)
    return LaneMap(
        lanes={lane.id: _lane(lane, path, index) for index, lane in enumerate(record.lanes)},
        crossings=tuple(np.asarray(outline, dtype=float).reshape(-1, 3) for outline in record.crossings),
        drivable=tuple(np.asarray(outline, dtype=float).reshape(-1, 3) for outline in record.drivable),
    )


def _lane_record(lane: Lane) -> dict[str, Any]:
    lines = {name: _points(getattr(lane, name)) for name in ("centre_m", "left_m", "right_m")}
    return {**vars(lane), **lines}


def _points(line: NDArray[np.float64]) -> list[list[float]]:
    return np.round(line, 3).tolist()


def _lane(record: _LaneRecord, path: Path, index: int) -> Lane:
    lines = {name: np.asarray(getattr(record, name), dtype=float) for name in ("centre_m", "left_m", "right_m")}
    for name, line in lines.items():
        if len(line) < 2:
            raise UserError("A lane has fewer than two points", path=path, field=f"lanes[{index}].{name}")
    return Lane(**{**vars(record), **lines})
