"""Lane maps as OpenDRIVE 1.5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.logs import Lane, LaneMap

Floats = NDArray[np.float64]

_LEAST_STEP_M = 0.05  # points of a border nearer than this are one


@dataclass(frozen=True, eq=False)
class _Road:
    """Lanes side by side, leftmost first; lane number k of OpenDRIVE is -1 - k."""

    number: int
    lanes: tuple[Lane, ...]

    @property
    def in_junction(self) -> bool:
        return self.lanes[0].in_junction


def write_opendrive(lane_map: LaneMap, path: Path, *, name: str = "") -> None:
    """Write the lanes of a map, in the frame that they are in.

    Raises:
        UserError: the map has no lanes, or the file cannot be written.
    """
    roads = _roads(lane_map)
    if not roads:
        raise UserError("The log has no lane map to write", path=path)
    root = Element("OpenDRIVE")
    points = np.concatenate([lane.centre_m for lane in lane_map.lanes.values()])
    (west, south), (east, north) = points[:, :2].min(0), points[:, :2].max(0)
    bounds = {"north": north, "south": south, "east": east, "west": west}
    SubElement(root, "header", {"revMajor": "1", "revMinor": "5", "name": name, **_numbers(bounds)})
    links = _Links(roads, lane_map)
    for road in roads:
        _write_road(root, road, links)
    for junction, members in links.junctions.items():
        _write_junction(root, junction, members, links)
    ElementTree.indent(root)
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise UserError(f"The map cannot be written: {error.strerror}", path=path) from error


def _roads(lane_map: LaneMap) -> list[_Road]:
    """Each lane in one road, with its neighbours."""
    lanes, taken = lane_map.lanes, set[str]()
    roads: list[_Road] = []
    # Leftmost lanes first; what is left then has neighbours in a ring, which is cut anywhere.
    order = sorted(lanes.values(), key=lambda lane: lane.left_neighbour in lanes)
    for lane in order:
        side: list[Lane] = []
        while lane.id not in taken and len(lane.centre_m) > 1:
            side.append(lane)
            taken.add(lane.id)
            neighbour = lanes.get(lane.right_neighbour or "")
            if neighbour is None:
                break
            lane = neighbour
        if side:
            roads.append(_Road(len(roads) + 1, tuple(side)))
    return roads


class _Links:
    """Which road follows which, lane by lane, and which roads make up a junction."""

    def __init__(self, roads: list[_Road], lane_map: LaneMap) -> None:
        self.roads = {road.number: road for road in roads}
        self.place = {lane.id: (road.number, row) for road in roads for row, lane in enumerate(road.lanes)}
        self.after: dict[int, set[int]] = {road.number: set() for road in roads}
        self.before: dict[int, set[int]] = {road.number: set() for road in roads}
        for road in roads:
            for lane in road.lanes:
                for name in lane.successors:
                    if name in self.place:
                        self.after[road.number].add(self.place[name][0])
                        self.before[self.place[name][0]].add(road.number)
        self.junction_of = self._joined()
        self.junctions: dict[int, list[_Road]] = {}
        for number, junction in sorted(self.junction_of.items()):
            self.junctions.setdefault(junction, []).append(self.roads[number])

    def lane_pairs(self, first: int, second: int) -> list[tuple[int, int]]:
        """OpenDRIVE's lane ids of lanes of one road that lead into lanes of another."""
        pairs = []
        for row, lane in enumerate(self.roads[first].lanes):
            for name in lane.successors:
                road, other = self.place.get(name, (0, 0))
                if road == second:
                    pairs.append((-1 - row, -1 - other))
        return pairs

    def next_to(self, road: int, neighbours: set[int]) -> tuple[str, int] | None:
        """What a road's end touches: a road or a junction; None where a fork is no junction."""
        junctions = {self.junction_of[number] for number in neighbours if number in self.junction_of}
        if junctions and road not in self.junction_of:
            return ("junction", junctions.pop()) if len(junctions) == 1 else None
        return ("road", next(iter(neighbours))) if len(neighbours) == 1 else None

    def _joined(self) -> dict[int, int]:
        """Road of a junction → the junction: roads that begin or end at one road belong together."""
        parent = {number: number for number, road in self.roads.items() if road.in_junction}

        def root(number: int) -> int:
            while parent[number] != number:
                number = parent[number]
            return number

        for around in (*self.after.values(), *self.before.values()):
            members = sorted(number for number in around if number in parent)
            for one, other in pairwise(members):
                parent[root(other)] = root(one)
        names = {base: len(self.roads) + 1 + row for row, base in enumerate(sorted({root(n) for n in parent}))}
        return {number: names[root(number)] for number in parent}


