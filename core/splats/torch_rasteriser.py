"""One differentiable call for pictures of splats: compiled kernels on the CPU, gsplat on CUDA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.errors import UserError
from core.splats.kernels.constants import LOW_PASS_PX2, NEAR_M
from core.splats.rasteriser import rasterise, rasterise_backward


@dataclass(frozen=True, eq=False)
class Splatted:
    """A picture of splats, or with a leading axis V those of several cameras. Nothing is clipped."""

    rgb: Tensor  # [3, H, W] over the background, black without
    depth_m: Tensor  # [1, H, W] mean depth along the optical axis, weighted as the colours are; 0 where alpha is 0
    alpha: Tensor  # [1, H, W] share of the light that splats stop
    features: Tensor | None  # [c, H, W] weighted sums, over zero; None without features


def splat(
    means: Tensor,
    quaternions: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colours: Tensor,
    camera_from_world: Tensor,
    intrinsics: Tensor,
    width: int,
    height: int,
    *,
    features: Tensor | None = None,
    background: Tensor | None = None,
) -> Splatted:
    """What pinholes see of splats, differentiable in everything but the intrinsics.

    Where the tensors live decides who draws: the kernels of `core.splats.rasteriser` on the CPU (deterministic),
    gsplat on CUDA. Conventions, thresholds and pictures are the same; see there.

    Args:
        means: [N, 3] in the world.
        quaternions: [N, 4] wxyz, of any length.
        scales: [N, 3] standard deviations along the splat's own axes.
        opacities: [N] in [0, 1].
        colours: [N, 3].
        camera_from_world: [4, 4], or [V, 4, 4] for several cameras of one size; x right, y down, z forward.
        intrinsics: [3, 3], or [V, 3, 3] with several cameras, in pixels with centres at integers.
        width, height: of the pictures in pixels.
        features: [N, c] further channels.
        background: [3] colour behind all splats.

    Raises:
        ValueError: shapes that do not fit together.
        UserError: tensors on CUDA where gsplat cannot be used.
    """
    several = camera_from_world.ndim == 3
    views = camera_from_world if several else camera_from_world[None]
    lenses = intrinsics if intrinsics.ndim == 3 else intrinsics.expand(len(views), 3, 3)
    shapes = means, quaternions, scales, opacities, colours
    draw = on_cuda if means.is_cuda else on_cpu
    rgb, depth, alpha, channels = draw(shapes, features, background, views, lenses, width, height)
    shown = None if features is None else channels
    if several:
        return Splatted(rgb, depth, alpha, shown)
    return Splatted(rgb[0], depth[0], alpha[0], None if shown is None else shown[0])


def on_cpu(
    shapes: tuple[Tensor, ...],
    features: Tensor | None,
    background: Tensor | None,
    views: Tensor,
    lenses: Tensor,
    width: int,
    height: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One picture after the other; a picture is what the threads share."""
    channels = shapes[0].new_zeros(len(shapes[0]), 0) if features is None else features
    behind = shapes[0].new_zeros(3) if background is None else background
    draw: Any = _Drawn.apply
    pictures = [
        draw(*shapes, channels, behind, view, lens.detach().cpu().numpy(), width, height)
        for view, lens in zip(views, lenses, strict=True)
    ]
    rgb, depth, alpha, sums = (torch.stack(each) for each in zip(*pictures, strict=True))
    return rgb.movedim(-1, 1), depth[:, None], alpha[:, None], sums.movedim(-1, 1)


class _Drawn(torch.autograd.Function):
    """The kernels as a function of torch; outputs have the kernels' shapes."""

    @staticmethod
    def forward(ctx: Any, *given: Any) -> tuple[Tensor, ...]:
        tensors, (lens, width, height) = given[:8], given[8:]
        arrays = [tensor.detach().numpy() for tensor in tensors]
        means, quaternions, scales, opacities, colours, features, background, view = arrays
        options = {"features": features, "background": background}
        image = rasterise(means, quaternions, scales, opacities, colours, view, lens, width, height, **options)
        ctx.image = image
        ctx.dtypes = [tensor.dtype for tensor in tensors]
        assert image.features is not None
        return tuple(torch.from_numpy(each) for each in (image.rgb, image.depth_m, image.alpha, image.features))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        back = rasterise_backward(ctx.image, *(gradient.numpy() for gradient in gradients))
        shapes = back.means_m, back.quaternions, back.scales_m, back.opacities, back.colours
        given = *shapes, back.features, back.background, back.camera_from_world
        typed = (torch.from_numpy(np.asarray(array)).to(dtype) for array, dtype in zip(given, ctx.dtypes, strict=True))
        return *typed, None, None, None


def on_cuda(
    shapes: tuple[Tensor, ...],
    features: Tensor | None,
    background: Tensor | None,
    views: Tensor,
    lenses: Tensor,
    width: int,
    height: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """All pictures at once, colours and features as channels of one colour."""
    means, quaternions, scales, opacities, colours = shapes
    channels = colours if features is None else torch.cat([colours, features], -1)
    behind = None
    if background is not None:
        behind = torch.cat([background, background.new_zeros(channels.shape[1] - 3)]).expand(len(views), -1)
    # gsplat counts pixels from their corners.
    half = lenses.new_zeros(3, 3)
    half[:2, 2] = 0.5
    pictures, alpha, _ = gsplat_rasteriser()(
        means,
        quaternions,
        scales,
        opacities,
        channels,
        views,
        lenses + half,
        width,
        height,
        near_plane=NEAR_M,
        eps2d=LOW_PASS_PX2,
        packed=False,
        render_mode="RGB+ED",
        backgrounds=behind,
    )
    pictures, alpha = pictures.movedim(-1, 1), alpha.movedim(-1, 1)
    depth = torch.where(alpha > 0, pictures[:, -1:], 0.0)
    return pictures[:, :3], depth, alpha, pictures[:, 3:-1]


def gsplat_rasteriser() -> Any:
    """gsplat's rasteriser; it imports anywhere, and fails at the first call where its kernels are not compiled."""
    remedy = "Install gsplat with its CUDA kernels, or choose the CPU as device."
    try:
        from gsplat import rasterization
        from gsplat.cuda._backend import _C
    except (ImportError, OSError) as error:
        raise UserError(f"gsplat does not load: {error}", remedy=remedy) from error
    if _C is None:
        raise UserError("gsplat has no CUDA kernels here", remedy=remedy)
    return rasterization
