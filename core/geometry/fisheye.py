"""Fisheye cameras whose image radius is a polynomial of the angle from the optical axis."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera, scaled_centre
from core.geometry.rising import AnglePolynomial

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AngularCamera(Camera):
    """What both fisheye families share: r(θ), then an affine map onto the pixels."""

    def project(self, points_m: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        points = np.asarray(points_m, dtype=np.float64)
        across = np.hypot(points[..., 0], points[..., 1])
        angle = np.arctan2(across, points[..., 2])
        valid = (angle <= self.radial.max_angle_rad) & (across + np.abs(points[..., 2]) > 1e-9)
        stretch = np.where(valid, self.radial.radius(angle), np.nan) / np.maximum(across, 1e-300)
        return points[..., :2] * stretch[..., None] @ self._linear.T + self._centre, valid

    def unproject(self, pixels: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        plane = (np.asarray(pixels, dtype=np.float64) - self._centre) @ np.linalg.inv(self._linear).T
        radius = np.hypot(plane[..., 0], plane[..., 1])
        angle, valid = self.radial.angle(radius)
        across = plane * (np.sin(angle) / np.maximum(radius, 1e-300))[..., None]
        rays = np.concatenate([across, np.cos(angle)[..., None]], -1)
        return np.where(valid[..., None], rays, np.nan), valid

    @property
    def max_angle_rad(self) -> float:
        return self.radial.max_angle_rad

    @property
    @abstractmethod
    def radial(self) -> AnglePolynomial:
        """r(θ), in the units that the affine map takes to pixels."""

    @property
    @abstractmethod
    def _linear(self) -> Floats:
        """The affine map's linear part (2, 2)."""

    @property
    @abstractmethod
    def _centre(self) -> Floats:
        """Where the optical axis meets the image (2,)."""


@dataclass(frozen=True)
class FisheyeCamera(AngularCamera):
    """Kannala and Brandt 2006, as OpenCV's fisheye module: r(θ) = θ + k1 θ³ + k2 θ⁵ + k3 θ⁷ + k4 θ⁹.

    Raises:
        ValueError: not four coefficients, or a focal length that is not positive.
    """

    model: ClassVar[str] = "fisheye"

    fx: float  # focal lengths and principal point in pixels
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)  # k1 k2 k3 k4

    def __post_init__(self) -> None:
        super().__post_init__()
        self._require_positive("fx", "fy")
        if len(self.distortion) != 4:
            raise ValueError(f"{len(self.distortion)} distortion coefficients; expected 4")

    @cached_property
    def radial(self) -> AnglePolynomial:
        k1, k2, k3, k4 = self.distortion
        return AnglePolynomial((1.0, 0.0, k1, 0.0, k2, 0.0, k3, 0.0, k4))

    @cached_property
    def _linear(self) -> Floats:
        return np.diag([self.fx, self.fy])

    @cached_property
    def _centre(self) -> Floats:
        return np.array([self.cx, self.cy])

    def resized(self, width: int, height: int) -> FisheyeCamera:
        sx, sy = self._scales(width, height)
        cx, cy = scaled_centre(self.cx, sx), scaled_centre(self.cy, sy)
        return FisheyeCamera(width, height, self.fx * sx, self.fy * sy, cx, cy, self.distortion)


@dataclass(frozen=True)
class PolynomialFisheyeCamera(AngularCamera):
    """r(θ) = a1 θ + a2 θ² + a3 θ³ + … in pixels, then u = c x + d y + cx and v = e x + y + cy.

    The family of WoodScape (its k1 … k4 are a1 … a4; an aspect ratio q is a1 … a4 times q, and c = 1 / q),
    of the f-theta cameras of NVIDIA rigs (angle to pixel distance, without its constant zero), and of
    OCamCalib's inverse polynomial once that is written in the angle from the optical axis and with x and y
    in the order of columns and rows. The angle counts up to `limit_rad`, or to where r stops rising.

    Raises:
        ValueError: no coefficient, a1 not positive, or an affine part that flattens the image.
    """

    model: ClassVar[str] = "polynomial_fisheye"

    coefficients_px: tuple[float, ...]  # a1, a2, …
    cx: float  # where the optical axis meets the image, pixels
    cy: float
    affine: tuple[float, float, float] = (1.0, 0.0, 0.0)  # c, d, e
    limit_rad: float = np.pi

    def __post_init__(self) -> None:
        super().__post_init__()
        c, d, e = self.affine
        if not c - d * e > 0:
            raise ValueError("the affine part flattens or mirrors the image")
        AnglePolynomial(self.coefficients_px, self.limit_rad)

    @cached_property
    def radial(self) -> AnglePolynomial:
        return AnglePolynomial(self.coefficients_px, self.limit_rad)

    @cached_property
    def _linear(self) -> Floats:
        c, d, e = self.affine
        return np.array([[c, d], [e, 1.0]])

    @cached_property
    def _centre(self) -> Floats:
        return np.array([self.cx, self.cy])

    def resized(self, width: int, height: int) -> PolynomialFisheyeCamera:
        sx, sy = self._scales(width, height)
        c, d, e = self.affine
        return PolynomialFisheyeCamera(
            width,
            height,
            tuple(a * sy for a in self.coefficients_px),
            scaled_centre(self.cx, sx),
            scaled_centre(self.cy, sy),
            (c * sx / sy, d * sx / sy, e),
            self.limit_rad,
        )