def _write_road(root: Element, road: _Road, links: _Links) -> None:
    line = _thinned(road.lanes[0].left_m)
    headings = _headings(line)
    lengths = np.array([_hermite(line, headings, row)[-1] for row in range(len(line) - 1)])
    s_m = np.concatenate([[0.0], np.cumsum(lengths)])
    junction = links.junction_of.get(road.number, -1)
    node = SubElement(
        root,
        "road",
        {"name": road.lanes[0].id, "length": _text(s_m[-1]), "id": str(road.number), "junction": str(junction)},
    )
    link = SubElement(node, "link")
    for tag, around, contact in (("predecessor", links.before, "end"), ("successor", links.after, "start")):
        touched = links.next_to(road.number, around[road.number])
        if touched is not None:
            kind, number = touched
            extra = {"contactPoint": contact} if kind == "road" else {}
            SubElement(link, tag, {"elementType": kind, "elementId": str(number), **extra})
    _write_plan(node, line, headings, s_m)
    _write_elevation(node, line, s_m)
    _write_lanes(node, road, line, headings, s_m, links)


def _write_plan(node: Element, line: Floats, headings: Floats, s_m: Floats) -> None:
    plan = SubElement(node, "planView")
    for row in range(len(line) - 1):
        u, v, length = _hermite(line, headings, row)
        values = {"s": s_m[row], "x": line[row, 0], "y": line[row, 1], "hdg": headings[row], "length": length}
        geometry = SubElement(plan, "geometry", _numbers(values))
        named = {f"{name}{axis}": value for axis, four in (("U", u), ("V", v)) for name, value in zip("abcd", four)}  # noqa: B905
        SubElement(geometry, "paramPoly3", {**_numbers(named), "pRange": "normalized"})


def _write_elevation(node: Element, line: Floats, s_m: Floats) -> None:
    profile = SubElement(node, "elevationProfile")
    slopes = np.diff(line[:, 2]) / np.diff(s_m)
    for row, slope in enumerate(slopes):
        SubElement(profile, "elevation", _numbers({"s": s_m[row], "a": line[row, 2], "b": slope, "c": 0.0, "d": 0.0}))


def _write_lanes(node: Element, road: _Road, line: Floats, headings: Floats, s_m: Floats, links: _Links) -> None:
    lanes = SubElement(node, "lanes")
    section = SubElement(lanes, "laneSection", _numbers({"s": 0.0}))
    centre = SubElement(SubElement(section, "center"), "lane", {"id": "0", "type": "none", "level": "false"})
    _mark(centre, "solid")
    right = SubElement(section, "right")
    inner = np.zeros(len(line))
    touched = {
        tag: links.next_to(road.number, around[road.number])
        for tag, around in (("predecessor", links.before), ("successor", links.after))
    }
    for row, lane in enumerate(road.lanes):
        made = SubElement(right, "lane", {"id": str(-1 - row), "type": "driving", "level": "false"})
        link = SubElement(made, "link")
        for tag, other in touched.items():
            if other is not None and other[0] == "road":
                forward = tag == "successor"
                pairs = links.lane_pairs(*((road.number, other[1]) if forward else (other[1], road.number)))
                ids = [pair[forward] for pair in pairs if pair[not forward] == -1 - row]
                if ids:
                    SubElement(link, tag, {"id": str(ids[0])})
        outer = np.maximum(_right_of(line, headings, lane.right_m), inner)
        width = outer - inner
        for piece, slope in enumerate(np.diff(width) / np.diff(s_m)):
            values = {"sOffset": s_m[piece], "a": width[piece], "b": slope, "c": 0.0, "d": 0.0}
            SubElement(made, "width", _numbers(values))
        _mark(made, "solid" if row == len(road.lanes) - 1 else "broken")
        if lane.speed_limit_mps is not None:
            SubElement(made, "speed", {**_numbers({"sOffset": 0.0, "max": lane.speed_limit_mps}), "unit": "m/s"})
        inner = outer


