"""How slow a loaded or old machine is, for budgets of processor time: they would else be missed for its sake."""

from __future__ import annotations

import time

import numpy as np

_WORK_MS = 14.0  # that the fixed piece of work takes on the machine that budgets were kept on, with nothing else to do


def slowness() -> float:
    """By how many times a fixed piece of work takes longer now, in processor time; at least 1. It is of the kind that
    editing is made of: small arrays, and Python between them."""
    began_s, total = time.thread_time(), 0.0
    for step in range(4000):
        total += float(np.sqrt(np.arange(8.0) + step).sum())
    assert total > 0.0
    return max((time.thread_time() - began_s) * 1000 / _WORK_MS, 1.0)
