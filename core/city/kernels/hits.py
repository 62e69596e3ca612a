"""Ray bookkeeping: which rays meet an actor's box, and the surface attributes at hits.

Attributes of a hit are one row of floats (`hit_slots`) and one row of integers: surface row, instance, actor
index (-1 static), 0. A ray that hits nothing has surface row -1.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from core.city.kernels import kernel
from core.city.kernels.hit_slots import AMBIENT, DISTANCE, FILTER_U, FLAT, NORMAL, POSITION, TANGENT, U, V
from core.city.kernels.nature import leaf_hole

Array = Any


@kernel
def meets_box(origins: Array, directions: Array, limits: Array, box_from_world: Array, half: Array) -> Any:
    """Indices of the rays that enter a box before their limit, and these rays in the box's frame."""
    count = len(origins)
    found = np.empty(count, np.int32)
    m = box_from_world
    # Centre of the box in the world: -Rᵀ t.
    cx = -(m[0, 0] * m[0, 3] + m[1, 0] * m[1, 3] + m[2, 0] * m[2, 3])
    cy = -(m[0, 1] * m[0, 3] + m[1, 1] * m[1, 3] + m[2, 1] * m[2, 3])
    cz = -(m[0, 2] * m[0, 3] + m[1, 2] * m[1, 3] + m[2, 2] * m[2, 3])
    radius2 = half[0] ** 2 + half[1] ** 2 + half[2] ** 2
    n = 0
    for i in range(count):
        px, py, pz = cx - origins[i, 0], cy - origins[i, 1], cz - origins[i, 2]
        along = px * directions[i, 0] + py * directions[i, 1] + pz * directions[i, 2]
        far2 = px * px + py * py + pz * pz
        if far2 - along * along > radius2 or (along < 0.0 and far2 > radius2):
            continue
        if far2 > radius2 and along - sqrt(radius2) > limits[i]:
            continue
        near, leave = 0.0, 1e30
        for axis in range(3):
            o = m[axis, 0] * origins[i, 0] + m[axis, 1] * origins[i, 1] + m[axis, 2] * origins[i, 2] + m[axis, 3]
            d = m[axis, 0] * directions[i, 0] + m[axis, 1] * directions[i, 1] + m[axis, 2] * directions[i, 2]
            if abs(d) < 1e-9:
                d = 1e-9
            a, b = (-half[axis] - o) / d, (half[axis] - o) / d
            near = max(near, min(a, b))
            leave = min(leave, max(a, b))
        if near <= leave and near < limits[i]:
            found[n] = i
            n += 1
    found = found[:n].copy()
    local_origins = np.empty((n, 3), np.float32)
    local_directions = np.empty((n, 3), np.float32)
    for k in range(n):
        i = found[k]
        for axis in range(3):
            local_origins[k, axis] = (
                m[axis, 0] * origins[i, 0] + m[axis, 1] * origins[i, 1] + m[axis, 2] * origins[i, 2] + m[axis, 3]
            )
            local_directions[k, axis] = (
                m[axis, 0] * directions[i, 0] + m[axis, 1] * directions[i, 1] + m[axis, 2] * directions[i, 2]
            )
    return found, local_origins, local_directions


@kernel
def holes(prim: Array, bary: Array, clump_m: Array, uv: Array, seeds: Array) -> Any:
    """Indices of the hits that fall through a gap between leaves. `clump_m` (m,) is 0 for faces without gaps."""
    found = np.empty(len(prim), np.int32)
    n = 0
    for i in range(len(prim)):
        face = prim[i]
        if face < 0 or clump_m[face] == 0.0:
            continue
        a, b = bary[i, 0], bary[i, 1]
        u = uv[face, 0, 0] * (1 - a - b) + uv[face, 1, 0] * a + uv[face, 2, 0] * b
        v = uv[face, 0, 1] * (1 - a - b) + uv[face, 1, 1] * a + uv[face, 2, 1] * b
        if leaf_hole(u, v, seeds[face]):
            found[n] = i
            n += 1
    return found[:n].copy()


