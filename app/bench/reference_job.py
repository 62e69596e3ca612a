"""A job of the benchmark of splats: the kernels and the torch reference draw the same street, with gradients.

It runs in a process of the engine, because the reference needs torch, which nothing of `app` may reach: hence the
imports by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from app.bench.splats import street
from core.engine import JobContext, Outcome, Request
from core.engine.requests import Message

KERNEL_RUNS = 7
REFERENCE_RUNS = 3
FEATURES = 2


class Comparison(Message):
    """Milliseconds of a picture, and of one with all gradients; how far both are apart, as shares of the largest."""

    reference_ms: float
    reference_both_ms: float
    kernels_ms: float
    kernels_both_ms: float
    picture_error: float
    gradient_error: float


class CompareRasterisers(Request):
    kind = "compare_rasterisers"
    result = Comparison

    splats: int
    width: int
    height: int


REQUEST = CompareRasterisers


def run(request: CompareRasterisers, context: JobContext) -> Outcome:
    torch, reference = import_module("torch"), import_module("core.splats.torch_reference")
    splat = import_module("core.splats.torch_rasteriser").splat
    torch.set_num_threads(1)  # small pictures: more threads would only wait for each other
    width, height = request.width, request.height
    lens = [[0.6 * width, 0.0, width / 2 - 0.5], [0.0, 0.6 * width, height / 2 - 0.5], [0.0, 0.0, 1.0]]
    given = _given(request.splats, torch)
    intrinsics = torch.tensor(lens, dtype=torch.float64)

    def slowly() -> list[Any]:
        drawn = reference.draw_slowly(*given, intrinsics=intrinsics, width=width, height=height)
        return [each.reshape(height, width, -1) for each in drawn]

    def fast() -> list[Any]:
        *shapes, features, view, background = given
        drawn = splat(*shapes, view, intrinsics, width, height, features=features, background=background)
        return [each.movedim(0, -1) for each in (drawn.rgb, drawn.depth_m, drawn.alpha, drawn.features)]

    def gradients(draw: Callable[[], list[Any]]) -> list[Any]:
        return list(torch.autograd.grad(sum(each.sum() for each in draw()), given))

    with torch.no_grad():
        fast()
        reference_ms, expected = _best(slowly, REFERENCE_RUNS)
        kernels_ms, found = _best(fast, KERNEL_RUNS)
    context.check()
    reference_both_ms, expected_gradients = _best(lambda: gradients(slowly), REFERENCE_RUNS)
    gradients(fast)
    kernels_both_ms, found_gradients = _best(lambda: gradients(fast), KERNEL_RUNS)
    return Outcome(
        Comparison(
            reference_ms=reference_ms,
            reference_both_ms=reference_both_ms,
            kernels_ms=kernels_ms,
            kernels_both_ms=kernels_both_ms,
            picture_error=_apart(found, expected),
            gradient_error=_apart(found_gradients, expected_gradients),
        )
    )


def _given(splats: int, torch: Any) -> list[Any]:
    """What is differentiable, in the order of the reference."""
    cloud = street(splats)
    features = np.random.default_rng(splats).normal(size=(splats, FEATURES))
    shapes = cloud.means_m, cloud.quaternions, cloud.scales_m, cloud.opacities, cloud.colours
    arrays = *shapes, features, np.eye(4), np.full(3, 0.5)
    return [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]


def _apart(found: list[Any], expected: list[Any]) -> float:
    return max(float((one - other).abs().max() / other.abs().max()) for one, other in zip(found, expected, strict=True))


def _best(work: Callable[[], list[Any]], runs: int) -> tuple[float, list[Any]]:
    """Milliseconds of the fastest run, and what it made: a shared machine only ever adds to the time."""
    times_ms, made = [], []
    for _ in range(runs):
        started_s = time.perf_counter()
        made = work()
        times_ms.append(1000 * (time.perf_counter() - started_s))
    return min(times_ms), made
