"""Normalisation by the root mean square."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class RootMeanSquareNorm(nn.RMSNorm):
    """As torch's, with a gradient that is worked out in half the time on processors.

    There torch 2.13 takes the gradient of each small operation by itself: 5.5 ms for 4032 tokens of width 144 and back
    on one core, the half of it for nothing.
    """

    def forward(self, x: Tensor) -> Tensor:
        plain = x.is_cuda or x.dtype != torch.float32 or not torch.is_grad_enabled()
        if plain or self.weight is None or self.eps is None:
            return super().forward(x)
        found: Tensor = _Normalised.apply(x, self.weight, self.eps)  # type: ignore[no-untyped-call]
        return found


class _Normalised(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        scale = x.square().mean(-1, keepdim=True).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight, scale)
        return (x * scale).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight, scale = ctx.saved_tensors
        (gradient,) = gradients
        normal = x * scale
        both = gradient * normal
        along = (both @ weight / len(weight))[..., None]
        to_x = (gradient * weight).addcmul_(normal, along, value=-1).mul_(scale)
        return to_x, both.flatten(0, -2).sum(0), None
