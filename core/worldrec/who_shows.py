"""Which of two scenes of one place shows a surface: that whose views saw it finer.

Decisions
- Both scenes in full would show every surface twice, a little apart. The old one wherever it has any leaves what was
  seen from afar as coarse as it was. A city of 4 s whose second half was added to the first, PSNR and SSIM of images
  that were held out in both halves: 22.2 / .746 and 21.5 / .690 so; 23.3 / .791 and 22.4 / .750 if surfaces change
  hands; each half as a scene of its own 24.1 / .808 and 23.7 / .807. The real drive, three cameras: 25.4 / .725 and
  24.2 / .691; each half of its own 25.7 / .733 and 25.8 / .733.
- Clearly finer, not just finer: 23.0 / .779 and 22.6 / .763 without that margin. The first half is what the user has
  accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.scene import Scene
from core.splats import GaussianCloud, Provenance
from core.splats.torch_rasteriser import Splatted, splat
from core.worldrec.lift import Lifted
from core.worldrec.lift.views import View
from core.worldrec.model.sights import Sight
from core.worldrec.model.state import placed, state_of
from core.worldrec.reconstructing import sights_of

Floats = NDArray[np.float32]

_SOLID, _SAME_SURFACE = 0.7, 0.15  # alpha of a known surface; how far off, in metres and relatively, it is the same
_BEHIND, _BEHIND_M = 0.07, 0.3  # relatively, and in metres: so little behind a surface is still seen
_FINER = 0.7
"""A surface changes hands when its pixels in the new views are smaller than this share of those in the earlier ones."""


def who_shows(
    scene: Scene, start: Lifted, earlier: Sequence[View], window_s: tuple[float, float], provenance: Provenance
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which static splats (n,) of a scene stay, and which (m,) of a new one come.

    Args:
        scene: as it was.
        start: the new scene, and the views that it was made of.
        earlier: views that the old one was made of; if none are known, everything stays.
        window_s: that holds all views.
        provenance: of the new views; only observed ones take surfaces over.
    """
    old, new = scene.static, start.scene.static
    stays, comes = np.ones(len(old), bool), ~_already_shown(new, scene, start, window_s)
    if earlier and provenance is Provenance.OBSERVED:
        by_old = _finest_seen([old, new], scene, replace(start, views=list(earlier)), window_s)
        by_new = _finest_seen([old, new], start.scene, start, window_s)
        stays = by_new[0] >= _FINER * by_old[0]
        comes |= by_new[1] < _FINER * by_old[1]
    return stays, comes


@torch.no_grad()
def _finest_seen(
    clouds: Sequence[GaussianCloud], scene: Scene, seen: Lifted, window_s: tuple[float, float]
) -> list[Floats]:
    """Metres per pixel (n,) of the views that see the static splats of some clouds best, infinite where the static
    world of a scene hides them from all views, or none looks there."""
    finest = [torch.full((len(cloud),), torch.inf) for cloud in clouds]
    for sight, drawn in _static_pictures(scene, seen, window_s):
        for cloud, best in zip(clouds, finest, strict=True):
            depth, inside, at = _pixels_of(cloud, sight)
            surface = torch.where(drawn.alpha[0][at] > 0.5, drawn.depth_m[0][at], torch.inf)
            sees = inside & (surface > (1 - _BEHIND) * depth - _BEHIND_M)
            best[sees] = torch.minimum(best[sees], depth[sees] / sight.intrinsics[0, 0])
    return [best.numpy() for best in finest]


@torch.no_grad()
def _already_shown(
    cloud: GaussianCloud, scene: Scene, start: Lifted, window_s: tuple[float, float]
) -> NDArray[np.bool_]:
    """Which static splats (n,) of a lift a scene already has: a view shows an observed surface right there."""
    shown = torch.zeros(len(cloud), dtype=torch.bool)
    generated = Provenance.GENERATED
    observed = scene.static if scene.static.provenance is None else scene.static[scene.static.provenance != generated]
    if not len(observed) or not len(cloud):
        return shown.numpy()
    for sight, drawn in _static_pictures(replace(scene, static=observed), start, window_s):
        depth, inside, at = _pixels_of(cloud, sight)
        there = (drawn.depth_m[0][at] - depth).abs() < _SAME_SURFACE * depth + _SAME_SURFACE
        shown |= inside & there & (drawn.alpha[0][at] > _SOLID)
    return shown.numpy()


def _static_pictures(scene: Scene, seen: Lifted, window_s: tuple[float, float]) -> Iterator[tuple[Sight, Splatted]]:
    """The static world of a scene, drawn through the views of a lift."""
    alone = replace(scene, actors=())
    state = state_of(alone, window_s)
    for sight in sights_of(replace(seen, scene=alone), window_s):
        height, width = sight.size
        shapes = placed(state, sight.moment).shapes
        yield sight, splat(*shapes, sight.camera_from_world, sight.intrinsics, width, height)


def _pixels_of(cloud: GaussianCloud, sight: Sight) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
    """Of splats in a view: depths [n] in m, whether they lie in the picture [n], row and column [n] of their pixel."""
    place = torch.from_numpy(cloud.means_m) @ sight.camera_from_world[:3, :3].T + sight.camera_from_world[:3, 3]
    depth = place[:, 2].clamp_min(0.1)
    pixel = (place[:, :2] / depth[:, None] @ sight.intrinsics[:2, :2].T + sight.intrinsics[:2, 2]).round().long()
    column, row = pixel.unbind(1)
    height, width = sight.size
    inside = (place[:, 2] > 0.1) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return depth, inside, (row.clamp(0, height - 1), column.clamp(0, width - 1))
