"""Guidance without a classifier (Ho and Salimans, 2022)."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from core.worldgen.conditions import CONDITIONS, Conditions

_TOLD = tuple(name for name in CONDITIONS if name not in ("prior", "reference"))
"""Latents that were mixed with a prior mean nothing without it, and without the last picture every drive is another."""


def guided(ask: Callable[[Conditions], Tensor], told: Conditions, guidance: float) -> Tensor:
    """Velocities away from those of prior and reference alone: `cond + g · (cond − uncond)`, so 3 is 4 elsewhere."""
    predicted = ask(told)
    return predicted if not guidance else predicted + guidance * (predicted - ask(told.without(*_TOLD)))
