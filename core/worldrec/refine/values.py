"""What refinement changes of a scene, as plain arrays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.scene import Scene, Sky
from core.splats import GaussianCloud

Values = dict[str, NDArray[np.float32]]
"""`means_m`, `quaternions`, `scales_m`, `opacities`, `colours` and maybe `harmonics`, as in `GaussianCloud`, of all
splats (n, …): the static ones first, then those of each actor in the frame of its box; and `dome` (h, w, 3)."""

_SPLATS = ("means_m", "quaternions", "scales_m", "opacities", "colours", "harmonics")


def values_of(scene: Scene) -> Values:
    """The values of a scene; they share no memory with it."""
    whole = all_splats(scene)
    values = {name: getattr(whole, name) for name in _SPLATS}
    values["dome"] = scene.sky.dome
    return {name: np.array(array, np.float32) for name, array in values.items() if array is not None}


def with_values(scene: Scene, values: Values) -> Scene:
    """The scene with other values of the same splats."""
    splats: dict[str, Any] = {name: values[name] for name in _SPLATS if name in values}
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    borders = np.cumsum([0, *(len(cloud) for cloud in clouds)]).tolist()
    changed = [
        replace(cloud, **{name: array[first:after] for name, array in splats.items()})
        for cloud, (first, after) in zip(clouds, itertools.pairwise(borders), strict=True)
    ]
    actors = tuple(replace(actor, cloud=cloud) for actor, cloud in zip(scene.actors, changed[1:], strict=True))
    return replace(scene, static=changed[0], actors=actors, sky=Sky(values["dome"]))


def all_splats(scene: Scene) -> GaussianCloud:
    """The static splats, then those of each actor in the frame of its box."""
    return GaussianCloud.concatenated([scene.static, *(actor.cloud for actor in scene.actors)])
