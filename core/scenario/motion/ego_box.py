"""How large the ego is, where a log does not say: a middle-sized car, its origin under the rear axle."""

from __future__ import annotations

import numpy as np

from core.geometry import Pose

EGO_SIZE_M = (4.6, 1.9, 1.6)
EGO_REAR_M = 1.0
"""From the origin back to the rear bumper."""
EGO_FRONT_M = EGO_SIZE_M[0] - EGO_REAR_M
"""From the origin to the front bumper."""


def ego_from_box() -> Pose:
    """Where the middle of the ego's box is."""
    return Pose.from_rotation(np.eye(3), [EGO_SIZE_M[0] / 2 - EGO_REAR_M, 0.0, EGO_SIZE_M[2] / 2])
