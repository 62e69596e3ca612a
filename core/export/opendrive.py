"""Places on the roads of an OpenDRIVE file.

Versions 1.4 to 1.8: reference lines of any shape, elevation, lane offsets and widths. Superelevation is not looked at:
it tilts a lane by centimetres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.export.xml_reading import Node, read_xml
from core.geometry import Pose

Floats = NDArray[np.float64]

Placed = TypeVar("Placed", "Piece", "Cubic", "Section")

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


@dataclass(frozen=True)
class Cubic:
    """a + b·x + c·x² + d·x³ from a place on."""

    from_m: float
    coefficients: tuple[float, float, float, float]

    def at(self, s_m: float) -> float:
        x = s_m - self.from_m
        a, b, c, d = self.coefficients
        return a + x * (b + x * (c + x * d))

    def slope(self, s_m: float) -> float:
        x = s_m - self.from_m
        _, b, c, d = self.coefficients
        return b + x * (2 * c + x * 3 * d)


@dataclass(frozen=True)
class Piece:
    """A piece of a reference line; its shape gives place and direction in the frame of its start."""

    from_m: float
    x_m: float
    y_m: float
    heading_rad: float
    length_m: float
    shape: Node

    def at(self, s_m: float) -> tuple[float, float, float]:
        """x, y and heading."""
        u, v, turn = self._local(s_m - self.from_m)
        cos, sin = np.cos(self.heading_rad), np.sin(self.heading_rad)
        return self.x_m + cos * u - sin * v, self.y_m + sin * u + cos * v, self.heading_rad + turn

    def _local(self, s_m: float) -> tuple[float, float, float]:
        shape = self.shape
        match shape.tag:
            case "line":
                return s_m, 0.0, 0.0
            case "arc":
                return _spiral(s_m, shape.number("curvature"), 0.0)
            case "spiral":
                start, end = shape.number("curvStart"), shape.number("curvEnd")
                return _spiral(s_m, start, (end - start) / self.length_m)
            case "poly3":
                across = Cubic(0.0, _coefficients(shape))
                return s_m, across.at(s_m), float(np.arctan(across.slope(s_m)))
            case "paramPoly3":
                p = s_m if shape.text("pRange", "normalized") == "arcLength" else s_m / self.length_m
                u, v = (Cubic(0.0, _coefficients(shape, axis)) for axis in "UV")
                return u.at(p), v.at(p), float(np.arctan2(v.slope(p), u.slope(p)))
        raise UserError(f"The shape {shape.tag} of a road is not known", path=shape.path, field="geometry")


@dataclass(frozen=True)
class Section:
    """Lanes from a place on: id → its widths."""

    from_m: float
    widths: dict[int, tuple[Cubic, ...]]

    def centre_left_m(self, lane: int, s_m: float) -> float | None:
        """How far left of the lane reference line a lane's centre is; None if there is no such lane."""
        if lane == 0:
            return 0.0
        if lane not in self.widths:
            return None
        sign = 1 if lane > 0 else -1
        inner = sum(self._width(sign * number, s_m) for number in range(1, abs(lane)))
        return sign * (inner + self._width(lane, s_m) / 2)

    def _width(self, lane: int, s_m: float) -> float:
        found = _last(self.widths.get(lane, ()), s_m - self.from_m)
        return 0.0 if found is None else found.at(s_m - self.from_m)


@dataclass(frozen=True, eq=False)
class Road:
    id: str
    length_m: float
    pieces: tuple[Piece, ...]
    elevations: tuple[Cubic, ...]
    lane_offsets: tuple[Cubic, ...]
    sections: tuple[Section, ...]

    def pose_at(self, s_m: float, left_m: float) -> Pose:
        """On the road, `left_m` to the left of its reference line, x along it."""
        piece = _last(self.pieces, s_m) or self.pieces[0]
        x, y, heading = piece.at(s_m)
        elevation = _last(self.elevations, s_m)
        z = 0.0 if elevation is None else elevation.at(s_m)
        return Pose.from_heading(heading, [x - np.sin(heading) * left_m, y + np.cos(heading) * left_m, z])

    def lane_left_m(self, lane: int, s_m: float) -> float | None:
        """How far left of the reference line a lane's centre is; None if there is no such lane."""
        section, offset = _last(self.sections, s_m), _last(self.lane_offsets, s_m)
        left = None if section is None else section.centre_left_m(lane, s_m)
        if left is None:
            return None
        return left + (0.0 if offset is None else offset.at(s_m))


