"""Ego paths as files that a spreadsheet or a script reads and writes: CSV and JSON.

Both hold one row for each instant: `t_s`, `x_m`, `y_m`, `z_m`, `heading_rad`, `speed_mps`, in the scenario's world.
Speed is for the reader; what is imported is where the ego is when. Pitch and roll are not kept.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import FiniteFloat, TypeAdapter, ValidationError

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.scenario.motion.fitting import fitted
from core.scenario.motion.parameters import Parameters
from core.scenario.motion.reference import NS_PER_S

SCHEMA = "driftless-ego-path"
FIELDS = ("t_s", "x_m", "y_m", "z_m", "heading_rad", "speed_mps")

_SPEED_STEP_S = 0.1


class _Row(Parameters):
    t_s: FiniteFloat
    x_m: FiniteFloat
    y_m: FiniteFloat
    z_m: FiniteFloat = 0.0
    heading_rad: FiniteFloat
    speed_mps: FiniteFloat | None = None


class _File(Parameters):
    schema_name: Literal["driftless-ego-path"]
    version: Literal[1]
    rows: tuple[dict[str, Any], ...]


_ROW: TypeAdapter[_Row] = TypeAdapter(_Row)


def write_ego_path(poses: PoseTrack, path: Path, *, start_ns: int) -> None:
    """Write an ego path as CSV, or as JSON where the name ends in `.json`.

    Raises:
        UserError: the file cannot be written.
    """
    rows = [dict(zip(FIELDS, row, strict=True)) for row in _rows(poses, start_ns)]
    if path.suffix.lower() == ".json":
        text = json.dumps({"schema_name": SCHEMA, "version": 1, "rows": rows}, indent=1)
    else:
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text = buffer.getvalue()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"The ego path cannot be written: {error.strerror}", path=path) from error


def read_ego_path(path: Path, *, start_ns: int) -> PoseTrack:
    """Read an ego path from CSV, or from JSON where the name ends in `.json`.

    Raises:
        UserError: the file cannot be read, or says nothing that makes a path; names line and field.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The ego path cannot be read: {error}", path=path) from error
    named = _json_rows(text, path) if path.suffix.lower() == ".json" else _csv_rows(text, path)
    rows = [(where, _row(values, where, path)) for where, values in named]
    if not rows:
        raise UserError("The ego path has no rows", path=path, remedy="Give one row for each instant.")
    for (_, before), (where, after) in pairwise(rows):
        if after.t_s - before.t_s < 1e-6:
            raise UserError(
                f"The time {after.t_s} is not after the one before it",
                path=path,
                field=f"{where} t_s",
                remedy="Sort the rows by time and leave out doubles.",
            )
    t_ns = [start_ns + round(row.t_s * NS_PER_S) for _, row in rows]
    points = [[row.x_m, row.y_m, row.z_m] for _, row in rows]
    return PoseTrack(t_ns, Pose.from_heading([row.heading_rad for _, row in rows], points))


def _rows(poses: PoseTrack, start_ns: int) -> Iterator[list[float]]:
    t_s = (poses.t_ns - start_ns) / NS_PER_S
    even = np.arange(t_s[0], t_s[-1] + _SPEED_STEP_S, _SPEED_STEP_S)
    points = poses.at(start_ns + np.round(even * NS_PER_S).astype(np.int64)).translation
    speeds = np.linalg.norm(fitted(points, _SPEED_STEP_S, window=7, degree=3, derivative=1), axis=-1)
    speed = np.interp(t_s, even, speeds)
    table = np.column_stack([poses.poses.translation, poses.poses.heading, speed])
    for time, numbers in zip(t_s.tolist(), table.tolist(), strict=True):
        yield [round(time, 9), *(round(number, 6) for number in numbers)]


def _csv_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    header = reader.fieldnames or ()
    missing = [name for name, field in _Row.model_fields.items() if field.is_required() and name not in header]
    if missing:
        raise UserError(
            f"The first line does not name the column {missing[0]}",
            path=path,
            field="line 1",
            remedy=f"Begin the file with the line {','.join(FIELDS)}.",
        )
    for values in reader:
        where = f"line {reader.line_num}"
        if None in values or None in values.values():
            raise UserError("The line has not as many values as the first one has names", path=path, field=where)
        # Further columns are the author's own.
        yield where, {name: value for name, value in values.items() if name in FIELDS and value != ""}


def _json_rows(text: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        file = _File.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or None
        raise UserError(f"This is no ego path: {first['msg'].lower()}", path=path, field=where) from error
    for number, values in enumerate(file.rows):
        yield f"rows[{number}]", values


def _row(values: dict[str, Any], where: str, path: Path) -> _Row:
    try:
        return _ROW.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = " ".join([where, *(str(part) for part in first["loc"])])
        raise UserError(f"A value is wrong: {first['msg'].lower()}", path=path, field=field) from error
