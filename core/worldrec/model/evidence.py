"""What pictures say of each splat: how much of them it makes, what is missing there, and how a better one would be.

A picture is a weighted sum of splats, so the gradient of any map that is painted onto a picture, with respect to a
channel of the splats, is the sum of that map under each splat, weighted as it is seen: visibility is exact and costs
one pass. The gradients of the picture's error with respect to shape, opacity and place come with the same pass.
That networks learn fast from such gradients is known from G3R (Chen et al., "G3R: Gradient guided generalizable
reconstruction", 2024); here they stand beside what is sampled from the images.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial as given
from typing import NamedTuple

import torch
from torch import Tensor

from core.networks.threads import side_by_side
from core.splats.torch_rasteriser import splat
from core.worldrec.model.losses import dissimilarity
from core.worldrec.model.sights import Sight, near_picture
from core.worldrec.model.state import SplatState, placed

_SSIM_SHARE = 0.2
_SOFT = 0.01  # below, errors count by their square
_MAPS = 12
_SHAPE = 10  # a splat's place, size, turn and opacity
_UNSEEN_M = 1e4
_AT_ONCE = 12  # views: what each says of a large scene takes tens of megabytes


@dataclass(frozen=True, eq=False)
class Drawn:
    """The scene as one view sees it, before any change."""

    rgb: Tensor  # [3, H, W] over the sky
    depth: Tensor  # [1, H, W] m along the optical axis, 0 where nothing is
    alpha: Tensor  # [1, H, W]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Sums over all views, for N splats."""

    covered: Tensor  # [N] pixels that a splat makes
    maps: Tensor  # [N, 11] means over these pixels, see `_maps`
    pull: Tensor  # [N, 10] down the error's gradient, per pixel
    agreement: Tensor  # [N, 10] -1 to 1: whether the views agree about it
    seen: Tensor  # [N] in how many views
    nearest: Tensor  # [N] m to the nearest camera that sees it
    pixel: Tensor  # [N] m, size of a pixel at the splat where it is seen best
    drawn: tuple[Drawn, ...]  # one for each view

    def to(self, device: torch.device | str) -> Evidence:
        tensors = {each.name: getattr(self, each.name).to(device) for each in fields(self) if each.name != "drawn"}
        drawn = tuple(Drawn(d.rgb.to(device), d.depth.to(device), d.alpha.to(device)) for d in self.drawn)
        return Evidence(**tensors, drawn=drawn)


def gather_evidence(state: SplatState, sights: Sequence[Sight]) -> Evidence:
    """Draw all views and ask what is wrong. Not differentiable; deterministic on the CPU."""
    state = state.detached()
    n = len(state)
    new = state.means.new_zeros
    parts: list[_Part] = [
        (new(n, _MAPS), lambda look: look.maps),
        (new(n, _SHAPE), lambda look: look.pull),
        (new(n, _SHAPE), lambda look: look.pull**2),
    ]
    seen, nearest, pixel = new(n), new(n) + _UNSEEN_M, new(n) + _UNSEEN_M
    drawn: list[Drawn] = []
    for begin in range(0, len(sights), _AT_ONCE):
        some = sights[begin : begin + _AT_ONCE]
        with torch.no_grad():
            looks = side_by_side(given(_look, state), some)
            side_by_side(given(_add, looks), parts)
        for look, sight in zip(looks, some, strict=True):
            rows, covered = look.rows, look.maps[:, 0]
            seen[rows] += (covered > 0.3).to(seen)
            near = torch.where((covered > 1e-3) & (look.depths > 0), look.depths, _UNSEEN_M)
            nearest[rows] = torch.minimum(nearest[rows], near)
            pixel[rows] = torch.minimum(pixel[rows], near / sight.intrinsics[0, 0])
        drawn += [look.drawn for look in looks]
    maps, pull, squares = (sums for sums, _ in parts)
    share = 1 / (maps[:, :1] + 0.1)
    return Evidence(
        covered=maps[:, 0].contiguous(),
        maps=maps[:, 1:] * share,
        pull=pull * share,
        agreement=pull / (squares.sqrt() * max(len(sights), 1) ** 0.5 + 1e-8),
        seen=seen,
        nearest=nearest,
        pixel=pixel,
        drawn=tuple(drawn),
    )


class _Look(NamedTuple):
    """What one view says of the K splats that it may show."""

    rows: Tensor  # [K] which of all
    maps: Tensor  # [K, 12] sums
    pull: Tensor  # [K, 10]
    depths: Tensor  # [K] m along the optical axis
    drawn: Drawn


