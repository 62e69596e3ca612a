"""Which space a log's cameras saw, and how far a camera may leave what they saw."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry import Camera, Pose

SIDE = 8
"""Voxels along each edge of a block."""
METRES_PER_RADIAN = 5.0
"""A turn by so much counts as one metre more of distance where the observed pose next to another is looked for."""
NEAREST_STEP_M = 0.5
_FRUSTUM_PIXELS = 400
_CLEAR_M = 1.5


@dataclass(frozen=True)
class PoseTrust:
    """How far a camera at a pose is from what was observed."""

    distance_m: float  # from the observed pose that is next to it, in place and heading together
    turn_rad: float  # between its optical axis and that pose's
    observed: float  # share of what it sees, up to the first surface, that was seen, 0 to 1
    fineness: float  # how near it is to the surfaces it sees, against the nearest view of them: 1 no nearer, 0.5 half


@dataclass(frozen=True, eq=False, kw_only=True)
class ObservedSpace:
    """A sparse grid over the world that says how often, and from how near, its space was seen; and from where.

    Space is never seen, or free, or holds a surface of the static world. Blocks of 8³ voxels of which nothing was
    seen are not there.
    """

    corner_m: NDArray[np.float64]  # (3,) low corner of block (0, 0, 0), in the world
    voxel_m: float
    blocks: NDArray[np.int16]  # (b, 3) places of the blocks, not negative, in order
    views: NDArray[np.uint8]  # (b, 8, 8, 8) how many views saw a voxel, at most 127; 0 never seen
    nearest: NDArray[np.uint8]  # (b, 8, 8, 8) least distance of a view in steps of NEAREST_STEP_M
    surface: NDArray[np.bool_]  # (b, 8, 8, 8) whether a seen voxel holds a surface
    world_from_camera: Pose  # (v,) the views

    def at(self, points_m: ArrayLike) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.bool_]]:
        """Of world points (..., 3): how many views saw them, from how near (infinite for never), whether surface."""
        cells = np.floor((np.asarray(points_m) - self.corner_m) / self.voxel_m).astype(np.int64)
        table = self._table
        inside = np.all((cells >= 0) & (cells < np.array(table.shape) * SIDE), axis=-1)
        held = np.where(inside[..., None], cells, 0)
        row = np.where(inside, table[tuple(np.moveaxis(held // SIDE, -1, 0))], -1)
        views, surface = np.zeros(row.shape, np.uint8), np.zeros(row.shape, bool)
        nearest_m = np.full(row.shape, np.inf)
        known = row >= 0
        found = row[known], *held[known].T % SIDE
        views[known], surface[known] = self.views[found], self.surface[found]
        nearest_m[views > 0] = (self.nearest[found] * NEAREST_STEP_M)[views[known] > 0]
        return views, nearest_m, surface

    def trust(self, camera: Camera, world_from_camera: Pose, *, reach_m: float = 40.0) -> PoseTrust:
        """How far a camera at a pose is from what was observed.

        Args:
            camera: its lens; a few hundred rays of it are followed.
            world_from_camera: its pose.
            reach_m: how far its sight is followed where it meets no surface.
        """
        distance_m, turn_rad = self.away(world_from_camera)
        lengths = self._along(_frustum(camera), world_from_camera, reach_m)
        met = lengths[:, 2] > 0
        nearer = np.minimum(lengths[met, 2] / np.maximum(lengths[met, 3], NEAREST_STEP_M), 1.0)
        total = lengths[:, 1].sum()
        return PoseTrust(
            distance_m,
            turn_rad,
            observed=float(lengths[:, 0].sum() / total) if total > 0 else 0.0,
            fineness=float(nearer.mean()) if met.any() else 1.0,
        )

    def seen_along(
        self, rays: NDArray[np.float64], world_from_camera: Pose, *, reach_m: float = 40.0
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Of unit rays (n, 3) of a camera, up to the first surface: which share of each was seen (0 for one that leads
        nowhere), and whether there is a surface."""
        lengths = self._along(rays, world_from_camera, reach_m)
        return lengths[:, 0] / np.maximum(lengths[:, 1], 1e-9), lengths[:, 2] > 0

    def away(self, world_from_camera: Pose) -> tuple[float, float]:
        """Metres and radians to the observed pose next to a camera's; infinite and π where there is none."""
        seen = self.world_from_camera
        if not len(seen):
            return float("inf"), float(np.pi)
        distances = np.linalg.norm(seen.translation - world_from_camera.translation, axis=-1)
        turns = np.arccos((seen.rotation[:, :, 2] @ world_from_camera.rotation[:, 2]).clip(-1.0, 1.0))
        nearest = int((distances + METRES_PER_RADIAN * turns).argmin())
        return float(distances[nearest]), float(turns[nearest])

    def packed(self) -> dict[str, NDArray[Any]]:
        """Arrays for a file; `unpacked` reads them."""
        flags = np.where(self.surface, 128, 0).astype(np.uint8)
        values = np.stack([self.views | flags, self.nearest])
        return {
            "grid": np.array([*self.corner_m, self.voxel_m]),
            "blocks": self.blocks,
            "voxels": np.frombuffer(zlib.compress(values.tobytes(), 6), np.uint8),
            "world_from_camera": self.world_from_camera.matrix,
        }

    @classmethod
    def unpacked(cls, arrays: dict[str, NDArray[Any]]) -> ObservedSpace:
        """
        Raises:
            KeyError: an array is missing.
            ValueError: an array has another shape than it should, or is damaged.
        """
        grid, blocks = arrays["grid"], arrays["blocks"]
        shape = (len(blocks), SIDE, SIDE, SIDE)
        try:
            content = zlib.decompress(arrays["voxels"].tobytes())
        except zlib.error as error:
            raise ValueError(f"observed space: {error}") from error
        if grid.shape != (4,) or blocks.shape[1:] != (3,) or len(content) != 2 * np.prod(shape):
            raise ValueError("observed space: shapes that do not fit")
        if not (np.isfinite(grid).all() and grid[3] > 0) or (blocks.size and blocks.min() < 0):
            raise ValueError("observed space: a grid that is none")
        first, nearest = np.frombuffer(content, np.uint8).reshape(2, *shape)
        return cls(
            corner_m=grid[:3],
            voxel_m=float(grid[3]),
            blocks=blocks,
            views=first & 127,
            nearest=nearest,
            surface=first >= 128,
            world_from_camera=Pose(arrays["world_from_camera"].reshape(-1, 4, 4)),
        )

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Place of a block → its row, or -1."""
        return block_table(self.blocks)

    @cached_property
    def _nearest_m(self) -> NDArray[np.float32]:
        return (self.nearest * np.float32(NEAREST_STEP_M)).astype(np.float32)

    def _along(self, rays: NDArray[np.float64], world_from_camera: Pose, reach_m: float) -> NDArray[np.float64]:
        from core.scene.kernels.rays import measure_along

        lengths = np.zeros((len(rays), 4))
        grid = np.array([*self.corner_m, self.voxel_m])
        rays = np.ascontiguousarray(world_from_camera.rotate(rays))
        voxels = self.views, self._nearest_m, self.surface
        measure_along(world_from_camera.translation, rays, reach_m, _CLEAR_M, grid, self._table, *voxels, lengths)
        return lengths


def block_table(blocks: NDArray[np.int16]) -> NDArray[np.int32]:
    """A volume of blocks (x, y, z) that holds each one's row, or -1."""
    size = blocks.max(0).astype(np.int64) + 1 if len(blocks) else np.ones(3, np.int64)
    table = np.full(tuple(size), -1, np.int32)
    table[tuple(blocks.T.astype(np.int64))] = np.arange(len(blocks), dtype=np.int32)
    return table


def _frustum(camera: Camera) -> NDArray[np.float64]:
    """Unit rays (n, 3) of a few pixels all over a picture."""
    shrink = (_FRUSTUM_PIXELS / (camera.width * camera.height)) ** 0.5
    small = camera.resized(max(round(camera.width * shrink), 1), max(round(camera.height * shrink), 1))
    rays, valid = small.pixel_rays()
    return rays[valid]
