"""Everybody in the city during a log: tracks of all actors, and the ego's path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.city.actors import ActorKind, actor_size
from core.city.lane_graph import LaneGraph
from core.city.population import EGO_SIZE_M
from core.city.standing import Standing, draw_standing
from core.city.tokens import token
from core.city.tracks import CityTrack
from core.city.traffic import STEP_S, Traffic
from core.city.vehicles import axle_poses, box_poses
from core.city.walkers import Walker, walker_poses
from core.geometry import Pose, PoseTrack
from core.geometry.footprints import footprints, overlap

Floats = NDArray[np.float64]

NS_PER_S = 1_000_000_000
_NEAR_M = 110.0  # actors that never come this close to the ego are left out
_DOG_M = (0.35, -0.65)  # ahead and to the left of its owner


@dataclass(frozen=True, eq=False)
class _Candidate:
    name: str
    kind: ActorKind
    seed: int
    size_m: tuple[float, float, float]
    steps: NDArray[np.int64]
    poses: Pose
    braking: NDArray[np.bool_]
    parked: bool = False


@dataclass(frozen=True, eq=False)
class Life:
    ego: PoseTrack  # world_from_ego: rear axle on the ground; times from the log's start
    tracks: tuple[CityTrack, ...]


def simulate_life(graph: LaneGraph, seed: int, seconds: float) -> Life:
    """All tracks of a drive, sampled every `STEP_S`; the same for the same arguments."""
    traffic = Traffic(graph, seed, seconds)
    traffic.run()
    last = traffic.last_step
    steps, rear_axle, _ = axle_poses(traffic.ego, graph)
    ego_axle = rear_axle[steps >= 0]
    ego = _Candidate(
        "ego",
        ActorKind.CAR,
        0,
        EGO_SIZE_M,
        steps[steps >= 0],
        box_poses(traffic.ego, ego_axle),
        np.zeros(len(ego_axle), dtype=bool),
    )
    found = [ego]
    for vehicle in (*traffic.vehicles[1:], *traffic.gone):
        steps, axle, braking = axle_poses(vehicle, graph)
        inside = steps >= 0
        if inside.sum() > 1:
            poses = box_poses(vehicle, axle[inside])
            found.append(
                _Candidate(
                    vehicle.name, vehicle.kind, vehicle.seed, vehicle.size_m, steps[inside], poses, braking[inside]
                )
            )
    found += [_still(actor, last) for actor in draw_standing(graph.network, seed)]
    for walker in traffic.walkers.all:
        points, heading = (values[-last - 1 :] for values in walker_poses(walker))
        if _comes_near(points[:, :2], ego_axle.translation[:, :2]):
            found += _on_foot(walker, points, heading)
    kept = _apart(_near(found))
    tracks = [
        CityTrack(
            id=token(seed, "actor", actor.name),
            name=actor.name,
            kind=actor.kind,
            seed=actor.seed,
            instance=number,
            size_m=actor.size_m,
            poses=PoseTrack(_times_ns(actor.steps), actor.poses),
            braking=actor.braking,
            parked=actor.parked,
        )
        for number, actor in enumerate(kept)
        if number > 0
    ]
    return Life(PoseTrack(_times_ns(np.arange(len(ego_axle))), ego_axle), tuple(tracks))


def _times_ns(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    return steps.astype(np.int64) * round(STEP_S * NS_PER_S)


def _still(actor: Standing, last: int) -> _Candidate:
    steps = np.arange(last + 1) if actor.speed_mps else np.array([0, last])
    ahead = actor.world_from_box.rotate([[1.0, 0.0, 0.0]])[0]
    matrix = np.repeat(actor.world_from_box.matrix[None], len(steps), axis=0)
    matrix[:, :3, 3] += steps[:, None] * STEP_S * actor.speed_mps * ahead
    still = np.zeros(len(steps), dtype=bool)
    return _Candidate(
        actor.name, actor.kind, actor.seed, actor.size_m, steps, Pose(matrix), still, parked=not actor.speed_mps
    )


def _on_foot(walker: Walker, points: Floats, heading: Floats) -> list[_Candidate]:
    """A walker, and the dog if there is one, for feet at points (n, 3)."""
    steps = np.arange(len(points))
    still = np.zeros(len(steps), dtype=bool)
    size = actor_size(ActorKind.PEDESTRIAN, walker.seed)
    lift = np.array([0.0, 0.0, size[2] / 2])
    person = Pose.from_heading(heading, points + lift)
    found = [_Candidate(walker.name, ActorKind.PEDESTRIAN, walker.seed, size, steps, person, still)]
    if walker.dog is not None:
        size = actor_size(ActorKind.DOG, walker.dog)
        ahead = np.stack([np.cos(heading), np.sin(heading), np.zeros_like(heading)], -1)
        left = np.stack([-ahead[:, 1], ahead[:, 0], np.zeros_like(heading)], -1)
        beside = points + _DOG_M[0] * ahead + _DOG_M[1] * left + np.array([0.0, 0.0, size[2] / 2])
        dog = Pose.from_heading(heading, beside)
        found.append(_Candidate(f"{walker.name}-dog", ActorKind.DOG, walker.dog, size, steps, dog, still))
    return found


def _near(found: list[_Candidate]) -> list[_Candidate]:
    """Those who come near the ego, which is the first."""
    way = found[0].poses.translation[:, :2]
    return [actor for actor in found if _comes_near(actor.poses.translation[:, :2], way)]


def _comes_near(points: Floats, way: Floats) -> bool:
    """Whether any of the points (n, 2) lies near any of a way's (m, 2); every tenth of each is enough."""
    gaps = np.linalg.norm(points[::10, None] - way[None, ::10], axis=-1)
    return bool(gaps.min() < _NEAR_M)


def _apart(found: list[_Candidate]) -> list[_Candidate]:
    """Leave out whoever would touch somebody earlier in the list: the simulation cannot exclude it everywhere."""
    steps = np.arange(0, max(int(actor.steps[-1]) for actor in found) + 1, 2)
    shapes, alive = [], []
    for actor in found:
        at = np.clip(np.searchsorted(actor.steps, steps, side="right") - 1, 0, None)
        poses = actor.poses[at]
        sizes = np.broadcast_to(np.array(actor.size_m[:2]) + 0.04, (len(steps), 2))
        shapes.append(footprints(poses.translation[:, :2], poses.heading, sizes))
        alive.append((steps >= actor.steps[0]) & (steps <= actor.steps[-1]))
    kept: list[int] = []
    for number, actor in enumerate(found):
        owner = actor.name.removesuffix("-dog")
        if owner != actor.name and owner not in (found[i].name for i in kept):
            continue
        if kept:
            others = np.stack([shapes[i] for i in kept])
            both = np.stack([alive[i] for i in kept]) & alive[number]
            if (overlap(others, shapes[number][None]) & both).any():
                continue
        kept.append(number)
    return [found[number] for number in kept]
