"""Street lamps, signs, benches, bins, bus stops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M, District, LaneUse, Road, RoadNetwork
from core.city.seeds import generator
from core.city.static_world import Lamp
from core.city.street.builder import MeshBuilder, moved, standing
from core.city.street.signals import add_signals
from core.city.street.space import EXTENSION_M, Space
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]

STEEL = Surface(Material.METAL, Label.POLE, (0.30, 0.31, 0.32), parameters=(0.55,))
DARK = Surface(Material.METAL, Label.POLE, (0.06, 0.07, 0.07), parameters=(0.6,))
_BACK = Surface(Material.METAL, Label.SIGN, (0.40, 0.41, 0.42), parameters=(0.7,))
_WARM, _WHITE = (1.0, 0.72, 0.42), (1.0, 0.93, 0.82)

PROHIBITION, WARNING, BLUE_ROUND, STOP, STREET_NAME, PARKING = range(6)


def add_furniture(builder: MeshBuilder, network: RoadNetwork, space: Space, seed: int) -> tuple[Lamp, ...]:
    lamps: list[Lamp] = []
    for number, road in enumerate(network.roads):
        lamps += _add_lamps(builder, network, space, number, generator(seed, "lamps", number))
        _add_signs(builder, network, space, number, generator(seed, "signs", number))
        _add_small_things(builder, network, space, number, generator(seed, "things", number))
        _add_name_plates(builder, network, road, number)
    for stop in network.bus_stops:
        _add_bus_stop(builder, network.roads[stop.road], (stop.from_m + stop.to_m) / 2, stop.side)
    add_signals(builder, network)
    return tuple(lamps)


def _inwards(road: Road, s_m: float, side: int) -> float:
    """Heading from a roadside towards the carriageway."""
    return float(road.curve.heading(s_m)) - side * np.pi / 2


def _kerbside(road: Road, s_m: float, side: int, behind_m: float) -> Floats:
    return road.points(s_m, road.profile.kerb_m(side) + side * behind_m, KERB_HEIGHT_M)


def _add_lamps(
    builder: MeshBuilder, network: RoadNetwork, space: Space, number: int, rng: np.random.Generator
) -> list[Lamp]:
    road = network.roads[number]
    colour = _WARM if rng.random() < 0.6 else _WHITE
    parts = network.stretches(number)
    first = -EXTENSION_M if parts[0].from_m <= 0.01 else parts[0].from_m + 3
    spacing = float(rng.uniform(24, 30))
    height = 7.6 if number == 0 else 6.0
    lamps = []
    for k, s in enumerate(np.arange(first, road.curve.length_m + EXTENSION_M, spacing)):
        inside = 0 <= s <= road.curve.length_m
        if inside and not any(part.from_m + 1 < s < part.to_m - 1 for part in parts):
            continue
        sides = (1, -1) if road.profile.left_kerb_m - road.profile.right_kerb_m > 17 else ((1, -1)[k % 2],)
        for side in sides:
            foot = _kerbside(road, float(s), side, 0.55)
            if space.clearance(foot[:2], number)[0] < 0.5:
                continue
            lamps.append(_add_lamp(builder, foot, _inwards(road, float(s), side), height, colour))
    return lamps


def _add_lamp(
    builder: MeshBuilder, foot: Floats, heading: float, height: float, colour: tuple[float, float, float]
) -> Lamp:
    number = builder.instance(Label.POLE, "street lamp")
    frame = standing(foot, heading)
    reach = 1.9
    post = np.array(
        [
            [0, 0, 0],
            [0, 0, 1.0],
            [0, 0, height - 0.8],
            [0.12, 0, height - 0.25],
            [0.6, 0, height],
            [reach, 0, height + 0.08],
        ]
    )
    builder.tube(moved(frame, post), np.array([0.10, 0.075, 0.055, 0.05, 0.045, 0.04]), STEEL, number, sides=7)
    builder.tube(moved(frame, np.array([[0, 0, 0], [0, 0, 0.9]])), 0.105, STEEL, number, sides=8)
    head = frame.copy()
    head[:3, 3] = moved(frame, np.array([reach + 0.15, 0, height + 0.02]))
    builder.box(head, (0.75, 0.26, 0.11), DARK, number)
    glow = Surface(Material.STREET_LAMP, Label.POLE, colour)
    x, y, z = 0.32, 0.11, -0.008
    panel = np.array([[[-x, y, z], [x, y, z], [x, -y, z], [-x, -y, z]]])
    builder.quads(moved(head, panel), np.zeros((1, 4, 2)), glow, number)
    position = head[:3, 3] - [0, 0, 0.1]
    return Lamp((float(position[0]), float(position[1]), float(position[2])), colour)


def _round(radius: float, sides: int = 20) -> Floats:
    angle = 2 * np.pi * np.arange(sides) / sides
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def add_sign(
    builder: MeshBuilder, foot: Floats, heading: float, kind: int, seed: int, *, height_m: float = 2.2
) -> None:
    """A sign on a post that faces a heading."""
    number = builder.instance(Label.SIGN, "sign")
    half = 0.31
    frame = standing(foot, heading)
    pole = Surface(Material.METAL, Label.POLE, STEEL.colour, parameters=(0.55,))
    builder.tube(moved(frame, np.array([[0, 0, 0], [0, 0, height_m + 2 * half]])), 0.03, pole, number, sides=6)
    outline = {
        WARNING: half * 1.15 * np.array([[-1.0, -0.72], [1.0, -0.72], [0.0, 1.04]]),
        STOP: half * np.array([[np.cos(a), np.sin(a)] for a in np.pi / 8 + np.pi / 4 * np.arange(8)]) * 1.08,
        PARKING: half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]),
    }.get(kind, _round(half))
    face = Surface(Material.SIGN, Label.SIGN, (0.05, 0.12, 0.4), parameters=(kind, half, half), seed=seed)
    centre = frame.copy()
    centre[:3, 3] = moved(frame, np.array([0.04, 0, height_m + half]))
    builder.disc(centre, outline, face, number)
    behind = standing(centre[:3, 3] - 0.012 * frame[:3, 0], heading + np.pi)
    builder.disc(behind, outline[::-1] * [-1, 1], _BACK, number) if kind == WARNING else builder.disc(
        behind, outline, _BACK, number
    )


def _add_signs(builder: MeshBuilder, network: RoadNetwork, space: Space, number: int, rng: np.random.Generator) -> None:
    road = network.roads[number]
    towards = {1: -1, -1: 1}  # traffic along the line keeps to its right, offsets negative
    for part in network.stretches(number):
        for direction, side in towards.items():
            start = part.from_m if direction > 0 else part.to_m
            along = 1 if direction > 0 else -1
            facing = float(road.curve.heading(start)) + (np.pi if direction > 0 else 0.0)
            kinds = [(12.0, PROHIBITION)]
            if rng.random() < 0.5:
                kinds.append((32.0, WARNING))
            if any(lane.use is LaneUse.PARKING for lane in road.profile.lanes):
                kinds.append((24.0, PARKING))
            for away, kind in kinds:
                s = start + along * away
                if part.length_m > away + 10:
                    foot = _kerbside(road, s, side, 0.45)
                    if space.clearance(foot[:2], number)[0] > 0.5:
                        facing = float(road.curve.heading(s)) + (np.pi if direction > 0 else 0.0)
                        add_sign(builder, foot, facing, kind, int(road.speed_limit_mps < 10))
    for line in network.stop_lines:
        if line.road == number and line.gives_way:
            foot = _kerbside(road, line.s_m, towards[line.direction], 0.45)
            facing = float(road.curve.heading(line.s_m)) + (np.pi if line.direction > 0 else 0.0)
            add_sign(builder, foot, facing, STOP, 4)
    for walk in network.crosswalks:
        if walk.road == number and walk.group is None:
            for direction, side in towards.items():
                s = walk.from_m - 0.6 if direction > 0 else walk.to_m + 0.6
                facing = float(road.curve.heading(s)) + (np.pi if direction > 0 else 0.0)
                add_sign(builder, _kerbside(road, s, side, 0.45), facing, BLUE_ROUND, 9)


def _add_name_plates(builder: MeshBuilder, network: RoadNetwork, road: Road, number: int) -> None:
    for index, junction in enumerate(network.junctions):
        for arm in junction.arms:
            if arm.road != number:
                continue
            side = arm.side(left=True)
            foot = _kerbside(road, arm.mouth_m, side, 0.7)
            heading = _inwards(road, arm.mouth_m, side)
            plate = builder.instance(Label.SIGN, "street name")
            frame = standing(foot, heading)
            builder.tube(moved(frame, np.array([[0, 0, 0], [0, 0, 2.75]])), 0.03, DARK, plate, sides=6)
            face = Surface(
                Material.SIGN,
                Label.SIGN,
                (0.02, 0.13, 0.06),
                parameters=(STREET_NAME, 0.55, 0.11),
                seed=index * 7 + number,
            )
            outline = np.array([[-0.55, -0.11], [0.55, -0.11], [0.55, 0.11], [-0.55, 0.11]])
            for turn in (0.0, np.pi):
                at = standing(moved(frame, np.array([0.035 * np.cos(turn), 0, 2.6])), heading + turn)
                builder.disc(at, outline, face, plate)


def _add_small_things(
    builder: MeshBuilder, network: RoadNetwork, space: Space, number: int, rng: np.random.Generator
) -> None:
    """Bins, benches, cabinets, bollards and letter boxes along the kerbs."""
    road = network.roads[number]
    clear = network.kept_clear(number, 1.0)
    for side in (1, -1):
        for s in np.arange(4, road.curve.length_m - 4, 6.5):
            s = float(s + rng.uniform(-2, 2))
            blocked = any(part.from_m <= s <= part.to_m for part in clear)
            choice = rng.random()
            foot = _kerbside(road, s, side, 0.75)
            if blocked or space.clearance(foot[:2], number)[0] < 0.5:
                continue
            downtown = road.district_at(s) is District.DOWNTOWN
            frame = standing(foot, _inwards(road, s, side))
            if choice < (0.16 if downtown else 0.05):
                _add_bin(builder, frame)
            elif choice < (0.28 if downtown else 0.08):
                _add_bench(builder, frame)
            elif choice < 0.32 and downtown:
                for step in (-1.2, 0.0, 1.2):
                    _add_bollard(builder, standing(_kerbside(road, s + step, side, 0.4), 0.0))
            elif choice < 0.36:
                cabinet = builder.instance(Label.POLE, "cabinet")
                back = road.points(s, road.profile.back_m(side) - side * 0.35, KERB_HEIGHT_M)
                grey = Surface(Material.PLAIN, Label.POLE, (0.25, 0.29, 0.27), parameters=(0.7,))
                builder.box(standing(back, _inwards(road, s, side)), (0.4, 0.9, 1.15), grey, cabinet)


def _add_bin(builder: MeshBuilder, frame: Floats) -> None:
    number = builder.instance(Label.POLE, "bin")
    green = Surface(Material.PLASTIC, Label.POLE, (0.03, 0.07, 0.045))
    path = moved(frame, np.array([[0, 0, 0], [0, 0, 0.85], [0, 0, 0.88], [0, 0, 0.98]]))
    builder.tube(path, np.array([0.24, 0.27, 0.29, 0.2]), green, number, sides=12)


def _add_bollard(builder: MeshBuilder, frame: Floats) -> None:
    number = builder.instance(Label.POLE, "bollard")
    path = moved(frame, np.array([[0, 0, 0], [0, 0, 0.8], [0, 0, 0.92]]))
    builder.tube(path, np.array([0.07, 0.065, 0.03]), DARK, number, sides=8)


def _add_bench(builder: MeshBuilder, frame: Floats) -> None:
    number = builder.instance(Label.POLE, "bench")
    wood = Surface(Material.BARK, Label.POLE, (0.20, 0.11, 0.05), seed=5)

    def at(x: float, y: float, z: float) -> Floats:
        place = frame.copy()
        place[:3, 3] = moved(frame, np.array([x, y, z]))
        return place

    for x in (-0.16, 0.0, 0.16):
        builder.box(at(x, 0, 0.44), (0.12, 1.7, 0.05), wood, number, bottom=True)
    for z in (0.6, 0.76):
        builder.box(at(-0.27, 0, z), (0.04, 1.7, 0.12), wood, number, bottom=True)
    for y in (-0.7, 0.7):
        builder.box(at(-0.05, y, 0), (0.4, 0.06, 0.44), DARK, number)
        builder.box(at(-0.27, y, 0.4), (0.05, 0.05, 0.48), DARK, number)


def _add_bus_stop(builder: MeshBuilder, road: Road, s_m: float, side: int) -> None:
    """A glass shelter at the back of the pavement with a lit poster, and a flag at the kerb."""
    number = builder.instance(Label.BUILDING, "bus shelter")
    profile = road.profile
    middle = (
        (profile.pavement_m(side)[1] - side * 1.1)
        if profile.roadside(side).pavement_m > 2.6
        else profile.back_m(side) + side * 0.6
    )
    frame = standing(road.points(s_m, middle, KERB_HEIGHT_M), _inwards(road, s_m, side))
    steel = Surface(Material.METAL, Label.BUILDING, (0.16, 0.17, 0.18), parameters=(0.5,))
    pane = Surface(Material.GLASS, Label.BUILDING, (0.30, 0.36, 0.36), parameters=(0.2,))
    poster = Surface(Material.SHOPFRONT, Label.BUILDING, (0.3, 0.3, 0.3), (0.5, 0.3, 0.1), (2.4, 2.0, 0.1), 17)

    def at(x: float, y: float, z: float) -> Floats:
        place = frame.copy()
        place[:3, 3] = moved(frame, np.array([x, y, z]))
        return place

    for y in (-2.0, 0.0, 2.0):
        builder.box(at(-0.65, y, 0), (0.07, 0.07, 2.4), steel, number)
    builder.box(at(-0.1, 0, 2.4), (1.5, 4.4, 0.1), steel, number, bottom=True)
    builder.box(at(-0.66, 0, 0.3), (0.02, 3.95, 1.9), pane, number)
    builder.box(at(-0.05, -2.05, 0.1), (1.2, 0.1, 2.1), poster, number)
    builder.box(at(-0.45, 0.3, 0.45), (0.35, 2.2, 0.05), steel, number, bottom=True)
    foot = _kerbside(road, s_m + 4.0, side, 0.4)
    flag = Surface(Material.SIGN, Label.SIGN, (0.05, 0.2, 0.05), parameters=(STREET_NAME, 0.28, 0.2), seed=33)
    pole = standing(foot, float(road.curve.heading(s_m)) + np.pi)
    builder.tube(moved(pole, np.array([[0, 0, 0], [0, 0, 2.9]])), 0.035, STEEL, number, sides=6)
    for turn in (0.0, np.pi):
        plate = standing(
            moved(pole, np.array([0.04 * np.cos(turn), 0.3, 2.6])), float(road.curve.heading(s_m)) + np.pi + turn
        )
        builder.disc(plate, np.array([[-0.28, -0.2], [0.28, -0.2], [0.28, 0.2], [-0.28, 0.2]]), flag, number)
