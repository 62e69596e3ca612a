"""Gaussian splats as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose
from core.geometry.quaternion import quaternion_from_matrix
from core.splats.harmonics import COUNTS, rotated_harmonics

Floats = NDArray[np.float32]
STATIC = 0
"""The owner of splats that belong to no actor."""


class Provenance(IntEnum):
    OBSERVED = 0
    GENERATED = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class GaussianCloud:
    """Gaussians with activated values, as one sees them; file adapters convert.

    The value of a Gaussian at a point x is `opacity · exp(-½ (x-mean)ᵀ Σ⁻¹ (x-mean))` with
    `Σ = R diag(scale²) Rᵀ`. Colours are display RGB; `harmonics` add what depends on the viewing direction,
    band by band from degree 1, in the frame of the means.
    """

    means_m: Floats  # (n, 3)
    quaternions: Floats  # (n, 4) wxyz, unit
    scales_m: Floats  # (n, 3) standard deviations, > 0
    opacities: Floats  # (n,) in [0, 1]
    colours: Floats  # (n, 3) RGB, about [0, 1]
    harmonics: Floats | None = None  # (n, k, 3) with k = 3, 8, 15 or 24 for degree 1, 2, 3 or 4
    lifespans_s: Floats | None = None  # (n, 2) middle and standard deviation of the time it exists; maybe infinite
    owners: NDArray[np.int32] | None = None  # (n,) `STATIC` or the number of an actor
    provenance: NDArray[np.uint8] | None = None  # (n,) of `Provenance`
    last_seen_s: Floats | None = None  # (n,) when a picture last showed it; its age is counted from then

    def __len__(self) -> int:
        return len(self.means_m)

    def __getitem__(self, index: Any) -> GaussianCloud:
        """The splats that a slice, mask or index array chooses."""
        if isinstance(index, slice):
            return self._each(lambda values: values[index])
        rows = np.arange(len(self))[index]
        return self._each(lambda values: values.take(rows, axis=0))  # several times as fast as indexing

    @property
    def degree(self) -> int:
        """Degree of the spherical harmonics, 0 without."""
        return 0 if self.harmonics is None else round((self.harmonics.shape[1] + 1) ** 0.5) - 1

    @classmethod
    def empty(cls) -> GaussianCloud:
        nothing: dict[str, Any] = {name: np.zeros((0, *shape), np.float32) for name, shape in _SHAPES.items()}
        return cls(**nothing)

    @classmethod
    def concatenated(cls, clouds: Sequence[GaussianCloud]) -> GaussianCloud:
        """All splats in order. What only some clouds have is filled up: harmonics with zeros, lifespans with for ever,
        owners with `STATIC`, provenance with observed, the time of the last sight with 0."""
        if not clouds:
            return cls.empty()
        degree = max(cloud.degree for cloud in clouds)
        parts = {name: [getattr(cloud, name) for cloud in clouds] for name in _SHAPES}
        if degree:
            parts["harmonics"] = [_padded(cloud, COUNTS[degree]) for cloud in clouds]
        for name, default in _DEFAULTS.items():
            if any(getattr(cloud, name) is not None for cloud in clouds):
                parts[name] = [_or_default(cloud, name, default) for cloud in clouds]
        return cls(**{name: np.concatenate(values) for name, values in parts.items()})

    def fading_at(self, t_s: float) -> Floats:
        """What is left (n,) of the opacities at a time: `exp(-½ ((t - middle) / deviation)²)` of each lifespan."""
        if self.lifespans_s is None:
            return np.ones(len(self), np.float32)
        middle_s, deviation_s = self.lifespans_s.T
        away = (np.float32(t_s) - middle_s) / np.maximum(deviation_s, np.float32(1e-3))
        return np.exp(np.float32(-0.5) * away**2)

    def validated(self) -> GaussianCloud:
        """This cloud, after a look at every value; for clouds that come from outside.

        Raises:
            UserError: a shape that does not fit, a value that is not finite, a scale that is not positive, a
                quaternion that is not of unit length, an opacity outside [0, 1].
        """
        for name, shape in self._shapes().items():
            values = getattr(self, name)
            if values.shape != (len(self), *shape):
                raise UserError(f"Splats have {values.shape} values where {(len(self), *shape)} belong", field=name)
            if name != "lifespans_s" and not np.isfinite(values).all():
                raise UserError("Splats hold a value that is not finite", field=name)
        self._refuse("scales_m", self.scales_m <= 0, "a scale that is not positive")
        lengths = np.linalg.norm(self.quaternions, axis=1)
        self._refuse("quaternions", np.abs(lengths - 1) > 1e-3, "a rotation that is not of unit length")
        self._refuse("opacities", (self.opacities < 0) | (self.opacities > 1), "an opacity outside 0 to 1")
        if self.lifespans_s is not None:
            middle_s, half_s = self.lifespans_s.T
            self._refuse("lifespans_s", ~np.isfinite(middle_s) | ~(half_s >= 0), "a lifespan that is no span of time")
        return self

    def bounds(self, percentile: float = 98.0) -> Floats:
        """Low and high corner (2, 3) around the middle `percentile` of the means, axis by axis, so that a few
        strays far away do not count.

        Raises:
            ValueError: the cloud is empty.
        """
        if not len(self):
            raise ValueError("an empty cloud has no bounds")
        rest = (100.0 - percentile) / 2
        return np.percentile(self.means_m, [rest, 100.0 - rest], axis=0).astype(np.float32)

    def moved(self, target_from_here: Pose, scale: float = 1.0) -> GaussianCloud:
        """The cloud in another frame: scaled about the origin, then moved; harmonics turn along."""
        rotation = target_from_here.rotation
        turn = quaternion_from_matrix(rotation)
        return replace(
            self,
            means_m=target_from_here.apply(self.means_m * scale).astype(np.float32),
            quaternions=quaternion_product(turn, self.quaternions).astype(np.float32),
            scales_m=self.scales_m * np.float32(scale),
            harmonics=None if self.harmonics is None else rotated_harmonics(self.harmonics, rotation),
        )

    @classmethod
    def placed(cls, clouds: Sequence[GaussianCloud], poses: Pose) -> GaussianCloud:
        """Clouds, each in a frame of its own, as one cloud in the frame that their poses (k,) lead to; the same as each
        one `moved`, faster."""
        here = cls.concatenated(clouds)
        if here.harmonics is not None or not clouds:
            return cls.concatenated([cloud.moved(poses[row]) for row, cloud in enumerate(clouds)])
        of = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
        turns = quaternion_from_matrix(poses.rotation)[of]
        means_m = (poses.rotation[of] @ here.means_m[..., None])[..., 0] + poses.translation[of]
        quaternions = quaternion_product(turns, here.quaternions)
        return replace(here, means_m=means_m.astype(np.float32), quaternions=quaternions.astype(np.float32))

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of one splat's values, by the name of every field that is there."""
        count = 0 if self.harmonics is None or self.harmonics.ndim < 2 else self.harmonics.shape[1]
        if self.harmonics is not None and count not in COUNTS[1:]:
            raise UserError(f"Splats have {count} harmonics where 3, 8, 15 or 24 belong", field="harmonics")
        optional = {"harmonics": (count, 3), "lifespans_s": (2,), "owners": (), "provenance": (), "last_seen_s": ()}
        return _SHAPES | {name: shape for name, shape in optional.items() if getattr(self, name) is not None}

    def _refuse(self, field: str, wrong: NDArray[np.bool_], what: str) -> None:
        if wrong.any():
            splats = wrong.reshape(len(wrong), -1).any(1)
            first = int(np.flatnonzero(splats)[0])
            raise UserError(f"{int(splats.sum())} splats have {what}, first number {first}", field=field)

    def _each(self, change: Any) -> GaussianCloud:
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: change(value) for name, value in values.items() if value is not None})


