"""Clouds of random splats for tests."""

import numpy as np

from core.geometry.quaternion import matrix_from_quaternion
from core.splats.cloud import GaussianCloud
from core.splats.harmonics import COUNTS


def some_cloud(count: int = 20, degree: int = 0, seed: int = 0) -> GaussianCloud:
    random = np.random.default_rng(seed)
    quaternions = random.normal(size=(count, 4))
    return GaussianCloud(
        means_m=random.normal(size=(count, 3), scale=5).astype(np.float32),
        quaternions=(quaternions / np.linalg.norm(quaternions, axis=1, keepdims=True)).astype(np.float32),
        scales_m=random.uniform(0.01, 2, (count, 3)).astype(np.float32),
        opacities=random.uniform(0, 1, count).astype(np.float32),
        colours=random.uniform(0, 1, (count, 3)).astype(np.float32),
        harmonics=random.normal(size=(count, COUNTS[degree], 3), scale=0.2).astype(np.float32) if degree else None,
    )


def covariances(cloud: GaussianCloud) -> np.ndarray:
    """Covariance matrices (n, 3, 3), which quaternions of either sign and any order of axes share."""
    axes = matrix_from_quaternion(cloud.quaternions) * cloud.scales_m[:, None, :]
    return axes @ np.swapaxes(axes, 1, 2)
