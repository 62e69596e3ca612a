"""Straight pieces in front of a camera: left out, subdivided and cut to what the picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEAR_M = 0.05

_FINEST_M = 0.02  # of the pieces, however near the camera a line passes
_FINEST_RAD = 0.05  # a piece seen under this angle stays within a fraction of a pixel of its bent image
_CUTS = 16  # places tried between a seen and an unseen end; two rounds leave 1/256 of a piece


@dataclass(frozen=True, eq=False)
class Traced:
    """Visible pieces of lines, end to end in one array."""

    pixels: Floats  # (m, 2)
    first: Ints  # (p,) where in `pixels` each piece begins
    owner: Ints  # (p,) the line that each piece comes from

    def pieces(self) -> list[Floats]:
        """Each piece (k, 2), k ≥ 2."""
        borders = [*self.first.tolist(), len(self.pixels)]
        return [self.pixels[start:end] for start, end in pairwise(borders)]


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight pieces in camera coordinates; a chained one ends where the next begins."""

    start: Floats  # (n, 3)
    end: Floats  # (n, 3)
    owner: Ints  # (n,) the line it belongs to
    chained: Bools  # (n,)

    def lengths_m(self) -> Floats:
        return np.linalg.norm(self.end - self.start, axis=1)

    def seen_by(self, camera: Camera) -> Segments:
        """Without the pieces that are certainly outside the picture."""
        keep = may_see(camera, (self.start + self.end) / 2, self.lengths_m() / 2)
        chained = self.chained & np.append(keep[1:], False)
        return Segments(self.start[keep], self.end[keep], self.owner[keep], chained[keep])

    def split_by_length(self, step_m: float) -> Segments:
        return self._split(self.lengths_m() / step_m)

    def split_by_angle(self) -> Segments:
        """Split so finely that the straight image of each piece stands for its bent one."""
        along = self.end - self.start
        length = np.linalg.norm(along, axis=1)
        share = -(self.start * along).sum(1) / np.maximum(length, 1e-12) ** 2
        nearest = np.linalg.norm(self.start + np.clip(share, 0.0, 1.0)[:, None] * along, axis=1)
        return self._split(length / np.maximum(nearest * _FINEST_RAD, _FINEST_M))

    def trace(self, camera: Camera) -> Traced:
        """The image of the pieces, cut where the picture ends."""
        points, begin = _joined(self.start, self.end, ~self.chained)
        pixels, seen = _look(camera, points)
        start_seen, end_seen = seen[begin], seen[begin + 1]
        start_px, end_px = pixels[begin], pixels[begin + 1]
        leaves, enters = start_seen & ~end_seen, ~start_seen & end_seen
        end_px[leaves] = _cut(camera, self.start[leaves], self.end[leaves])
        start_px[enters] = _cut(camera, self.end[enters], self.start[enters])

        keep = np.flatnonzero(start_seen | end_seen)
        last = ~(self.chained & end_seen)[keep]
        traced, begin = _joined(start_px[keep], end_px[keep], last)
        first = np.concatenate([[True], last[:-1]]) if len(last) else last
        return Traced(traced, begin[first], self.owner[keep][first])

    def _split(self, pieces: Floats) -> Segments:
        counts = np.maximum(np.ceil(pieces - 1e-9), 1).astype(np.int64)
        if counts.max(initial=1) == 1:
            return self
        of = np.repeat(np.arange(len(counts)), counts)
        number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = np.stack([number, number + 1]) / counts[of]
        along = (self.end - self.start)[of]
        start, end = (self.start[of] + part[:, None] * along for part in share)
        inner = number + 1 < counts[of]
        return Segments(start, end, self.owner[of], inner | self.chained[of])


def may_see(camera: Camera, centres_m: Floats, radii_m: Floats | float) -> Bools:
    """Whether spheres, centres (n, 3) in camera coordinates, may touch the cone that holds the picture."""
    field = camera.half_field_rad
    across = np.hypot(centres_m[:, 0], centres_m[:, 1])
    return np.asarray(across * np.cos(field) - centres_m[:, 2] * np.sin(field) <= radii_m)


def _joined(start: Floats, end: Floats, last: Bools) -> tuple[Floats, Ints]:
    """Starts (n, d) in a row, each chain closed by its last end, and the places of the starts (n,)."""
    place = np.arange(len(start)) + np.cumsum(last) - last
    row = np.empty((len(start) + int(last.sum()), start.shape[1]))
    row[place] = start
    row[place[last] + 1] = end[last]
    return row, place


def _look(camera: Camera, points_m: Floats) -> tuple[Floats, Bools]:
    pixels, valid = camera.project(points_m)
    near = (points_m**2).sum(-1) < NEAR_M**2
    return pixels, valid & ~near & camera.in_image(pixels, margin_px=camera.margin_px)


def _cut(camera: Camera, seen_m: Floats, unseen_m: Floats) -> Floats:
    """Pixels (n, 2) of the farthest seen points on the way from seen to unseen ends (n, 3)."""
    if len(seen_m) == 0:
        return np.empty((0, 2))
    along = unseen_m - seen_m
    share, width = np.zeros(len(seen_m)), 1.0
    for _ in range(2):
        width /= _CUTS
        tried = share[:, None] + width * np.arange(1, _CUTS)
        _, seen = _look(camera, seen_m[:, None] + tried[..., None] * along[:, None])
        share = share + width * np.cumprod(seen, axis=1).sum(1)
    return camera.project(seen_m + share[:, None] * along)[0]
