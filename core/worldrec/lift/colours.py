"""Colours from the pixels that splats cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.scene.exposure import NEUTRAL, Exposure
from core.splats import GaussianCloud
from core.splats.gathering import gathered
from core.splats.rasteriser import RasterImage, rasterise
from core.splats.threads import in_ranges, of_each, usable_cores
from core.worldrec.lift.composing import Assembly
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")

UNSEEN = 0.05
"""Splats that cover less of all pixels together have no colour of their own."""


def sums_by_camera(
    views: Sequence[View], names: Sequence[str], assembly: Assembly, colours: Floats, tell: Callable[[float], None]
) -> Floats:
    """For each camera and splat (k, n, 4) the sum of the pixels that show it, as they are blended, and their number."""
    sums = np.zeros((len(names), len(colours), 4), np.float32)

    def seen(view: View) -> tuple[NDArray[np.int64], Floats]:
        cloud, index = assembly.at(view.t_ns)
        image = draw(replace(cloud, colours=colours[index]), view)
        return index, gathered(image, view.rgb, view.valid.astype(np.float32))

    for view, (index, found) in zip(views, _of_each(seen, views, tell), strict=True):
        sums[names.index(view.stream)][index] += found
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
    colours: Floats, views: Sequence[View], assembly: Assembly, skies: Sequence[Floats], tell: Callable[[float], None]
) -> Floats:
    """Colours (n, 3) to which the mean of what the pictures still lack is added.

    A simultaneous algebraic reconstruction (Andersen and Kak, 1984). `skies` (h, w, 3) are what each view shows behind
    all splats.
    """
    sums = np.zeros((len(colours), 4), np.float32)

    def lacking(pair: tuple[View, Floats]) -> tuple[NDArray[np.int64], Floats]:
        view, sky = pair
        cloud, index = assembly.at(view.t_ns)
        image = draw(replace(cloud, colours=colours[index]), view)
        behind = (1 - image.alpha)[..., None] * sky
        return index, gathered(image, view.rgb - image.rgb - behind, view.valid.astype(np.float32))

    for index, found in _of_each(lacking, list(zip(views, skies, strict=True)), tell):
        sums[index] += found
    mean = sums[:, :3] / np.maximum(sums[:, 3:], 1e-6)
    return np.where(sums[:, 3:] > UNSEEN, colours + mean, colours)


def draw(cloud: GaussianCloud, view: View) -> RasterImage:
    shapes = cloud.means_m, cloud.quaternions, cloud.scales_m, cloud.opacities, cloud.colours
    return rasterise(*shapes, view.camera_from_world, view.intrinsics, view.camera.width, view.camera.height)
