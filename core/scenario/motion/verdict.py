"""What is wrong with a motion and how far its pictures can be trusted, instant by instant, gravest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.scenario.motion.feasibility import UNITS, Feasibility, Kind, Violation, runs
from core.scenario.motion.trust import Trust

TRUSTED = 0.5
"""A picture whose trust is less is no longer to be believed: about a lane to the side."""

GRAVITY = (
    Kind.OVERLAP,
    Kind.OFF_ROAD,
    Kind.TIME_TO_COLLISION,
    Kind.CURVATURE,
    Kind.LATERAL,
    Kind.BRAKING,
    Kind.ACCELERATION,
    Kind.JERK,
    Kind.UNTRUSTED,
)
"""What is told of an instant at which several things are wrong: the first of these."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """On one motion."""

    who: str
    feasibility: Feasibility
    trust: Mapping[str, Trust] = field(default_factory=dict)  # by camera; none for actors

    @property
    def t_s(self) -> NDArray[np.float64]:
        """The instants (n,)."""
        return self.feasibility.t_s

    @property
    def violations(self) -> tuple[Violation, ...]:
        """In the order of time."""
        found = [*self.feasibility.violations, *self._untrusted()]
        return tuple(sorted(found, key=lambda violation: (violation.from_s, GRAVITY.index(violation.kind))))

    def gravest(self) -> NDArray[np.int64]:
        """Rows (n,) in `GRAVITY`; -1 where all is well."""
        worst = np.full(len(self.t_s), len(GRAVITY))
        for violation in self.violations if len(worst) else ():
            # What is too short for any of the instants is told at the nearest: no list may know more than the colours.
            first, last = (int(np.abs(self.t_s - t_s).argmin()) for t_s in (violation.from_s, violation.to_s))
            worst[first : last + 1] = np.minimum(worst[first : last + 1], GRAVITY.index(violation.kind))
        return np.where(worst == len(GRAVITY), -1, worst)

    def readings(self, t_s: float, named: Callable[[str], str] = str) -> list[tuple[str, str]]:
        """Names and numbers of one instant, for people; `named` is what they call the camera or the actor of an id."""
        motion = self.feasibility
        if not len(motion.t_s):
            return []
        row = int(np.abs(motion.t_s - t_s).argmin())
        found = [
            ("Speed", f"{motion.speed_mps[row]:.1f} m/s"),
            ("Curvature", f"{abs(motion.curvature_1pm[row]):.3f} 1/m"),
            ("Lateral", f"{abs(motion.lateral_mps2[row]):.1f} m/s²"),
            ("Longitudinal", f"{motion.longitudinal_mps2[row]:+.1f} m/s²".replace("-", "−")),
            ("Jerk", f"{motion.jerk_mps3[row]:.1f} m/s³"),
        ]
        if np.isfinite(motion.time_to_collision_s[row]):
            found.append(("Time to collision", f"{motion.time_to_collision_s[row]:.1f} s"))
        if motion.off_road_m[row] > 0:
            found.append(("Off the road", f"{motion.off_road_m[row]:.1f} m"))
        if self.trust:
            camera, trust = min(self.trust.items(), key=lambda pair: float(_at(pair[1], t_s)))
            why = trust.reasons(int(np.abs(trust.t_s - t_s).argmin()), named)
            found.append(("Least trusted", f"{named(camera)}, {_at(trust, t_s):.0%}"))
            found += [("", reason) for reason in why[:1]]
        return found

    def _untrusted(self) -> list[Violation]:
        """Where the least trusted camera is not trusted."""
        if not self.trust:
            return []
        times = next(iter(self.trust.values())).t_s
        value = np.min([trust.value for trust in self.trust.values()], axis=0)
        return [
            Violation(
                Kind.UNTRUSTED, float(times[first]), float(times[last - 1]), float(value[first:last].min()), TRUSTED
            )
            for first, last in runs(value < TRUSTED)
        ]


def told(violation: Violation) -> str:
    """What is wrong, with its numbers, as in “Braking 9.1 of 8.0 m/s²”."""
    kind, unit = violation.kind, UNITS[violation.kind]
    title = kind.value[:1].upper() + kind.value[1:]
    whom = "" if violation.other is None else f" with {violation.other}"
    match kind:
        case Kind.OVERLAP:
            return f"{title}{whom}"
        case Kind.UNTRUSTED:
            return f"{title}, {violation.worst:.0%}"
        case Kind.CURVATURE:
            return f"{title} {violation.worst:.2f}, at most {violation.limit:.2f} {unit}"
        case Kind.TIME_TO_COLLISION:
            return f"{title}{whom} {violation.worst:.1f}, at least {violation.limit:.1f} {unit}"
    return f"{title}{whom} {violation.worst:.1f}, at most {violation.limit:.1f} {unit}"


def _at(trust: Trust, t_s: float) -> float:
    return float(np.interp(t_s, trust.t_s, trust.value))
