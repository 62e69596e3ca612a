"""Rigid poses and poses over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.quaternion import matrix_from_quaternion, quaternion_from_matrix, slerp

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pose:
    """A rigid transform, or an array of them; named by what it maps, e.g. `world_from_camera`.

    `world_from_camera @ camera_from_ego` composes, `world_from_camera.apply(points)` maps points.
    """

    matrix: Floats  # (..., 4, 4)

    @classmethod
    def identity(cls) -> Pose:
        return cls(np.eye(4))

    @classmethod
    def from_rotation(cls, rotation: ArrayLike, translation_m: ArrayLike) -> Pose:
        """From rotation matrices (..., 3, 3) and translations (..., 3)."""
        rotation = np.asarray(rotation, dtype=np.float64)
        matrix = np.zeros((*rotation.shape[:-2], 4, 4))
        matrix[..., :3, :3] = rotation
        matrix[..., :3, 3] = translation_m
        matrix[..., 3, 3] = 1.0
        return cls(matrix)

    @classmethod
    def from_quaternion(cls, wxyz: ArrayLike, translation_m: ArrayLike) -> Pose:
        """From quaternions (..., 4) in wxyz order, normalised here, and translations (..., 3).

        Raises:
            ValueError: a quaternion of length zero, or a value that is not finite.
        """
        quaternion = np.asarray(wxyz, dtype=np.float64)
        translation = np.asarray(translation_m, dtype=np.float64)
        if not (np.isfinite(quaternion).all() and np.isfinite(translation).all()):
            raise ValueError("a pose holds a value that is not finite")
        return cls.from_rotation(matrix_from_quaternion(quaternion), translation)

    @classmethod
    def from_heading(cls, heading_rad: ArrayLike, translation_m: ArrayLike) -> Pose:
        """From headings (...) about z, counter-clockwise from x, and translations (..., 3)."""
        heading = np.asarray(heading_rad, dtype=np.float64)
        cos, sin, zero, one = np.cos(heading), np.sin(heading), np.zeros_like(heading), np.ones_like(heading)
        rows = [np.stack(row, -1) for row in ((cos, -sin, zero), (sin, cos, zero), (zero, zero, one))]
        return cls.from_rotation(np.stack(rows, -2), translation_m)

    @classmethod
    def stack(cls, poses: list[Pose]) -> Pose:
        return cls(np.stack([pose.matrix for pose in poses]))

    @property
    def rotation(self) -> Floats:
        """Rotation matrices (..., 3, 3)."""
        return self.matrix[..., :3, :3]

    @property
    def translation(self) -> Floats:
        """Translations (..., 3) in metres."""
        return self.matrix[..., :3, 3]

    @property
    def quaternion(self) -> Floats:
        """Unit quaternions (..., 4), wxyz, w ≥ 0."""
        return quaternion_from_matrix(self.rotation)

    @property
    def heading(self) -> Floats:
        """Angle (...) of the x axis about z, radians."""
        return np.arctan2(self.matrix[..., 1, 0], self.matrix[..., 0, 0])

    def __matmul__(self, other: Pose) -> Pose:
        return Pose(self.matrix @ other.matrix)

    def __getitem__(self, index: Any) -> Pose:
        return Pose(self.matrix[index])

    def __len__(self) -> int:
        if self.matrix.ndim < 3:
            raise TypeError("a single pose has no length")
        return len(self.matrix)

    def inverse(self) -> Pose:
        rotation = np.swapaxes(self.rotation, -1, -2)
        translation = -(rotation @ self.translation[..., None])[..., 0]
        return Pose.from_rotation(rotation, translation)

    def apply(self, points_m: ArrayLike) -> Floats:
        """Points (..., N, 3) mapped by this pose; dtype float64."""
        return self.rotate(points_m) + self.translation[..., None, :]

    def rotate(self, vectors: ArrayLike) -> Floats:
        """Directions (..., N, 3) turned by this pose."""
        return np.asarray(vectors, dtype=np.float64) @ np.swapaxes(self.rotation, -1, -2)


class PoseTrack:
    """Poses over time: recorded at `t_ns`, interpolated between (slerp and linear)."""

    def __init__(self, t_ns: ArrayLike, poses: Pose) -> None:
        """Times (n,) int64, strictly increasing, and poses (n,).

        Raises:
            ValueError: lengths differ, nothing given, times do not increase, or a value is not finite.
        """
        self.t_ns = np.asarray(t_ns, dtype=np.int64)
        self.poses = poses
        if len(self.t_ns) == 0 or len(self.t_ns) != len(poses):
            raise ValueError(f"{len(self.t_ns)} times for {len(poses)} poses")
        if (np.diff(self.t_ns) <= 0).any():
            raise ValueError("pose times do not increase")
        if not np.isfinite(poses.matrix).all():
            raise ValueError("a pose holds a value that is not finite")
        self.quaternions = poses.quaternion  # (n, 4)

    def __len__(self) -> int:
        return len(self.t_ns)

    def at(self, t_ns: ArrayLike) -> Pose:
        """Poses at times (...) int64, interpolated; held at the first and last pose outside the span."""
        query = np.clip(np.asarray(t_ns, dtype=np.int64), self.t_ns[0], self.t_ns[-1])
        if len(self) == 1:
            return Pose(np.broadcast_to(self.poses.matrix[0], (*query.shape, 4, 4)).copy())
        before = np.clip(np.searchsorted(self.t_ns, query, side="right") - 1, 0, len(self) - 2)
        after = before + 1
        fraction = (query - self.t_ns[before]) / (self.t_ns[after] - self.t_ns[before])
        rotation = matrix_from_quaternion(slerp(self.quaternions[before], self.quaternions[after], fraction))
        start, end = self.poses.translation[before], self.poses.translation[after]
        return Pose.from_rotation(rotation, start + fraction[..., None] * (end - start))
