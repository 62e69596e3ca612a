"""How fast splats are drawn on the CPU, with and without gradients, also against the torch reference, and ordered."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from app.bench.registry import Benchmark, Figure
from core.geometry import FisheyeCamera, PinholeCamera, Pose
from core.splats.cloud import GaussianCloud
from core.splats.rasteriser import rasterise_backward, rasterise_cloud
from core.splats.sorting import back_to_front
from core.splats.through_lens import render_through
from core.splats.warm_up import warm_up

RUNS = 7

# Splats, width, height, channels of features, and budgets of a picture without and with gradients.
PICTURES: tuple[tuple[int, int, int, int, float | None, float | None], ...] = (
    (10_000, 448, 256, 0, None, None),
    (50_000, 448, 256, 0, 25.0, 70.0),
    (50_000, 448, 256, 8, None, None),
    (64_000, 224, 128, 0, 35.0, 90.0),
    (200_000, 448, 256, 0, None, None),
    (200_000, 1280, 720, 0, None, None),
)
COMPARED = (200, 112, 64)  # with more, the reference takes minutes and gigabytes
SORTS = ((50_000, 0.5), (200_000, 1.3), (1_000_000, 8.9))


def measure() -> list[Figure]:
    """The best of several runs each: a shared machine only ever adds to them."""
    started_s = time.perf_counter()
    warm_up()
    figures = [Figure("compiling, or loading what is compiled", time.perf_counter() - started_s, "s")]
    for picture in PICTURES:
        figures += _of_picture(*picture)
    figures += _against_reference(*COMPARED)
    fisheye = FisheyeCamera(448, 256, 150.0, 150.0, 223.5, 127.5, (0.01, 0.0, 0.0, 0.0))
    cloud = street(50_000)
    lens_ms = _best_ms(lambda: render_through(fisheye, Pose.identity(), cloud))
    figures.append(Figure("50 k splats through a fisheye of 170°, 448×256", lens_ms, "ms"))
    for n, budget_ms in SORTS:
        means = street(n).means_m
        sort_ms = _best_ms(lambda means=means: back_to_front(means, np.eye(4)))  # type: ignore[misc]
        figures.append(Figure(f"order of {_thousands(n)} splats", sort_ms, "ms", budget=budget_ms))
    return figures


def _against_reference(n: int, width: int, height: int) -> list[Figure]:
    """In a process of the engine, which alone may reach torch."""
    from app.bench.reference_job import CompareRasterisers, Comparison
    from core.engine import Engine

    engine = Engine({CompareRasterisers.kind: CompareRasterisers.__module__})
    try:
        found = engine.submit(CompareRasterisers(splats=n, width=width, height=height)).outcome().value
    finally:
        engine.close()
    assert isinstance(found, Comparison)
    title = f"{n} splats, {width}×{height}"
    return [
        Figure(f"{title}, torch reference", found.reference_ms, "ms"),
        Figure(f"{title}, kernels", found.kernels_ms, "ms"),
        Figure(f"{title}, kernels faster by", found.reference_ms / found.kernels_ms, "×"),
        Figure(f"{title}, pictures apart by", 1e6 * found.picture_error, "ppm"),
        Figure(f"{title}, with all gradients, torch reference", found.reference_both_ms, "ms"),
        Figure(f"{title}, with all gradients, kernels", found.kernels_both_ms, "ms"),
        Figure(f"{title}, with all gradients, kernels faster by", found.reference_both_ms / found.kernels_both_ms, "×"),
        Figure(f"{title}, gradients apart by", 1e6 * found.gradient_error, "ppm"),
    ]


def street(n: int) -> GaussianCloud:
    """A street seen from its beginning: road, two rows of houses, things between; n splats that fill it."""
    random = np.random.default_rng(n)
    road, walls = int(0.4 * n), int(0.45 * n)
    things = n - road - walls
    side = random.choice([-10.0, 10.0], walls)
    means = np.concatenate(
        [
            _between(random, road, (-12, 1.59, 3), (12, 1.61, 80)),
            _between(random, walls, (-0.2, -8, 3), (0.2, 1.6, 80)) + side[:, None] * (1, 0, 0),
            _between(random, things, (-8, -0.5, 5), (8, 1.6, 70)),
        ]
    )
    size_m = 0.14 * (50_000 / n) ** 0.5
    scales = np.exp(random.normal(np.log(size_m), 0.4, (n, 3)))
    scales[:road, 1] *= 0.15
    quaternions = random.normal(size=(n, 4)).astype(np.float32)
    quaternions[:road] = (1, 0, 0, 0)
    return GaussianCloud(
        means_m=means.astype(np.float32),
        quaternions=quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True),
        scales_m=scales.astype(np.float32),
        opacities=random.uniform(0.3, 1.0, n).astype(np.float32),
        colours=random.uniform(size=(n, 3)).astype(np.float32),
    )


def _of_picture(
    n: int, width: int, height: int, channels: int, budget_ms: float | None, both_budget_ms: float | None
) -> list[Figure]:
    camera = PinholeCamera(width, height, 0.6 * width, 0.6 * width, width / 2 - 0.5, height / 2 - 0.5)
    cloud = street(n)
    features = np.ones((n, channels), np.float32) if channels else None
    gradients = [np.ones((height, width, *more), np.float32) for more in ((3,), (), ())]
    more = [np.ones((height, width, channels), np.float32)] if channels else []

    def forward() -> None:
        rasterise_cloud(cloud, camera, Pose.identity(), features=features)

    def both() -> None:
        image = rasterise_cloud(cloud, camera, Pose.identity(), features=features)
        rasterise_backward(image, *gradients, *more)

    title = f"{_thousands(n)} splats, {width}×{height}" + (f", {channels} features" if channels else "")
    return [
        Figure(title, _best_ms(forward), "ms", budget=budget_ms),
        Figure(f"{title}, with all gradients", _best_ms(both), "ms", budget=both_budget_ms),
    ]


def _between(
    random: np.random.Generator, n: int, low: tuple[float, ...], high: tuple[float, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return random.uniform(low, high, (n, 3))


def _thousands(n: int) -> str:
    return f"{n // 1000} k" if n < 1_000_000 else f"{n // 1_000_000} M"


def _best_ms(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(RUNS):
        started_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - started_s)
    return min(times) * 1000


BENCHMARK = Benchmark("splats", "Drawing splats on the CPU", measure)
