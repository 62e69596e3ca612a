"""How far a camera on a new path is from what was observed, and so how far its picture can be trusted.

The value at an instant is a product of three, each from 0 to 1:

- place: exp(-½ · ((left/3 m)² + (up/1 m)² + (ahead/6 m)² + (turn/0.6 rad)²)), the way from the observed pose next to
  the camera's, in the frame of the ego on the new path; a lane to the side gives about a half.
- space: the share of what the camera sees, up to the first surface, that any camera saw (`ObservedSpace`).
- sides: 1 less the share of the worst actor's visible surface that no camera saw (`Coverage`), in full for an actor
  that fills a twentieth of the picture or more, and less for one that is smaller.

The lengths are chosen, not measured: a lane to the side uncovers what no camera saw behind everything that stands at
the kerb, a metre of height shows roofs and the tops of cars, and a turn of 0.6 rad leaves half of a usual picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera, Pose
from core.scenario.motion.surroundings import STEP_S, Traffic
from core.scene import Coverage, ObservedSpace
from core.scene.coverage import seen_shares

Floats = NDArray[np.float64]

_SCALES = np.array([6.0, 3.0, 1.0])  # metres ahead, left, up
_TURN_RAD = 0.6
_METRES_PER_RADIAN = _SCALES[1] / _TURN_RAD  # a turn counts as so much of distance where the next pose is looked for
_WHOLE_SHARE = 0.05  # of the picture: an actor that fills so much counts in full
_LEAST_SHARE = 0.001
_TOLD = 0.9  # a part of the value below it is a reason


@dataclass(frozen=True, eq=False, kw_only=True)
class Trust:
    """How far one camera is to be trusted at each time; row i of every array belongs together."""

    t_s: Floats  # (n,)
    place: Floats  # (n,) the three parts, 0 to 1
    space: Floats  # (n,)
    sides: Floats  # (n,)
    away_m: Floats  # (n, 3) from the observed pose next to it: ahead, left, up on the new path
    turn_rad: Floats  # (n,) between the optical axes
    actors: tuple[str | None, ...]  # (n) the worst actor; None where there is none

    @property
    def value(self) -> Floats:
        """(n,) 0 to 1."""
        return self.place * self.space * self.sides

    def reasons(self, row: int, named: Callable[[str], str] = str) -> list[str]:
        """Why the value at one time is low, the weightiest reason first; none where it is not.

        Args:
            row: of the time.
            named: what people call the actor of an id.
        """
        if not np.isfinite(self.away_m[row]).all():
            return ["no picture was recorded"]
        ahead, left, up = self.away_m[row].tolist()
        turn = float(self.turn_rad[row])
        along, beside, height = _bell(self.away_m[row] / _SCALES).tolist()
        parts = [
            (beside, f"{abs(left):.1f} m {'left' if left > 0 else 'right'} of the recording"),
            (height, f"{abs(up):.1f} m {'above' if up > 0 else 'below'} the recording"),
            (along, f"{abs(ahead):.1f} m {'beyond' if ahead > 0 else 'before'} where pictures were taken"),
            (float(_bell(np.array(turn / _TURN_RAD))), f"turned by {np.degrees(turn):.0f}°"),
            (float(self.space[row]), f"{1 - self.space[row]:.0%} of what it sees was never seen"),
            (float(self.sides[row]), f"a side of {named(self.actors[row] or '')} was never seen"),
        ]
        return [text for part, text in sorted(parts, key=lambda pair: pair[0]) if part < _TOLD]


def camera_trust(
    camera: Camera,
    world_from_camera: Pose,
    *,
    t_s: Floats,
    heading_rad: Floats,
    seen_from: Pose,
    observed: ObservedSpace | None = None,
    traffic: Traffic | None = None,
    coverages: Mapping[str, Coverage] | None = None,
) -> Trust:
    """How far a camera on a new path is to be trusted.

    Args:
        camera: its lens.
        world_from_camera: its poses (n,) on the new path.
        t_s: their times (n,).
        heading_rad: where the ego is heading (n,).
        seen_from: world_from_camera (v,) of all pictures that were recorded, by any camera.
        observed: the space that they saw; without it space counts as seen. Leave it out while a path is dragged: a
            few hundred rays are followed for each pose.
        traffic: where actors are.
        coverages: id of an actor → which of its sides were seen; others count as seen.
    """
    away_m, turn_rad = _away(world_from_camera, heading_rad, seen_from)
    place = _bell(away_m / _SCALES).prod(-1) * _bell(turn_rad / _TURN_RAD)
    space = np.ones(len(t_s))
    if observed is not None:
        space = np.array([observed.trust(camera, world_from_camera[row]).observed for row in range(len(t_s))])
    sides = np.ones(len(t_s))
    actors: tuple[str | None, ...] = (None,) * len(t_s)
    if traffic is not None and coverages:
        sides, actors = _sides(camera, world_from_camera, t_s, traffic, coverages)
    return Trust(t_s=t_s, place=place, space=space, sides=sides, away_m=away_m, turn_rad=turn_rad, actors=actors)


def _bell(deviation: Floats) -> Floats:
    return np.exp(-0.5 * deviation**2)


def _away(world_from_camera: Pose, heading_rad: Floats, seen_from: Pose) -> tuple[Floats, Floats]:
    """Ways (n, 3) ahead, left and up from the observed poses next to some, and turns (n,) between the two."""
    if not len(seen_from):
        return np.full((len(heading_rad), 3), np.inf), np.full(len(heading_rad), np.pi)
    apart = world_from_camera.translation[:, None] - seen_from.translation
    axes = world_from_camera.rotation[:, None, :, 2], seen_from.rotation[:, :, 2]
    turns = np.arccos((axes[0] * axes[1]).sum(-1).clip(-1.0, 1.0))
    nearest = (np.linalg.norm(apart, axis=-1) + _METRES_PER_RADIAN * turns).argmin(1)
    rows = np.arange(len(nearest))
    east, north, up = apart[rows, nearest].T
    cos, sin = np.cos(heading_rad), np.sin(heading_rad)
    return np.stack([cos * east + sin * north, cos * north - sin * east, up], -1), turns[rows, nearest]


def _sides(
    camera: Camera, world_from_camera: Pose, t_s: Floats, traffic: Traffic, coverages: Mapping[str, Coverage]
) -> tuple[Floats, tuple[str | None, ...]]:
    sides, named = np.ones(len(t_s)), np.full(len(t_s), -1)
    steps = np.round(t_s / STEP_S).astype(np.int64)
    rows = np.flatnonzero((steps >= 0) & (steps < len(traffic.t_s)))
    known = np.array([row for row, name in enumerate(traffic.ids) if name in coverages], dtype=np.int64)
    shares = _picture_shares(camera, world_from_camera[rows], traffic, known, steps[rows])
    at, which = np.nonzero(shares >= _LEAST_SHARE)
    actors, when = known[which], steps[rows[at]]
    boxes = Pose.from_heading(traffic.headings_rad[actors, when], traffic.centres_m[actors, when])
    places = boxes.inverse().apply(world_from_camera.translation[rows[at], None])[:, 0]
    unseen = 1.0 - seen_shares([coverages[traffic.ids[actor]] for actor in actors], places, traffic.sizes_m[actors])
    trusted = 1.0 - unseen * np.minimum(shares[at, which] / _WHOLE_SHARE, 1.0)
    worst_last = np.lexsort((-trusted, at))
    worst_last = worst_last[trusted[worst_last] < 1.0]
    sides[rows[at[worst_last]]] = trusted[worst_last]
    named[rows[at[worst_last]]] = actors[worst_last]
    return sides, tuple(traffic.ids[actor] if actor >= 0 else None for actor in named.tolist())


def _picture_shares(
    camera: Camera, world_from_camera: Pose, traffic: Traffic, actors: NDArray[np.int64], steps: NDArray[np.int64]
) -> Floats:
    """About how much (n, k) of each picture actors (k,) fill at the steps (n,) of its pose; zero for those whose centre
    is not in it, and for those that are not there."""
    centres = world_from_camera.inverse().apply(np.swapaxes(traffic.centres_m[actors][:, steps], 0, 1))
    pixels, valid = camera.project(centres)
    inside = valid & camera.in_image(np.nan_to_num(pixels)) & traffic.exists[actors][:, steps].T
    area = np.prod(np.sort(traffic.sizes_m[actors], axis=-1)[:, 1:], axis=-1)
    away = np.maximum((centres**2).sum(-1), 1.0)
    # The solid angle of a cone as wide as the picture's field.
    field = 2 * np.pi * (1 - np.cos(min(camera.half_field_rad, np.pi)))
    return np.where(inside, np.minimum(area / away / field, 1.0), 0.0)
