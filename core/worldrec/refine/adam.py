"""Adam for splats, of which a picture shows few."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class SparseAdam:
    """Adam (Kingma and Ba, 2015) by rows: only rows with a gradient move, and each counts its own steps.

    A picture shows about a tenth of the splats. The usual Adam goes on moving those that were seen last, and takes
    too large a step with those that are seen first late (as in Taming 3DGS, Mallick et al., 2024, and gsplat).
    """

    def __init__(self, columns: Sequence[tuple[Tensor, float]], betas: tuple[float, float]) -> None:
        """
        Args:
            columns: parameters [N, …] and their rates.
            betas: how much is kept of the mean and of the mean square of earlier gradients.
        """
        self._columns = columns
        self._betas = betas
        self._count = columns[0][0].new_zeros(len(columns[0][0]))
        self._means = [(torch.zeros_like(values), torch.zeros_like(values)) for values, _ in columns]

    @torch.no_grad()
    def step(self, share: float) -> None:
        """One step with a share of the rates; gradients are used up."""
        grads = [values.grad for values, _ in self._columns]
        rows = torch.nonzero(torch.stack([_has_any(grad) for grad in grads if grad is not None]).any(0))[:, 0]
        self._count[rows] += 1
        keep, keep_square = self._betas
        seen = self._count[rows]
        bias, bias_square = 1 - keep**seen, 1 - keep_square**seen
        for (values, rate), grad, (mean, square) in zip(self._columns, grads, self._means, strict=True):
            if grad is None:
                continue
            now = grad[rows]
            mean[rows] = mean[rows].lerp(now, 1 - keep)
            square[rows] = square[rows].lerp(now * now, 1 - keep_square)
            along = (-1, *[1] * (now.ndim - 1))
            spread = (square[rows] / bias_square.view(along)).sqrt()
            values[rows] -= share * rate * (mean[rows] / bias.view(along)) / (spread + _TINY)
            values.grad = None


_TINY = 1e-15


def _has_any(grad: Tensor) -> Tensor:
    return grad.reshape(len(grad), -1).ne(0).any(1)
