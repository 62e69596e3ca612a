"""Stretches of a log's time: that of which a scene was made, those by which it can go on, and how much each shows.
Seconds since the log's start."""

from __future__ import annotations

import numpy as np

from core.logs import DrivingLog

Stretch = tuple[float, float]

_SAME_S = 0.01
"""Ends that differ by less meet: fields and reports show hundredths."""
_SHORT_S, _SHORT_M = 4.0, 25.0
"""What counts as one in `length_of`; networks learned from stretches so short."""
_MOST_LENGTH = 5.0


def length_of(log: DrivingLog, stretch_s: Stretch) -> float:
    """How many times as much a stretch shows as a short one, 1 to 5: by its seconds, but no more than by its metres.

    A scene has so many times the splats of a short one, and is made of so many times the images. Beyond 5, which takes
    some gigabytes for six cameras, both lie further apart.
    """
    first_ns, last_ns = (log.t_ns(t_s) for t_s in stretch_s)
    inside = (log.ego.t_ns >= first_ns) & (log.ego.t_ns <= last_ns)
    places_m = log.ego.poses.translation[inside]
    metres = float(np.linalg.norm(np.diff(places_m, axis=0), axis=1).sum()) if len(places_m) > 1 else 0.0
    seconds = (last_ns - first_ns) * 1e-9
    return float(np.clip(min(seconds / _SHORT_S, metres / _SHORT_M), 1.0, _MOST_LENGTH))


def can_go_on(made_of_s: Stretch, log_s: float) -> bool:
    """Whether a log of `log_s` has time that a scene of a stretch was not made of."""
    return made_of_s[0] > _SAME_S or made_of_s[1] < log_s - _SAME_S


def stretch_next_to(made_of_s: Stretch, log_s: float) -> Stretch:
    """As long a stretch as another one right after it, as far as the log goes; right before it at the log's end."""
    first_s, last_s = made_of_s
    length_s = last_s - first_s
    if last_s < log_s - _SAME_S:
        return last_s, min(last_s + length_s, log_s)
    return max(first_s - length_s, 0.0), first_s


def meets(one_s: Stretch, other_s: Stretch) -> bool:
    """Whether no time lies between two stretches."""
    return one_s[0] <= other_s[1] + _SAME_S and other_s[0] <= one_s[1] + _SAME_S


def spanning(one_s: Stretch, other_s: Stretch) -> Stretch:
    """From the earlier start to the later end."""
    return min(one_s[0], other_s[0]), max(one_s[1], other_s[1])
