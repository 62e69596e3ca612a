"""The sky made better with the splats in front of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from core.scene import Sky
from core.scene.sky import dome_pixels
from core.worldrec.model.encoder import viewing_rays
from core.worldrec.model.evidence import Drawn
from core.worldrec.model.sights import Sight

_SOON_SEEN = 1.0  # pixels of open sky that count as much as what the dome was before
_OPEN = 0.1  # alpha below which a pixel shows the sky
_SMOOTH = 2.0  # pixels of the dome: the sky has no finer detail than clouds


def better_sky(sky: Sky, sights: Sequence[Sight], drawn: Sequence[Drawn]) -> Sky:
    """The dome with what pictures lack behind the splats, as far as these leave it open.

    The least squares answer of each direction by itself, drawn to what it was where little of it is seen.

    Args:
        sky: over which the pictures were drawn.
        sights: what was looked at.
        drawn: the scene as each of them shows it.
    """
    from scipy.ndimage import gaussian_filter

    height, width, _ = sky.dome.shape
    sums = np.zeros((height * width, 4))
    for sight, picture in zip(sights, drawn, strict=True):
        row, column = dome_pixels(viewing_rays(sight).movedim(0, -1).cpu().numpy(), height, width)
        at = (np.clip(row.round(), 0, height - 1) * width + column.round() % width).astype(np.int64).ravel()
        shown = ((picture.alpha < _OPEN) & (sight.valid > 0.5))[0].cpu().numpy().ravel()
        missing = (sight.rgb - picture.rgb).cpu().numpy().reshape(3, -1)
        for channel in range(3):
            sums[:, channel] += np.bincount(at[shown], missing[channel][shown], len(sums))
        sums[:, 3] += np.bincount(at[shown], minlength=len(sums))
    spread = gaussian_filter(sums.reshape(height, width, 4), (_SMOOTH, _SMOOTH, 0), mode=("nearest", "wrap", "nearest"))
    dome = sky.dome + spread[..., :3] / (spread[..., 3:] + _SOON_SEEN)
    return Sky(dome.clip(0.0, 1.0).astype(np.float32))


def under(sky: Sky, sight: Sight) -> Sight:
    """A view over another sky."""
    colours = sky.colours(viewing_rays(sight).movedim(0, -1).cpu().numpy())
    return replace(sight, sky=torch.from_numpy(np.ascontiguousarray(np.moveaxis(colours, -1, 0))).to(sight.sky))
