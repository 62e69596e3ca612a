"""Ray bookkeeping: which rays meet an actor's box, and the surface attributes at hits.

Attributes of a hit are one row of floats (`hit_slots`) and one row of integers: surface row, instance, actor
index (-1 static), 0. A ray that hits nothing has surface row -1.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from core.city.kernels import inner, kernel
from core.city.kernels.hit_slots import AMBIENT, DISTANCE, FILTER_U, FLAT, NORMAL, POSITION, TANGENT, U, V
from core.city.kernels.nature import leaf_hole

Array = Any


BLOCK = 64
"""Rays in a row that are tested together."""


@kernel
def ray_blocks(origins: Array, directions: Array) -> Array:
    """Rows (blocks, 9) that enclose `BLOCK` rays in a row: centre and radius of the origins, mean direction,
    cosine and sine of the widest angle to it (cosine -1 for rays all around)."""  # fmt: skip
    count = len(directions)
    blocks = np.zeros(((count + BLOCK - 1) // BLOCK, 9))
    for b in range(len(blocks)):
        row = blocks[b]
        first, last = b * BLOCK, min((b + 1) * BLOCK, count)
        for i in range(first, last):
            for c in range(3):
                row[c] += origins[i, c] / (last - first)
                row[4 + c] += directions[i, c]
        size = sqrt(row[4] ** 2 + row[5] ** 2 + row[6] ** 2)
        row[7] = -1.0
        if size > 0.1 * (last - first):
            row[4], row[5], row[6], row[7] = row[4] / size, row[5] / size, row[6] / size, 1.0
        far2 = 0.0
        for i in range(first, last):
            x, y, z = origins[i, 0] - row[0], origins[i, 1] - row[1], origins[i, 2] - row[2]
            far2 = max(far2, x * x + y * y + z * z)
            along = directions[i, 0] * row[4] + directions[i, 1] * row[5] + directions[i, 2] * row[6]
            row[7] = min(row[7], along)
        # A little more than exact, for directions that are unit vectors only nearly.
        row[3], row[7] = sqrt(far2) + 1e-4, max(row[7] - 1e-5, -1.0)
        row[8] = sqrt(1.0 - row[7] * row[7])
    return blocks


@kernel
def near_blocks(blocks: Array, centres: Array, radii: Array) -> Array:
    """Which blocks of rays may meet which balls, (balls, blocks)."""
    near = np.zeros((len(centres), len(blocks)), np.bool_)
    for k in range(len(centres)):
        for b in range(len(blocks)):
            x, y, z = centres[k, 0] - blocks[b, 0], centres[k, 1] - blocks[b, 1], centres[k, 2] - blocks[b, 2]
            far2 = x * x + y * y + z * z
            radius = radii[k] + blocks[b, 3]
            if far2 <= radius * radius or blocks[b, 7] <= 0.0:
                near[k, b] = True
                continue
            # The ball seen from the block's centre and the block's cone overlap when the angle between them is
            # less than the sum of their half angles; beyond a right angle the sum of two such stays below 180°.
            along = x * blocks[b, 4] + y * blocks[b, 5] + z * blocks[b, 6]
            edge = sqrt(far2 - radius * radius)
            near[k, b] = along >= edge * blocks[b, 7] - radius * blocks[b, 8]
    return near


@inner
def enters(origins: Array, directions: Array, i: int, limit: float, box_from_world: Array, half: Array) -> bool:
    """Whether ray `i` is inside a box before its limit."""
    m = box_from_world
    near, leave = 0.0, 1e30
    for axis in range(3):
        o = m[axis, 0] * origins[i, 0] + m[axis, 1] * origins[i, 1] + m[axis, 2] * origins[i, 2] + m[axis, 3]
        d = m[axis, 0] * directions[i, 0] + m[axis, 1] * directions[i, 1] + m[axis, 2] * directions[i, 2]
        if abs(d) < 1e-9:
            d = 1e-9
        a, b = (-half[axis] - o) / d, (half[axis] - o) / d
        near = max(near, min(a, b))
        leave = min(leave, max(a, b))
    return near <= leave and near < limit


@kernel
def meets_box(
    origins: Array, directions: Array, limits: Array, near_block: Array, box_from_world: Array, half: Array
) -> Any:
    """Indices of the rays that enter a box before their limit, and these rays in the box's frame.

    Only blocks of rays marked in `near_block` are looked at, see `near_blocks`.
    """
    count = len(origins)
    found = np.empty(min(count, BLOCK * near_block.sum()), np.int32)
    m = box_from_world
    # Centre of the box in the world: -Rᵀ t.
    cx = -(m[0, 0] * m[0, 3] + m[1, 0] * m[1, 3] + m[2, 0] * m[2, 3])
    cy = -(m[0, 1] * m[0, 3] + m[1, 1] * m[1, 3] + m[2, 1] * m[2, 3])
    cz = -(m[0, 2] * m[0, 3] + m[1, 2] * m[1, 3] + m[2, 2] * m[2, 3])
    radius2 = half[0] ** 2 + half[1] ** 2 + half[2] ** 2
    n = 0
    for block in range(len(near_block)):
        if not near_block[block]:
            continue
        for i in range(block * BLOCK, min((block + 1) * BLOCK, count)):
            px, py, pz = cx - origins[i, 0], cy - origins[i, 1], cz - origins[i, 2]
            along = px * directions[i, 0] + py * directions[i, 1] + pz * directions[i, 2]
            far2 = px * px + py * py + pz * pz
            if far2 - along * along > radius2 or (along < 0.0 and far2 > radius2):
                continue
            if far2 > radius2 and along - sqrt(radius2) > limits[i]:
                continue
            if enters(origins, directions, i, limits[i], m, half):
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
def by_owner(owner: Array, count: int) -> Any:
    """Indices of hits in the order of their owners, and where in it each owner begins, (count + 2,).

    Entry 0 is the static world, entry k + 1 actor k, the last entry the end; hits on nothing are left out.
    """
    starts = np.zeros(count + 2, np.int64)
    for i in range(len(owner)):
        if owner[i] >= -1:
            starts[owner[i] + 2] += 1
    for k in range(count + 1):
        starts[k + 1] += starts[k]
    order = np.empty(starts[count + 1], np.int32)
    following = starts.copy()
    for i in range(len(owner)):
        if owner[i] >= -1:
            order[following[owner[i] + 1]] = i
            following[owner[i] + 1] += 1
    return order, starts


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
