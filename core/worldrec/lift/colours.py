"""Colours from the pixels that splats cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.scene.exposure import NEUTRAL, Exposure
from core.splats import GaussianCloud
from core.splats.gathering import gathered
from core.splats.rasteriser import RasterImage, rasterise, recoloured
from core.splats.threads import in_ranges, of_each, usable_cores
from core.worldrec.lift.composing import Assembly
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")

UNSEEN = 0.05
"""Splats that cover less of all pixels together have no colour of their own."""


class Drawing(NamedTuple):
    """A view's picture of the splats that exist at its time."""

    rows: NDArray[np.int64]  # (m,) which of all
    image: RasterImage


def drawings(views: Sequence[View], assembly: Assembly, tell: Callable[[float], None]) -> list[Drawing]:
    """One of each view."""

    def drawing(view: View) -> Drawing:
        cloud, index = assembly.at(view.t_ns)
        return Drawing(index, draw(cloud, view))

    return list(_of_each(drawing, views, tell))


def sums_by_camera(views: Sequence[View], names: Sequence[str], drawn: Sequence[Drawing], count: int) -> Floats:
    """For each camera and splat (k, n, 4) the sum of the pixels that show it, as they are blended, and their number."""
    sums = np.zeros((len(names), count, 4), np.float32)

    def seen(pair: tuple[View, Drawing]) -> Floats:
        view, drawing = pair
        return gathered(drawing.image, view.rgb, view.valid.astype(np.float32))

    pairs = list(zip(views, drawn, strict=True))
    for (view, drawing), found in zip(pairs, of_each(seen, pairs), strict=True):
        sums[names.index(view.stream)][drawing.rows] += found
    return sums


def _of_each(work: Callable[[Item], Result], items: Sequence[Item], tell: Callable[[float], None]) -> Iterator[Result]:
    """Some side by side, then the next."""
    for begin, end in in_ranges(len(items), 4 * usable_cores()):
        tell(begin / len(items))
        yield from of_each(work, items[begin:end])


def mean_colours(
    colours: Floats, names: Sequence[str], sums: Floats, exposures: Mapping[str, Exposure]
) -> tuple[Floats, Floats]:
    """Colours (n, 3) at the common exposure, those given where none was seen, and how many pixels each covers (n,)."""
    total, covered = np.zeros_like(colours), sums[..., 3].sum(0)
    for name, own in zip(names, sums, strict=True):
        seen = own[:, 3:] > 0
        mean = own[:, :3] / np.where(seen, own[:, 3:], 1.0)
        total += own[:, 3:] * np.where(seen, exposures.get(name, NEUTRAL).undone(mean), 0.0)
    return np.where((covered > UNSEEN)[:, None], total / np.maximum(covered, 1e-6)[:, None], colours), covered


def corrected(
    colours: Floats,
    views: Sequence[View],
    drawn: Sequence[Drawing],
    skies: Sequence[Floats],
    tell: Callable[[float], None],
) -> Floats:
    """Colours (n, 3) to which the mean of what the pictures still lack is added.

    A simultaneous algebraic reconstruction (Andersen and Kak, 1984). `skies` (h, w, 3) are what each view shows behind
    all splats.
    """
    sums = np.zeros((len(colours), 4), np.float32)

    def lacking(each: tuple[View, Drawing, Floats]) -> Floats:
        view, drawing, sky = each
        image = recoloured(drawing.image, colours[drawing.rows])
        behind = (1 - image.alpha)[..., None] * sky
        return gathered(image, view.rgb - image.rgb - behind, view.valid.astype(np.float32))

    found = _of_each(lacking, list(zip(views, drawn, skies, strict=True)), tell)
    for drawing, own in zip(drawn, found, strict=True):
        sums[drawing.rows] += own
    mean = sums[:, :3] / np.maximum(sums[:, 3:], 1e-6)
    return np.where(sums[:, 3:] > UNSEEN, colours + mean, colours)


def draw(cloud: GaussianCloud, view: View) -> RasterImage:
    shapes = cloud.means_m, cloud.quaternions, cloud.scales_m, cloud.opacities, cloud.colours
    return rasterise(*shapes, view.camera_from_world, view.intrinsics, view.camera.width, view.camera.height)
