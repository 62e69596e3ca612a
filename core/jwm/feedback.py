"""What was generated flows back into the scene, where nobody had looked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.geometry import Pose
from core.jwm.drawing import Drawn
from core.jwm.prior import Prior
from core.jwm.surfaces import Surfaces
from core.logs import CameraStream, ImageCache
from core.scene import Scene
from core.scene.exposure import NEUTRAL
from core.splats import GaussianCloud, Provenance
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.conditions.warping import WARP_STRIDE
from core.worldgen.generating import MadeChunk
from core.worldgen.plan import Plan
from core.worldrec.lift import Lifted
from core.worldrec.lift.depth_pictures import completed
from core.worldrec.lift.points import LidarPoints
from core.worldrec.lift.sky_dome import sky_masks
from core.worldrec.lift.surfaces import flat_splats
from core.worldrec.lift.views import View, views_of
from core.worldrec.model.network import WorldRec
from core.worldrec.updating import update

Mask = NDArray[np.bool_]

TRUSTED = 0.9
"""Share of the light that splats stop, and how well known a place is, from which on a picture has to agree."""
MADE_UP = 0.5
"""Share of a place that was made up, from which on it becomes part of the scene."""
_LENIENCE, _LENIENCE_ADDED = 1.5, 0.02
_MOST_SPLATS = 1.5  # of those that the scene had


class Seen(NamedTuple):
    """What the scene told the generator about a chunk."""

    drawn: Drawn
    prior: Prior
    surfaces: Surfaces


@dataclass(frozen=True)
class Gate:
    """Lets a picture into the scene that agrees with it where the scene is sure.

    How far real pictures are from renders of the scene is measured on the frames that a drive begins with; what is
    generated may be a little further off. Stops errors from feeding on themselves.
    """

    most: float  # mean absolute difference, of [0, 1]

    @classmethod
    def of_given(cls, images: NDArray[np.uint8], seen: Seen) -> Gate:
        """By recorded frames (T, V, H, W, 3) and what the scene shows of them."""
        return cls(_LENIENCE * disagreement(images, seen) + _LENIENCE_ADDED)

    def lets(self, images: NDArray[np.uint8], seen: Seen) -> bool:
        return disagreement(images, seen) <= self.most


def disagreement(images: NDArray[np.uint8], seen: Seen) -> float:
    """Mean absolute difference between pictures and renders on pixels that are observed, solid and stand still; 0
    where there are none."""
    sure = _trusted(seen)
    if not sure.any():
        return 0.0
    return float(np.abs(images[sure].astype(np.float32) - seen.drawn.rgb[sure].astype(np.float32)).mean() / 255)


class Feedback:
    """Takes chunks into a scene. Who decides about pixels is the gate; about splats, `core.worldrec.updating`."""

    def __init__(self, network: WorldRec, *, rounds: int = 1) -> None:
        """
        Args:
            network: of WorldRec, which makes generated splats better by further pictures.
            rounds: of the network for each chunk; none only appends.
        """
        self._network, self._rounds = network, rounds
        self._gate: Gate | None = None
        self._most_splats = 0
        self.refused = 0  # chunks

    def begin(self, scene: Scene, images: NDArray[np.uint8], seen: Seen) -> None:
        """A drive begins with recorded frames (T, V, H, W, 3)."""
        self._gate = Gate.of_given(images, seen)
        self._most_splats = round(_MOST_SPLATS * len(scene)) + 1

    def after(self, scene: Scene, plan: Plan, made: MadeChunk, seen: Seen) -> Scene:
        """The scene once a chunk was made; as it was where the gate refuses, or nothing new was shown."""
        assert self._gate is not None
        if not self._gate.lets(made.images, seen):
            self.refused += 1
            return scene
        end = made.begin + len(made.images)
        viewpoints = plan.viewpoints.frames(end - 1, end)
        views, cloud = _new_splats(scene, plan.names, viewpoints, made.images[-1], seen)
        if not len(cloud):
            return scene
        t_s = (int(viewpoints.t_ns[0, 0]) - scene.start_ns) * 1e-9
        cloud = replace(cloud, last_seen_s=np.full(len(cloud), t_s, np.float32))
        lifted = Lifted(_alone(scene, cloud, t_s), views, [], LidarPoints(np.zeros((0, 3), np.float32), {}))
        grown = update(
            scene,
            lifted,
            self._network,
            (t_s, t_s),
            provenance=Provenance.GENERATED,
            max_splats=self._most_splats,
            rounds=self._rounds,
        ).scene
        return replace(grown, duration_s=scene.duration_s)


def _alone(scene: Scene, cloud: GaussianCloud, t_s: float) -> Scene:
    return replace(scene, static=cloud, actors=(), window_s=(t_s, t_s))


def _new_splats(
    scene: Scene, names: tuple[str, ...], viewpoints: Viewpoints, images: NDArray[np.uint8], seen: Seen
) -> tuple[list[View], GaussianCloud]:
    """Views of one frame of all cameras, and splats of what they show where nothing was known."""
    views, parts = [], []
    ground_m = float(viewpoints.world_from_ego.translation[0, 2])
    unknown, moving = _unknown(seen)[-1], _moving(seen)[-1]
    for number, name in enumerate(names):
        stream = _as_stream(name, viewpoints, number, images[number])
        sure = (seen.drawn.alpha[-1, number] > TRUSTED) & ~moving[number] & ~unknown[number]
        depth_m = np.where(sure, seen.drawn.depth_m[-1, number], np.inf)
        for view in views_of(stream, 0):
            measured = np.where(view.valid, view.depth_of(depth_m), np.inf).astype(np.float32)
            picture = completed(view, measured, ground_m, sky_masks([view], [measured])[0])
            wanted = view.depth_of((unknown[number] & ~moving[number]).astype(np.float32)) > 0
            chosen = wanted & view.valid & ~picture.sky & ~picture.edge
            parts.append(_splats_at(view, picture.depth_m, chosen, scene, name))
            views.append(view)
    return views, GaussianCloud.concatenated(parts)


def _splats_at(view: View, depth_m: NDArray[np.float32], chosen: Mask, scene: Scene, name: str) -> GaussianCloud:
    depths = depth_m[chosen]
    points = (view.centre_m + depths[:, None] * view.directions[chosen]).astype(np.float32)
    cloud = flat_splats(points, (depths / view.camera.fx).astype(np.float32))
    colours = scene.exposures.get(name, NEUTRAL).undone(view.rgb[chosen])
    provenance = np.full(len(cloud), Provenance.GENERATED, np.uint8)
    return replace(cloud, colours=colours.clip(0.0, 1.0).astype(np.float32), provenance=provenance)


def _as_stream(name: str, viewpoints: Viewpoints, number: int, image: NDArray[np.uint8]) -> CameraStream:
    """A camera that took one image."""
    pose = viewpoints.world_from_camera[:, number]
    return CameraStream(
        name=name,
        t_ns=viewpoints.t_ns[:, number],
        camera=viewpoints.cameras[number],
        world_from_camera=pose,
        ego_from_camera=Pose.identity(),
        read_image=lambda index: image,
        cache=ImageCache(),
    )


def _trusted(seen: Seen) -> Mask:
    known = _by_pixel(seen.prior.known[0, :, :, 0].cpu().numpy(), seen.drawn.alpha.shape)
    return (seen.drawn.alpha > TRUSTED) & (known > TRUSTED) & ~_moving(seen)


def _unknown(seen: Seen) -> Mask:
    unknown = _by_pixel(seen.prior.unknown[0, :, :, 0].cpu().numpy(), seen.drawn.alpha.shape)
    return np.asarray(unknown > MADE_UP)


def _moving(seen: Seen) -> Mask:
    near = np.repeat(np.repeat(seen.surfaces.actor > 0, WARP_STRIDE, 2), WARP_STRIDE, 3)
    height, width = seen.drawn.alpha.shape[2:]
    return near[:, :, :height, :width]


def _by_pixel(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A value of each latent (T, V, h, w) for all its pixels (T, V, H, W)."""
    rows, columns = shape[2] // values.shape[2], shape[3] // values.shape[3]
    return np.repeat(np.repeat(values, rows, 2), columns, 3)
