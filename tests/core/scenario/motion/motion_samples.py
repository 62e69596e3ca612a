"""Tracks, ego paths and a lane map to try motions on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Curve, Pose, PoseTrack
from core.logs import ActorClass, Lane, LaneMap, Track

START_NS = 1_500_000_000_000_000_000
LANE_M = 3.5
CAR_M = (4.5, 1.9, 1.5)


def ns(t_s: ArrayLike) -> NDArray[np.int64]:
    return START_NS + np.round(np.asarray(t_s) * 1e9).astype(np.int64)


def seconds(poses: PoseTrack) -> NDArray[np.float64]:
    return (poses.t_ns - START_NS) / 1e9


def driven(curve: Curve, speed_mps: ArrayLike, *, seconds: float = 10.0, rate_hz: float = 10.0) -> PoseTrack:
    """Poses along a curve at a constant speed, or at one speed for each step."""
    t_s = np.arange(0.0, seconds + 1e-9, 1 / rate_hz)
    speed = np.broadcast_to(np.asarray(speed_mps, dtype=float), t_s.shape)
    s_m = np.concatenate([[0.0], np.cumsum(np.diff(t_s) * (speed[1:] + speed[:-1]) / 2)])
    return PoseTrack(ns(t_s), Pose.from_heading(curve.heading(s_m), curve.at(s_m)))


def car(poses: PoseTrack, *, id: str = "car") -> Track:
    return Track(id=id, actor_class=ActorClass.CAR, source_label="car", poses=poses, size_m=CAR_M)


def straight(*, y_m: float = 0.0, from_m: float = 0.0) -> Curve:
    return Curve.through([[from_m, y_m, 0.0], [from_m + 300.0, y_m, 0.0]])


def bend_left(radius_m: float = 40.0) -> Curve:
    angle = np.linspace(0.0, 1.2 * np.pi, 60)
    x, y = radius_m * np.sin(angle), radius_m * (1 - np.cos(angle))
    return Curve.through(np.stack([x, y, 0.02 * radius_m * angle], -1))


def jittered(poses: PoseTrack, deviation_m: float = 0.08, deviation_rad: float = 0.01) -> PoseTrack:
    rng = np.random.default_rng(5)
    noise = Pose.from_heading(
        rng.normal(0.0, deviation_rad, len(poses)), rng.normal(0.0, deviation_m, (len(poses), 3)) * [1, 1, 0.3]
    )
    return PoseTrack(poses.t_ns, poses.poses @ noise)


def road(lanes: int = 2) -> LaneMap:
    """Lanes side by side along x from -50 m to 350 m, lane 0 about y = 0, and the others to its left."""
    x = np.linspace(-50.0, 350.0, 81)
    made = {}
    for number in range(lanes):
        centre = np.stack([x, np.full_like(x, LANE_M * number), np.zeros_like(x)], -1)
        half = np.array([0.0, LANE_M / 2, 0.0])
        made[f"lane{number}"] = Lane(
            id=f"lane{number}",
            centre_m=centre,
            left_m=centre + half,
            right_m=centre - half,
            left_neighbour=f"lane{number + 1}" if number + 1 < lanes else None,
            right_neighbour=f"lane{number - 1}" if number > 0 else None,
        )
    outline = np.array([[-50, -LANE_M / 2, 0], [350, -LANE_M / 2, 0], [350, LANE_M * (lanes - 0.5), 0]], dtype=float)
    outline = np.concatenate([outline, [[-50.0, LANE_M * (lanes - 0.5), 0.0]]])
    return LaneMap(lanes=made, drivable=(outline,))
