"""What a scene shows where a plan looks, and how far that is to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Camera, Pose
from core.geometry.segments import may_see
from core.scene import Actor, Scene
from core.scene.coverage import seen_shares
from core.scene.drawing import drawn_through, fineness, over_sky
from core.scene.exposure import NEUTRAL
from core.splats import GaussianCloud, Provenance
from core.worldgen.conditions.viewpoints import Viewpoints

HALF_LIFE_S = 1.0
"""After so long, what was generated is trusted half as much."""
FARTHEST_ACTOR_M = 60.0
"""Actors further away are a few latents large: nobody asks which of their sides were seen, or where they move."""
_FRESH = 0.7  # trust in what has just been generated
_SHOWN_PX = 128  # height up to which pictures are shown finer than they are generated
_TINY = 1e-9

AnyNumber = TypeVar("AnyNumber", np.uint8, np.float32)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures of `T` frames of `V` cameras."""

    rgb: NDArray[np.uint8]  # (T, V, H, W, 3) splats over the sky, exposed as each camera does
    depth_m: NDArray[np.float32]  # (T, V, H, W) along the optical axis, 0 where nothing is
    alpha: NDArray[np.float32]  # (T, V, H, W) share of the light that splats stop
    doubt: NDArray[np.float32]  # (T, V, H, W) the same of splats, weighted by how little they are trusted
    generated: NDArray[np.float32]  # (T, V, H, W) the same of those that were generated

    def coarser(self, times: int) -> Drawn:
        """The same as pictures so many times smaller each way; depths as they are blended."""
        if times == 1:
            return self
        alpha, rgb = smaller_by(times, self.alpha), smaller_by(times, self.rgb)
        depth_m = smaller_by(times, self.depth_m * self.alpha) / alpha.clip(_TINY)
        return Drawn(rgb, depth_m, alpha, smaller_by(times, self.doubt), smaller_by(times, self.generated))


def finer_for(height: int) -> int:
    """How many times higher than a generator makes them pictures are shown that a scene has a part in.

    Renders and recorded pictures have more detail than a small network can make, and cost little more when they are
    finer.
    """
    return 2 if 2 * height <= _SHOWN_PX else 1


