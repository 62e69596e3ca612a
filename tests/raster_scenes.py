"""Small scenes for the rasterisers, with depths that never tie."""

from dataclasses import dataclass

import numpy as np

from core.geometry import Pose

WIDTH, HEIGHT = 50, 37


@dataclass
class RasterScene:
    """Arguments of the rasterisers in the order of the reference's `NAMES`, all exact in float32 but the camera."""

    means: np.ndarray
    quaternions: np.ndarray
    scales: np.ndarray
    opacities: np.ndarray
    colours: np.ndarray
    features: np.ndarray
    view: np.ndarray
    background: np.ndarray
    intrinsics: np.ndarray
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def arrays(self) -> list[np.ndarray]:
        """The differentiable ones."""
        shapes = [self.means, self.quaternions, self.scales, self.opacities, self.colours]
        return [*shapes, self.features, self.view, self.background]

    @property
    def positional(self) -> tuple:
        shapes = self.means, self.quaternions, self.scales, self.opacities, self.colours
        return *shapes, self.view, self.intrinsics, self.width, self.height


def scattered(seed: int, n: int = 60, *, opaque: bool = False) -> RasterScene:
    """Splats of all sizes in front of, beside and behind a turned camera."""
    random = np.random.default_rng(seed)
    depths = np.linspace(-1.0, 8.0, n) + random.uniform(0.0, 4.0 / max(n, 1), n)
    means = np.stack([random.uniform(-3, 3, n), random.uniform(-2, 2, n), random.permutation(depths)], 1)
    splats = (
        means,
        random.normal(size=(n, 4)),
        np.exp(random.normal(-1.5, 0.7, (n, 3))),
        np.full(n, 1.0) if opaque else random.uniform(0.02, 1.0, n),
        random.uniform(size=(n, 3)),
        random.normal(size=(n, 2)),
    )
    view = Pose.from_quaternion([1.0, 0.05, -0.1, 0.2], [0.2, -0.1, 0.3]).matrix
    background = np.array([0.25, 0.5, 0.75])
    intrinsics = np.array([[40.0, 0.0, 24.0], [0.0, 45.0, 17.0], [0.0, 0.0, 1.0]])
    return RasterScene(*(array.astype(np.float32).astype(float) for array in splats), view, background, intrinsics)


def one_each(*splats: dict) -> RasterScene:
    """Splats from what matters to a test: `at` and `size` in metres, `opacity`, `colour`; seen from the origin."""
    scene = scattered(0, len(splats))
    scene.view = np.eye(4)
    scene.background = np.zeros(3)
    scene.intrinsics = np.array([[40.0, 0.0, 25.0], [0.0, 40.0, 18.0], [0.0, 0.0, 1.0]])
    scene.quaternions = np.array([[1.0, 0.0, 0.0, 0.0]] * len(splats)).reshape(-1, 4)
    scene.means = np.array([splat.get("at", (0, 0, 2)) for splat in splats], float).reshape(-1, 3)
    scene.scales = np.array([np.broadcast_to(splat.get("size", 0.1), 3) for splat in splats]).reshape(-1, 3)
    scene.opacities = np.array([splat.get("opacity", 0.8) for splat in splats], float)
    scene.colours = np.array([splat.get("colour", (1, 1, 1)) for splat in splats], float).reshape(-1, 3)
    return scene
