"""A scenario, a scene and an asset over the small drive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from synthetic_drive import START_NS

from core.logs import ActorClass, DrivingLog
from core.scenario import LogReference, OfAsset, Scenario
from core.scene import Actor, Asset, Scene, Sky
from core.splats import GaussianCloud

ASSET = "0123456789abcdef"


def splats(means_m: NDArray[np.floating]) -> GaussianCloud:
    count = len(means_m)
    return GaussianCloud(
        means_m=np.asarray(means_m, np.float32),
        quaternions=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        scales_m=np.full((count, 3), 0.1, np.float32),
        opacities=np.full(count, 0.9, np.float32),
        colours=np.full((count, 3), 0.5, np.float32),
    )


def scenario_of(log: DrivingLog) -> Scenario:
    return Scenario(name="cut in", log=LogReference.of(log))


def street_scene(log: DrivingLog) -> Scene:
    """Ground of 100 splats in a grid of metres, and five splats for each actor."""
    x, y = np.meshgrid(np.arange(10.0), np.arange(10.0))
    body = splats(np.linspace([-0.4, 0.0, 0.0], [0.4, 0.0, 0.0], 5))
    return Scene(
        name=log.name,
        start_ns=START_NS,
        duration_s=log.duration_s,
        static=splats(np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])),
        actors=tuple(Actor(number, track, body) for number, track in enumerate(log.tracks, start=3)),
        sky=Sky.plain(),
        licence="CC BY 4.0",
    )


def deer() -> Asset:
    body = splats(np.linspace([-0.7, 0.0, 0.0], [0.7, 0.0, 0.0], 7))
    return Asset(
        name="deer",
        actor_class=ActorClass.ANIMAL,
        source_label="animal",
        size_m=(1.6, 0.5, 1.4),
        cloud=body,
        coverage=None,
        licence="MIT",
        source="/logs/7",
    )


def of_deer() -> OfAsset:
    asset = deer()
    return OfAsset(
        asset=ASSET,
        name=asset.name,
        actor_class=asset.actor_class,
        source_label=asset.source_label,
        size_m=asset.size_m,
        licence=asset.licence,
        source=asset.source,
    )
