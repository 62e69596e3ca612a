"""Whether a few-step student may stand in for its many-step teacher, by rules that were fixed before anything ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.evaluation.film_cells import Figures

TEACHER, STUDENTS = "teacher-forcing", ("dmd", "ode")
MOST_DISTANCE, MOST_SEAM, LEAST_MOTION, DRIFT_ROOM = 1.1, 1.15, 0.9, 0.01
_DRIFTS = ("saturation_drift", "contrast_drift", "sharpness_drift")


@dataclass(frozen=True)
class Rule:
    """One rule: what was found, and whether it holds."""

    name: str
    student: float
    teacher: float
    holds: bool


def compared(means: Mapping[str, Figures]) -> tuple[str, str, list[Rule]] | None:
    """The student with four steps against the teacher with most; None while either is not there.

    The student's feature distance is at most a tenth above the teacher's, its seams at most 1.15 of the truth's, its
    motion at least 0.9 of the teacher's, and none of its drifts is steeper by more than a hundredth per second. No rule
    holds for films that ran away, whose figures are no numbers.

    Args:
        means: figures by way, as `Table.means` gives them.

    Returns:
        The student's and the teacher's way, and the rules.
    """
    teachers = [way for way in means if way.startswith(f"{TEACHER}, ")]
    students = [way for stage in STUDENTS if (way := f"{stage}, 4 steps") in means]
    if not teachers or not students:
        return None
    teacher, student = max(teachers, key=lambda way: int(way.split()[-2])), students[0]
    one, other = means[student], means[teacher]
    drift, others = (float(np.max([abs(each[name] or 0.0) for name in _DRIFTS])) for each in (one, other))
    rules = [
        _rule("feature distance", one, other, "feature_distance", lambda s, t: s <= MOST_DISTANCE * t),
        _rule("seam", one, other, "seam", lambda s, t: s <= MOST_SEAM),
        _rule("motion", one, other, "motion", lambda s, t: s >= LEAST_MOTION * t),
        Rule("steepest drift per second", drift, others, drift <= others + DRIFT_ROOM),
    ]
    return student, teacher, [rule for rule in rules if rule is not None]


def _rule(
    title: str, student: Figures, teacher: Figures, name: str, holds: Callable[[float, float], bool]
) -> Rule | None:
    one, other = student[name], teacher[name]
    return None if one is None or other is None else Rule(title, one, other, holds(one, other))
