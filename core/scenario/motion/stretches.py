"""Stretches of a motion, to be copied as key frames."""

from __future__ import annotations

import numpy as np

from core.geometry import PoseTrack
from core.scenario.motion.reference import NS_PER_S


def cut_out(poses: PoseTrack, from_s: float, to_s: float, *, start_ns: int) -> PoseTrack:
    """The poses from one time to another, both ends included, also where they lie between two recorded poses.

    Raises:
        ValueError: nothing is left between the two.
    """
    first, last = (start_ns + round(t * NS_PER_S) for t in (from_s, to_s))
    first, last = max(first, int(poses.t_ns[0])), min(last, int(poses.t_ns[-1]))
    if last <= first:
        raise ValueError("the stretch is empty")
    inside = poses.t_ns[(poses.t_ns > first) & (poses.t_ns < last)]
    t_ns = np.concatenate([[first], inside, [last]])
    return PoseTrack(t_ns, poses.at(t_ns))
