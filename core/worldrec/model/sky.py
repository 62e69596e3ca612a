"""The sky made better with the splats in front of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.networks.threads import side_by_side
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
    looks = side_by_side(lambda pair: _open_sky(*pair, height, width), list(zip(sights, drawn, strict=True)))
    at, missing = (np.concatenate(each) for each in zip(*looks, strict=True))
    sums = np.stack([np.bincount(at, values, height * width) for values in missing.T], -1)
    spread = gaussian_filter(sums.reshape(height, width, 4), (_SMOOTH, _SMOOTH, 0), mode=("nearest", "wrap", "nearest"))
    dome = sky.dome + spread[..., :3] / (spread[..., 3:] + _SOON_SEEN)
    return Sky(dome.clip(0.0, 1.0).astype(np.float32))


def _open_sky(sight: Sight, drawn: Drawn, height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Pixels (k,) of the dome where a view sees nothing else, what is missing there and one (k, 4)."""
    shown = ((drawn.alpha < _OPEN) & (sight.valid > 0.5))[0]
    row, column = dome_pixels(viewing_rays(sight)[:, shown].T.cpu().numpy(), height, width)
    at = (np.clip(row.round(), 0, height - 1) * width + column.round() % width).astype(np.int64)
    missing = torch.cat([sight.rgb - drawn.rgb, torch.ones_like(drawn.alpha)])
    return at, missing[:, shown].T.cpu().numpy()


def under(sky: Sky, sight: Sight) -> Sight:
    """A view over another sky."""
    colours = sky.colours(viewing_rays(sight).movedim(0, -1).cpu().numpy())
    return replace(sight, sky=torch.from_numpy(np.ascontiguousarray(np.moveaxis(colours, -1, 0))).to(sight.sky))
