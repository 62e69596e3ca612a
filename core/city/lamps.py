"""Lamps that light the street at one instant: street lamps, the actors' and the ego's head and tail lamps."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from core.city.kernels.light import GLOW_SIZE
from core.city.mesh import PosedActor
from core.city.static_world import Lamp
from core.city.weather import Weather
from core.geometry import Pose

Row = list[float]

_SIGHT_M = 130.0
_STREET_POWER = 130.0
_HEAD_POWER = 300.0
_TAIL_POWER = 2.6
_HALO = 0.9


def lamp_rows(lamps: Sequence[Lamp], weather: Weather, eye_m: NDArray[np.float64]) -> list[Row]:
    """Rows for the kernels (see `core.city.kernels.light`) of the street lamps in sight of the eye."""
    if weather.lamps < 0.4:
        return []
    rows = []
    for lamp in lamps:
        if np.linalg.norm(np.asarray(lamp.position_m) - eye_m) < _SIGHT_M:
            power = _STREET_POWER * weather.lamps
            colour = [power * channel for channel in lamp.colour]
            rows.append([*lamp.position_m, *colour, *lamp.axis, cos(radians(86)), cos(radians(40)), lamp.reach_m])
    return rows


def actor_lamps(actors: Sequence[PosedActor], weather: Weather, eye_m: NDArray[np.float64]) -> list[Row]:
    """Rows of the head and tail lamps of actors that have them on; one pair shines as one lamp beyond 40 m."""
    if weather.lamps < 0.4:
        return []
    rows: list[Row] = []
    for actor in actors:
        distance = float(np.linalg.norm(actor.world_from_actor.translation - eye_m))
        if not actor.head_lamps or distance > _SIGHT_M:
            continue
        length, width, height = actor.size_m
        spread = (0.35 * width, -0.35 * width) if distance < 40 else (0.0,)
        share = weather.lamps / len(spread)
        for side in spread:
            low = -height / 2 + min(0.68, height / 2)
            rows.append(_beam(actor.world_from_actor, (length / 2 + 0.1, side, low), share))
        rows.append(_tail(actor, (-length / 2 - 0.1, 0.0, -height / 2 + 0.8), weather.lamps))
    return rows


def glow_rows(rows: Sequence[Row], weather: Weather, eye_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Haloes (k, GLOW_SIZE) of the lamps that shine towards the eye."""
    glows = []
    for row in rows:
        towards = eye_m - row[:3]
        distance = float(np.linalg.norm(towards)) + 1e-6
        cosine = float(np.dot(row[6:9], towards)) / distance
        share = float(np.clip((cosine - row[9]) / (1 - row[9]), 0, 1))
        if share > 0 and distance > 1.5:
            colour = np.asarray(row[3:6]) / max(row[3:6])
            strength = _HALO * share * weather.lamps * min(1.0, max(row[3:6]) / 60)
            glows.append([*row[:3], *(strength * colour)])
    return np.array(glows).reshape(-1, GLOW_SIZE)


def ego_lamps(world_from_ego: Pose, weather: Weather) -> list[Row]:
    """Rows of the ego's own two head lamps."""
    if weather.lamps < 0.4:
        return []
    return [_beam(world_from_ego, (3.8, side, 0.68), weather.lamps / 2) for side in (0.65, -0.65)]


def _beam(pose: Pose, place_m: tuple[float, float, float], share: float) -> Row:
    position = pose.apply(np.array([place_m]))[0]
    axis = pose.rotate(np.array([[0.998, 0.0, -0.055]]))[0]
    power = _HEAD_POWER * share
    colour = (power, 0.95 * power, 0.86 * power)
    return [*position, *colour, *axis, cos(radians(27)), cos(radians(3)), 55.0]


def _tail(actor: PosedActor, place_m: tuple[float, float, float], share: float) -> Row:
    pose = actor.world_from_actor
    power = _TAIL_POWER * share * (3.0 if actor.braking else 1.0)
    axis = pose.rotate(np.array([[-0.98, 0.0, -0.2]]))[0]
    position = pose.apply(np.array([place_m]))[0]
    return [*position, power, 0.06 * power, 0.03 * power, *axis, cos(radians(80)), cos(radians(30)), 9.0]