def smaller_by(times: int, pictures: NDArray[AnyNumber]) -> NDArray[AnyNumber]:
    """Means of squares of so many pixels each way of pictures (T, V, H, W) or (T, V, H, W, C)."""
    if times == 1:
        return pictures
    count, views, height, width = pictures.shape[:4]
    found = np.empty((count, views, height // times, width // times, *pictures.shape[4:]), pictures.dtype)
    for at in np.ndindex(count, views):
        cv2.resize(pictures[at], found.shape[3:1:-1], dst=found[at], interpolation=cv2.INTER_AREA)
    return found


def drawn_of(
    scene: Scene,
    names: Sequence[str],
    viewpoints: Viewpoints,
    *,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Drawn:
    """Draw a scene, after all edits, at each viewpoint.

    Args:
        scene: to be drawn.
        names: of the cameras, by which the scene knows their exposures.
        viewpoints: times and poses in the scene's clock and world.
        threads: how many share the work; all usable cores if None.
        between: called before each picture; may raise to end.
    """
    shape = *viewpoints.t_ns.shape, *viewpoints.size
    rgb = np.empty((*shape, 3), np.uint8)
    depth_m, alpha, doubt, generated = (np.empty(shape, np.float32) for _ in range(4))
    scene = in_sight(scene, viewpoints)
    for frame, times in enumerate(viewpoints.t_ns.tolist()):
        clouds: dict[int, GaussianCloud] = {}
        for view, (name, camera, t_ns) in enumerate(zip(names, viewpoints.cameras, times, strict=True)):
            between()
            t_s = (t_ns - scene.start_ns) * 1e-9
            if t_ns not in clouds:
                clouds[t_ns] = scene.at(t_s)
            pose = viewpoints.world_from_camera[frame, view]
            told = np.stack([doubts(scene, clouds[t_ns], camera, pose, t_s), is_generated(clouds[t_ns])], -1)
            finer = fineness(scene, name, camera)
            image = drawn_through(camera, pose, clouds[t_ns], finer=finer, features=told, threads=threads)
            assert image.features is not None
            exposure = scene.exposures.get(name, NEUTRAL)
            rgb[frame, view] = over_sky(image, scene.sky, camera, pose, exposure)
            depth_m[frame, view], alpha[frame, view] = image.depth_m, image.alpha
            doubt[frame, view], generated[frame, view] = np.moveaxis(image.features, -1, 0)
    return Drawn(rgb, depth_m, alpha, doubt, generated)


def in_sight(scene: Scene, viewpoints: Viewpoints) -> Scene:
    """The scene without the actors that no camera can see in any of the frames, so that nobody places their splats.

    In city traffic that is most of them: half of the processor's time went there.
    """
    seen = np.zeros(len(scene.actors), bool)
    for frame, times in enumerate(viewpoints.t_ns.tolist()):
        boxes = {t_ns: scene.box_table.at(t_ns) for t_ns in set(times)}
        for view, (camera, t_ns) in enumerate(zip(viewpoints.cameras, times, strict=True)):
            pose, there = viewpoints.world_from_camera[frame, view], boxes[t_ns]
            middles_m = pose.inverse().apply(there.world_from_box.translation)
            seen[there.rows] |= may_see(camera, middles_m, scene.reaches_m[there.rows])
    return replace(scene, actors=tuple(actor for actor, is_seen in zip(scene.actors, seen, strict=True) if is_seen))


def doubts(
    scene: Scene, cloud: GaussianCloud, camera: Camera, world_from_camera: Pose, t_s: float
) -> NDArray[np.float32]:
    """How little splats (n,) that exist at a time are to be trusted, 0 to 1.

    Those that were generated, the more the longer ago; those of an actor by how much of the sides that the camera sees
    was never observed.
    """
    doubt = is_generated(cloud)
    if cloud.last_seen_s is not None:
        doubt *= 1 - _FRESH * 0.5 ** (np.abs(t_s - cloud.last_seen_s) / HALF_LIFE_S)
    else:
        doubt *= 1 - _FRESH
    if cloud.owners is not None:
        unseen = np.zeros(1 + max((actor.number for actor in scene.actors), default=0), np.float32)
        near = [
            (actor, actor.coverage, box)
            for actor, box in near_actors(scene, camera, world_from_camera, t_s)
            if actor.coverage is not None
        ]
        places_m = [box.world_from_box.inverse().apply(world_from_camera.translation[None])[0] for _, _, box in near]
        seen = seen_shares(
            [coverage for _, coverage, _ in near],
            np.reshape(places_m, (-1, 3)),
            np.reshape([box.size_m for _, _, box in near], (-1, 3)),
        )
        unseen[[actor.number for actor, _, _ in near]] = 1 - seen
        doubt = np.maximum(doubt, unseen[cloud.owners])
    return doubt


def near_actors(scene: Scene, camera: Camera, world_from_camera: Pose, t_s: float) -> list[tuple[Actor, Box]]:
    """The actors, with their boxes, that a camera may see within `FARTHEST_ACTOR_M`."""
    there = scene.box_table.at(scene.t_ns(t_s))
    middles_m = world_from_camera.inverse().apply(there.world_from_box.translation)
    near = may_see(camera, middles_m, scene.reaches_m[there.rows]) & (
        np.linalg.norm(middles_m, axis=1) < FARTHEST_ACTOR_M
    )
    chosen = np.flatnonzero(near).tolist()
    return [(scene.actors[there.rows[i]], Box(there.world_from_box[i], there.tracks[i].size_m)) for i in chosen]


def is_generated(cloud: GaussianCloud) -> NDArray[np.float32]:
    """1 for splats (n,) that were generated, else 0."""
    if cloud.provenance is None:
        return np.zeros(len(cloud), np.float32)
    return (cloud.provenance == Provenance.GENERATED).astype(np.float32)
