"""Guidance without a classifier (Ho and Salimans, 2022)."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from core.worldgen.conditions import Conditions


def guided(ask: Callable[[Conditions], Tensor], told: Conditions, guidance: float) -> Tensor:
    """Velocities moved away from those without conditions: `cond + g · (cond − uncond)`, so 3 is 4 elsewhere."""
    predicted = ask(told)
    return predicted if not guidance else predicted + guidance * (predicted - ask(told.without()))
