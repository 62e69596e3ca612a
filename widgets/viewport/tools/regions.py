"""Regions of the world that are drawn by hand, and the handles by which they are changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot

import numpy as np
from numpy.typing import NDArray

from core.geometry import Box, Pose
from core.scenario import BoxRegion, Placement, Sphere
from widgets.viewport.tools.rays import Ray, along_line, on_level

Floats = NDArray[np.float64]

LEAST_M = 0.1  # half a region's size
HEIGHT_M = 2.0  # of a box, to begin with
UNDERCUT_M = 0.1  # how far below the ground it reaches then
_UP = np.array([0.0, 0.0, 1.0])
_ROUND = np.linspace(0.0, 2 * np.pi, 49)


class Shape(StrEnum):
    """Of a drawn region."""

    SPHERE = "sphere"
    BOX = "box"


class Grip(StrEnum):
    """What of a region is held."""

    CENTRE = "centre"  # moves it over the ground
    RIM = "rim"  # changes its reach
    TOP = "top"  # raises a sphere, makes a box higher


@dataclass(frozen=True, eq=False)
class DrawnRegion:
    """A sphere, or a box that stands upright along a heading. Metres and radians of the world."""

    shape: Shape
    centre_m: Floats  # (3,)
    half_m: tuple[float, float, float]  # of a sphere all three are its radius
    heading_rad: float = 0.0

    @classmethod
    def begun(cls, shape: Shape, place_m: Floats, heading_rad: float) -> DrawnRegion:
        """The smallest one at a place on the ground."""
        if shape is Shape.SPHERE:
            return cls(shape, place_m, (LEAST_M,) * 3, heading_rad)
        centre = place_m + _UP * (HEIGHT_M / 2 - UNDERCUT_M)
        return cls(shape, centre, (LEAST_M, LEAST_M, HEIGHT_M / 2), heading_rad)

    @property
    def region(self) -> Sphere | BoxRegion:
        """For a clean-up of static splats."""
        x, y, z = self.centre_m.tolist()
        if self.shape is Shape.SPHERE:
            return Sphere(centre_m=(x, y, z), radius_m=self.half_m[0])
        return BoxRegion(place=Placement.of(self._pose), size_m=self._size_m)

    def stretched(self, first_m: Floats, place_m: Floats) -> DrawnRegion:
        """Drawn from a first place on the ground to another: from a sphere's middle, or from corner to corner."""
        if self.shape is Shape.SPHERE:
            return self._with_reach(place_m)
        middle = (first_m + place_m) / 2
        moved = replace(self, centre_m=np.array([middle[0], middle[1], self.centre_m[2]]))
        return moved._with_reach(place_m)

    def pulled(self, grip: Grip, ray: Ray) -> DrawnRegion:
        """With what is held brought under the pointer; as it is where the pointer is nowhere."""
        if grip is Grip.TOP:
            top_m = along_line(ray, self.centre_m, _UP)
            return self if top_m is None else self._with_top(top_m)
        place = on_level(ray, float(self.centre_m[2]))
        if place is None:
            return self
        return self._with_reach(place) if grip is Grip.RIM else replace(self, centre_m=place)

    def grips(self) -> dict[Grip, Floats]:
        """Where (3,) each handle is."""
        length, width, height = self.half_m
        rim = (length, 0.0, 0.0) if self.shape is Shape.SPHERE else (length, width, 0.0)
        local = {Grip.CENTRE: (0.0, 0.0, 0.0), Grip.RIM: rim, Grip.TOP: (0.0, 0.0, height)}
        return {grip: self._pose.apply([place])[0] for grip, place in local.items()}

    def outlines(self) -> list[Floats]:
        """Lines (n, 3) that show it."""
        if self.shape is Shape.BOX:
            corners = Box(self._pose, self._size_m).corners()
            rings = [corners[[0, 1, 2, 3, 0]], corners[[4, 5, 6, 7, 4]]]
            return [*rings, *(corners[[index, index + 4]] for index in range(4))]
        cosine, sine, none = np.cos(_ROUND), np.sin(_ROUND), 0 * _ROUND
        rings = [np.stack(axes, -1) for axes in ((cosine, sine, none), (cosine, none, sine), (none, cosine, sine))]
        return [self.centre_m + ring * self.half_m[0] for ring in rings]

    @property
    def _size_m(self) -> tuple[float, float, float]:
        length, width, height = self.half_m
        return 2 * length, 2 * width, 2 * height

    @property
    def _pose(self) -> Pose:
        return Pose.from_heading(self.heading_rad, self.centre_m)

    def _with_reach(self, place_m: Floats) -> DrawnRegion:
        along, aside, _ = self._pose.inverse().apply([place_m])[0]
        if self.shape is Shape.SPHERE:
            return replace(self, half_m=(max(hypot(along, aside), LEAST_M),) * 3)
        return replace(self, half_m=(max(abs(along), LEAST_M), max(abs(aside), LEAST_M), self.half_m[2]))

    def _with_top(self, top_m: float) -> DrawnRegion:
        """A top so far above the present middle."""
        if self.shape is Shape.SPHERE:
            return replace(self, centre_m=self.centre_m + _UP * (top_m - self.half_m[2]))
        half = max((top_m + self.half_m[2]) / 2, LEAST_M)
        return replace(self, centre_m=self.centre_m + _UP * (half - self.half_m[2]), half_m=(*self.half_m[:2], half))