@dataclass(frozen=True, eq=False)
class OpenDrive:
    """The roads of a file, in its own coordinates."""

    path: Path
    roads: dict[str, Road]

    def lane_pose(self, road: str, lane: int, s_m: float, offset_m: float = 0.0) -> Pose:
        """On a lane's centre, or `offset_m` to its left seen along the road; x in the lane's driving direction.

        Raises:
            UserError: there is no such road, lane or place.
        """
        found = self._road(road, s_m)
        left = found.lane_left_m(lane, s_m)
        if left is None:
            raise UserError(f"The road {road} has no lane {lane} at {s_m:.1f} m", path=self.path, field=f"road {road}")
        pose = found.pose_at(s_m, left + offset_m)
        return pose @ Pose.from_heading(np.pi, [0.0, 0.0, 0.0]) if lane > 0 else pose

    def road_pose(self, road: str, s_m: float, left_m: float) -> Pose:
        """Beside a road's reference line, x along it.

        Raises:
            UserError: there is no such road or place.
        """
        return self._road(road, s_m).pose_at(s_m, left_m)

    def _road(self, road: str, s_m: float) -> Road:
        found = self.roads.get(road)
        if found is None:
            raise UserError(f"There is no road {road}", path=self.path, remedy="Check the map that the scenario names.")
        if not -1e-3 <= s_m <= found.length_m + 1e-3:
            raise UserError(
                f"The road {road} is {found.length_m:.1f} m long and has no place at {s_m:.1f} m", path=self.path
            )
        return found


def read_opendrive(path: Path) -> OpenDrive:
    """
    Raises:
        UserError: the file cannot be read, or an element of a road is missing or wrong.
    """
    root = read_xml(path, "OpenDRIVE")
    roads = [_road(node) for node in root.children("road")]
    if not roads:
        raise UserError("The map has no roads", path=path)
    return OpenDrive(path, {road.id: road for road in roads})


def _road(node: Node) -> Road:
    pieces = tuple(_piece(geometry) for geometry in node.children("planView/geometry"))
    if not pieces:
        raise UserError("A road has no reference line", path=node.path, field=node.label)
    return Road(
        id=node.text("id"),
        length_m=node.number("length"),
        pieces=pieces,
        elevations=tuple(_cubic(child, "s") for child in node.children("elevationProfile/elevation")),
        lane_offsets=tuple(_cubic(child, "s") for child in node.children("lanes/laneOffset")),
        sections=tuple(_section(child) for child in node.children("lanes/laneSection")),
    )


def _piece(node: Node) -> Piece:
    shape = node.first()
    if shape is None:
        raise UserError("A piece of a road has no shape", path=node.path, field=node.label)
    from_m, x_m, y_m, heading_rad, length_m = (node.number(name) for name in ("s", "x", "y", "hdg", "length"))
    return Piece(from_m, x_m, y_m, heading_rad, length_m, shape)


def _section(node: Node) -> Section:
    lanes = [lane for side in ("left", "center", "right") for lane in node.children(f"{side}/lane")]
    return Section(
        node.number("s"),
        {int(lane.number("id")): tuple(_cubic(width, "sOffset") for width in lane.children("width")) for lane in lanes},
    )


def _cubic(node: Node, place: str) -> Cubic:
    return Cubic(node.number(place), _coefficients(node))


def _coefficients(node: Node, axis: str = "") -> tuple[float, float, float, float]:
    a, b, c, d = (node.number(f"{name}{axis}", 0.0) for name in "abcd")
    return a, b, c, d


def _last(placed: Sequence[Placed], s_m: float) -> Placed | None:
    """The last that begins at or before a place."""
    found = None
    for one in placed:
        if one.from_m <= s_m + 1e-9:
            found = one
    return found


def _spiral(s_m: float, curvature: float, change: float) -> tuple[float, float, float]:
    """x, y and heading after a length of a curve that begins along x; curvature in 1/m, its change in 1/m²."""
    places = s_m / 2 * (_NODES + 1)
    headings = curvature * places + change * places**2 / 2
    x, y = (float((function(headings) * _WEIGHTS).sum() * s_m / 2) for function in (np.cos, np.sin))
    return x, y, curvature * s_m + change * s_m**2 / 2