_Part = tuple[Tensor, Callable[[_Look], Tensor]]
"""Sums [N, c] over all views, and what each view adds to them."""


@torch.enable_grad()
def _look(state: SplatState, sight: Sight) -> _Look:
    near = near_picture(state, sight)
    found = placed(state.of(near), sight.moment)
    rows = near[found.rows]
    shapes = found.shapes
    for shape in shapes:
        shape.requires_grad_()
    channels = state.means.new_zeros(len(rows), _MAPS).requires_grad_()
    height, width = sight.size
    image = splat(*shapes, sight.camera_from_world, sight.intrinsics, width, height, features=channels)
    assert image.features is not None
    rgb = image.rgb + (1 - image.alpha) * sight.sky
    picture = Drawn(rgb.detach(), image.depth_m.detach(), image.alpha.detach())
    total = _error(rgb, sight) + (image.features * _maps(picture, sight)).sum()
    of_means, of_turns, of_scales, of_opacities, _, of_maps = torch.autograd.grad(total, [*shapes, channels])
    with torch.no_grad():
        pull = -_own_axes(*shapes[1:4], of_means, of_turns, of_scales, of_opacities)
        depths = found.means @ sight.camera_from_world[2, :3] + sight.camera_from_world[2, 3]
        return _Look(rows, of_maps, pull, depths, picture)


def _add(looks: Sequence[_Look], part: _Part) -> None:
    """Add a part of what each view says to its sums."""
    sums, said = part
    for look in looks:
        sums[look.rows] += said(look)


def _error(rgb: Tensor, sight: Sight) -> Tensor:
    """The sum over pixels of a smooth absolute difference and of dissimilarity."""
    difference = (rgb - sight.rgb) * sight.valid
    absolute = torch.sqrt(difference**2 + _SOFT**2).mean(0)
    return (1 - _SSIM_SHARE) * absolute.sum() + _SSIM_SHARE * dissimilarity(rgb, sight.rgb, sight.valid).sum()


def _maps(drawn: Drawn, sight: Sight) -> Tensor:
    """Maps [12, H, W]: one; what is missing in red, green, blue; how much is; these two over time; detail of the
    picture and of what is drawn; whether lidar measured, and how much further it did; distance from the splat's
    surface, for what is half hidden; grey of the picture squared."""
    missing = (sight.rgb - drawn.rgb) * sight.valid
    grey, much = missing.mean(0, keepdim=True), missing.abs().mean(0, keepdim=True)
    measured = (sight.measured > 0).to(missing) * (drawn.alpha > 0.5) * sight.valid
    further = measured * ((sight.measured - drawn.depth) / sight.measured.clamp_min(1.0)).clamp(-0.5, 0.5)
    t = sight.moment.t
    fine, drawn_fine = _detail(sight.rgb), _detail(drawn.rgb)
    light = sight.rgb.mean(0, keepdim=True)
    return torch.cat(
        [sight.valid, missing, much, t * grey, t * much, fine, drawn_fine, measured, further, light * light], 0
    )


def _detail(rgb: Tensor) -> Tensor:
    """How much a picture differs from its own blur [1, H, W]."""
    grey = rgb.mean(0, keepdim=True)[None]
    blurred = torch.nn.functional.avg_pool2d(grey, 3, stride=1, padding=1, count_include_pad=False)
    return (grey - blurred)[0].abs()


def _own_axes(
    quaternions: Tensor,
    scales: Tensor,
    opacities: Tensor,
    of_means: Tensor,
    of_quaternions: Tensor,
    of_scales: Tensor,
    of_opacities: Tensor,
) -> Tensor:
    """Slopes [K, 10] along the splat's own axes and in its own sizes, the same wherever it stands."""
    real, axis = torch.split(torch.nn.functional.normalize(quaternions, dim=1), [1, 3], 1)
    real_slope, axis_slope = torch.split(of_quaternions, [1, 3], 1)
    turned = 2 * torch.linalg.cross(of_means, axis)
    along = of_means + real * turned + torch.linalg.cross(turned, axis)
    turn = 0.5 * (real * axis_slope - real_slope * axis + torch.linalg.cross(axis_slope, axis))
    size = width_of(scales.log())[:, None]
    return torch.cat([along * size, of_scales * scales, turn, (of_opacities * opacities * (1 - opacities))[:, None]], 1)


def width_of(log_scales: Tensor) -> Tensor:
    """Size [N] of splats: the geometric mean of their two larger standard deviations, from logarithms [N, 3]."""
    return ((log_scales.sum(1) - log_scales.min(1).values) / 2).exp()