@kernel
def attributes(
    which: Array,
    prim: Array,
    bary: Array,
    distance: Array,
    origins: Array,
    directions: Array,
    spread: Array,
    world_from_mesh: Array,
    flat: Array,
    corner_normals: Array,
    uv: Array,
    uv_gradient: Array,
    surface: Array,
    instance: Array,
    ambient: Array,
    actor: int,
    floats: Array,
    integers: Array,
) -> None:
    """Fill the rows `which` of `floats` and `integers` for hits on one mesh.

    `spread` (n, 2, 3) is the change of a unit ray direction from one pixel to its right and lower neighbour; with
    it the extent of the pixel on the surface follows exactly (ray differentials, Igehy 1999).
    """
    m = world_from_mesh
    normal = np.empty(3)
    face_normal = np.empty(3)
    gradient = np.empty((2, 3))
    for k in range(len(which)):
        i = which[k]
        face = prim[i]
        b, c = bary[i, 0], bary[i, 1]
        a = 1.0 - b - c
        t = distance[i]
        dx, dy, dz = directions[i, 0], directions[i, 1], directions[i, 2]
        for row in range(3):
            total, plane, gu, gv = 0.0, 0.0, 0.0, 0.0
            for axis in range(3):
                r = m[row, axis]
                total += r * (
                    a * corner_normals[face, 0, axis]
                    + b * corner_normals[face, 1, axis]
                    + c * corner_normals[face, 2, axis]
                )
                plane += r * flat[face, axis]
                gu += r * uv_gradient[face, 0, axis]
                gv += r * uv_gradient[face, 1, axis]
            normal[row], face_normal[row] = total, plane
            gradient[0, row], gradient[1, row] = gu, gv
        facing = face_normal[0] * dx + face_normal[1] * dy + face_normal[2] * dz
        sign = 1.0 if facing <= 0.0 else -1.0
        length = sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2) + 1e-12
        floats[i, POSITION] = origins[i, 0] + t * dx
        floats[i, POSITION + 1] = origins[i, 1] + t * dy
        floats[i, POSITION + 2] = origins[i, 2] + t * dz
        for axis in range(3):
            floats[i, NORMAL + axis] = sign * normal[axis] / length
            floats[i, FLAT + axis] = sign * face_normal[axis]
        floats[i, U] = a * uv[face, 0, 0] + b * uv[face, 1, 0] + c * uv[face, 2, 0]
        floats[i, V] = a * uv[face, 0, 1] + b * uv[face, 1, 1] + c * uv[face, 2, 1]
        grazing = -max(abs(facing), 0.02)
        for coordinate in range(2):
            gx, gy, gz = gradient[coordinate, 0], gradient[coordinate, 1], gradient[coordinate, 2]
            along = gx * dx + gy * dy + gz * dz
            width = 0.0
            for side in range(2):
                ex, ey, ez = spread[i, side, 0], spread[i, side, 1], spread[i, side, 2]
                tilt = sign * (face_normal[0] * ex + face_normal[1] * ey + face_normal[2] * ez) / grazing
                width += abs(gx * ex + gy * ey + gz * ez - tilt * along)
            floats[i, FILTER_U + coordinate] = width * t
        size = sqrt(gradient[0, 0] ** 2 + gradient[0, 1] ** 2 + gradient[0, 2] ** 2) + 1e-12
        for axis in range(3):
            floats[i, TANGENT + axis] = gradient[0, axis] / size
        floats[i, DISTANCE] = t
        floats[i, AMBIENT] = a * ambient[face, 0] + b * ambient[face, 1] + c * ambient[face, 2]
        integers[i, 0] = surface[face]
        integers[i, 1] = instance[face]
        integers[i, 2] = actor
