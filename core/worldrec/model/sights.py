"""What the network looks at: views of a log as tensors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.geometry import Boxes
from core.scene import Scene
from core.worldrec.lift.views import View
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.state import Moment, SplatState, moment_of

_NEAREST_M = 0.2
_REACH = 7.0  # of a splat's largest size: twice what is drawn, for those that are seen askew
_MARGIN_PX = 4.0


@dataclass(frozen=True, eq=False)
class Sight:
    """One view: its picture, its lens, when and from where it was taken, what was measured."""

    rgb: Tensor  # [3, H, W] in [0, 1]
    valid: Tensor  # [1, H, W] 1 where the lens saw something
    camera_from_world: Tensor  # [4, 4] float32
    intrinsics: Tensor  # [3, 3] with pixel centres at integers
    sky: Tensor  # [3, H, W] what is seen behind all splats
    measured: Tensor  # [1, H, W] depths by lidar along the optical axis, 0 where there are none
    movers: Tensor  # [1, H, W] depth of the nearest side of the box of an actor, infinite where there is none
    moment: Moment
    camera: int = 0  # sights of one number are of one camera, or of one part of what it sees

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.rgb.shape[1], self.rgb.shape[2]

    def to(self, device: torch.device | str) -> Sight:
        moved = {each.name: getattr(self, each.name).to(device) for each in fields(self) if each.name != "camera"}
        return Sight(**moved, camera=self.camera)


def in_turn(sights: Sequence[Sight], number: int, config: WorldRecConfig) -> list[Sight]:
    """The views that a round looks at: of each camera a share, evenly spread, in the next round another.

    Args:
        sights: camera by camera, each in order of time.
        number: of the round.
        config: how many turns there are, and of how many views at least.
    """
    seen: list[Sight] = []
    for those in _of_cameras(sights):
        turns = min(max(len(those) // config.times_per_round, 1), config.turns)
        seen += those[number % turns :: turns]
    return seen


def thinned(sights: Sequence[Sight], times: int) -> list[Sight]:
    """At most so many views of each camera, evenly spread."""
    return [sight for those in _of_cameras(sights) for sight in those[:: -(-len(those) // times)]]


def _of_cameras(sights: Sequence[Sight]) -> Collection[list[Sight]]:
    of_camera: dict[int, list[Sight]] = {}
    for sight in sights:
        of_camera.setdefault(sight.camera, []).append(sight)
    return of_camera.values()


def near_picture(state: SplatState, sight: Sight) -> Tensor:
    """Rows [K] of the splats that a view may show: all of actors, and those of the static world not far outside."""
    static = int((state.owners == 0).sum())
    x, y, depth = (sight.camera_from_world[:3, :3] @ state.means[:static].T + sight.camera_from_world[:3, 3:]).unbind()
    height, width = sight.size
    (fx, _, cx), (_, fy, cy) = sight.intrinsics[:2].tolist()
    reach = _REACH * state.log_scales[:static].max(1).values.exp() + _MARGIN_PX / min(fx, fy) * depth
    inside = (depth > 0) & (x + reach > -(cx + 0.5) / fx * depth) & (x - reach < (width - 0.5 - cx) / fx * depth)
    inside &= (y + reach > -(cy + 0.5) / fy * depth) & (y - reach < (height - 0.5 - cy) / fy * depth)
    moving = torch.arange(static, len(state), device=inside.device)
    return torch.cat([torch.nonzero(inside)[:, 0], moving])


def sight_of(
    view: View, scene: Scene, measured: NDArray[np.float32], window_s: tuple[float, float], camera: int = 0
) -> Sight:
    """A view of a scene's log, with what lidar measured there (h, w), infinite where nothing.

    Its picture is brought to the common exposure of the scene's cameras.
    """
    rgb = view.rgb
    if view.stream in scene.exposures:
        rgb = scene.exposures[view.stream].undone(rgb).clip(0.0, 1.0)
    found = np.where(np.isfinite(measured), measured, 0.0).astype(np.float32)
    sky = np.moveaxis(scene.sky.colours(view.directions), -1, 0)
    return Sight(
        rgb=torch.from_numpy(np.ascontiguousarray(np.moveaxis(rgb, -1, 0))),
        valid=torch.from_numpy(view.valid.astype(np.float32))[None],
        camera_from_world=torch.from_numpy(view.camera_from_world.astype(np.float32)),
        intrinsics=torch.from_numpy(view.intrinsics.astype(np.float32)),
        sky=torch.from_numpy(np.ascontiguousarray(sky)),
        measured=torch.from_numpy(found)[None],
        movers=torch.from_numpy(mover_depths(view, _boxes_at(scene, view.t_ns)))[None],
        moment=moment_of(scene, view.t_ns, window_s),
        camera=camera,
    )


def _boxes_at(scene: Scene, t_ns: int) -> Boxes:
    found = scene.box_table.at(t_ns)
    return Boxes(found.world_from_box, found.sizes_m)


def mover_depths(view: View, boxes: Boxes) -> NDArray[np.float32]:
    """Depths (h, w) of the nearest corner of the box that covers a pixel, infinite where none does."""
    height, width = view.valid.shape
    depths = np.full((height, width), np.inf, np.float32)
    if not len(boxes):
        return depths
    corners = boxes.corners() @ view.camera_from_world[:3, :3].T + view.camera_from_world[:3, 3]
    before = np.maximum(corners[..., 2], _NEAREST_M)
    fx, fy, cx, cy = view.lens
    pixels = np.stack([corners[..., 0] / before * fx + cx, corners[..., 1] / before * fy + cy], -1)
    pixels = np.clip(pixels, -1e4, 1e4).round().astype(np.int32)
    low, high = pixels.min(1), pixels.max(1)
    shown = (corners[..., 2].max(1) >= _NEAREST_M) & (high >= 0).all(1) & (low < (width, height)).all(1)
    for outline, nearest in zip(pixels[shown], before[shown].min(1), strict=True):
        inside = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(inside, cv2.convexHull(outline), 1)
        depths[inside > 0] = np.minimum(depths[inside > 0], nearest)
    return depths