def _write_junction(root: Element, junction: int, members: Iterable[_Road], links: _Links) -> None:
    node = SubElement(root, "junction", {"id": str(junction), "name": f"junction {junction}"})
    number = 0
    for road in members:
        for incoming in sorted(links.before[road.number]):
            values = {"id": number, "incomingRoad": incoming, "connectingRoad": road.number}
            named = {key: str(value) for key, value in values.items()}
            connection = SubElement(node, "connection", {**named, "contactPoint": "start"})
            for first, second in links.lane_pairs(incoming, road.number):
                SubElement(connection, "laneLink", {"from": str(first), "to": str(second)})
            number += 1


def _mark(lane: Element, kind: str) -> None:
    values = {"sOffset": "0", "type": kind, "weight": "standard", "color": "standard", "width": "0.12"}
    SubElement(lane, "roadMark", values)


def _thinned(points_m: Floats) -> Floats:
    kept = [0]
    for row in range(1, len(points_m)):
        if np.linalg.norm(points_m[row, :2] - points_m[kept[-1], :2]) >= _LEAST_STEP_M:
            kept.append(row)
    if len(kept) == 1:
        kept.append(len(points_m) - 1)
    return np.asarray(points_m, dtype=np.float64)[kept]


def _headings(line: Floats) -> Floats:
    """Directions (n,) at the points of a line: those of the parabola through each and its two neighbours."""
    steps = np.diff(line[:, :2], axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    unit = steps / np.maximum(lengths, 1e-9)[:, None]
    weights = lengths[1:, None], lengths[:-1, None]
    inner = (unit[:-1] * weights[0] + unit[1:] * weights[1]) / np.maximum(weights[0] + weights[1], 1e-9)
    if len(unit) == 1:
        both = np.concatenate([unit, unit])
    else:
        both = np.concatenate([[2 * unit[0] - inner[0]], inner, [2 * unit[-1] - inner[-1]]])
    return np.unwrap(np.arctan2(both[:, 1], both[:, 0]))


def _hermite(line: Floats, headings: Floats, row: int) -> tuple[list[float], list[float], float]:
    """Coefficients of u and v over [0, 1] from one point of a line to the next, and the length of the piece."""
    apart = line[row + 1, :2] - line[row, :2]
    cos, sin = np.cos(headings[row]), np.sin(headings[row])
    end = np.array([cos * apart[0] + sin * apart[1], cos * apart[1] - sin * apart[0]])
    chord, turn = float(np.linalg.norm(apart)), headings[row + 1] - headings[row]
    start_slope, end_slope = np.array([chord, 0.0]), chord * np.array([np.cos(turn), np.sin(turn)])
    square, cube = 3 * end - 2 * start_slope - end_slope, start_slope + end_slope - 2 * end
    p = np.linspace(0.0, 1.0, 17)[:, None]
    speed = np.linalg.norm(start_slope + 2 * p * square + 3 * p**2 * cube, axis=1)
    length = float((speed[:-1] + speed[1:]).sum() / 32)
    u, v = ([0.0, float(start_slope[axis]), float(square[axis]), float(cube[axis])] for axis in (0, 1))
    return u, v, length


def _right_of(line: Floats, headings: Floats, border_m: Floats) -> Floats:
    """How far (n,) to the right of the points of a line a border is, measured square to the line."""
    ahead = np.stack([np.cos(headings), np.sin(headings)], -1)
    apart = border_m[None, :, :2] - line[:, None, :2]
    along = (apart * ahead[:, None]).sum(-1)
    beside = apart[..., 0] * ahead[:, None, 1] - apart[..., 1] * ahead[:, None, 0]
    found = np.empty(len(line))
    for row in range(len(line)):
        crossing = np.flatnonzero((along[row, :-1] <= 0) & (along[row, 1:] > 0))
        if not len(crossing):
            found[row] = beside[row, np.abs(along[row]).argmin()]
            continue
        share = along[row, crossing] / (along[row, crossing] - along[row, crossing + 1])
        values = beside[row, crossing] + share * (beside[row, crossing + 1] - beside[row, crossing])
        found[row] = values[np.abs(values).argmin()]
    return np.maximum(found, 0.0)


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: float) -> str:
    return repr(round(float(value), 9))