_SHAPES: dict[str, tuple[int, ...]] = {
    "means_m": (3,),
    "quaternions": (4,),
    "scales_m": (3,),
    "opacities": (),
    "colours": (3,),
}
_DEFAULTS: dict[str, NDArray[Any]] = {
    "lifespans_s": np.array([0.0, np.inf], np.float32),
    "owners": np.array(STATIC, np.int32),
    "provenance": np.array(Provenance.OBSERVED, np.uint8),
    "last_seen_s": np.array(0.0, np.float32),
}


def _padded(cloud: GaussianCloud, count: int) -> Floats:
    padded = np.zeros((len(cloud), count, 3), np.float32)
    if cloud.harmonics is not None:
        padded[:, : cloud.harmonics.shape[1]] = cloud.harmonics
    return padded


def _or_default(cloud: GaussianCloud, name: str, default: NDArray[Any]) -> NDArray[Any]:
    values = getattr(cloud, name)
    return np.broadcast_to(default, (len(cloud), *default.shape)) if values is None else values


def quaternion_product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Hamilton product of quaternions (..., 4) wxyz: the rotation `right`, then `left`."""
    w1, x1, y1, z1 = np.moveaxis(np.asarray(left), -1, 0)
    w2, x2, y2, z2 = np.moveaxis(np.asarray(right), -1, 0)
    return np.stack(
        [
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ],
        -1,
    )
