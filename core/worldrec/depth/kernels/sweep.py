"""How well views agree on each of a set of depths, and the smooth surface that fits best."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.worldrec.depth.kernels import kernel

Array = Any
Number = Any  # numpy's float32: a plain float would make the arithmetic twice as wide


@kernel
def sweep(
    here: Array, there: Array, turned: Array, moved: Array, inverse_depths: Array, worst: Number, costs: Array
) -> None:
    """Differences of colours between a view and a neighbour, were each pixel at each of the inverse depths (k,).

    Args:
        here: (2 h, 2 w, 4) features of the view.
        there: (H, W, 4) features of the neighbour.
        turned: (3, 3) from pixels of `here` to homogeneous pixels of `there`, infinitely far.
        moved: (3,) what is added to those per inverse depth.
        inverse_depths: (k,) from near to far.
        worst: no difference of one pixel counts more.
        costs: (h, w, k) filled with the mean of two pixels; -1 where the neighbour does not see.
    """
    height, width, planes = costs.shape
    far_right, far_down = there.shape[1] - 1.001, there.shape[0] - 1.001
    for row in range(height):
        for column in range(width):
            for k in range(planes):
                q = inverse_depths[k]
                total = np.float32(0.0)
                count = 0
                for part in range(2):
                    y, x = 2 * row + part, 2 * column + (part + row + column) % 2
                    deep = turned[2, 0] * x + turned[2, 1] * y + turned[2, 2] + moved[2] * q
                    if deep < 1e-3:
                        break
                    share = np.float32(1.0) / deep
                    u = (turned[0, 0] * x + turned[0, 1] * y + turned[0, 2] + moved[0] * q) * share
                    v = (turned[1, 0] * x + turned[1, 1] * y + turned[1, 2] + moved[1] * q) * share
                    if not (0.0 <= u <= far_right and 0.0 <= v <= far_down):
                        break
                    i, j = int(v), int(u)
                    a, b = np.float32(u - j), np.float32(v - i)
                    one, two = (1 - a) * (1 - b), a * (1 - b)
                    three, four = (1 - a) * b, a * b
                    difference = np.float32(0.0)
                    for c in range(4):
                        seen = one * there[i, j, c] + two * there[i, j + 1, c]
                        seen += three * there[i + 1, j, c] + four * there[i + 1, j + 1, c]
                        difference += abs(seen - here[y, x, c])
                    total += difference if difference < worst else worst
                    count += 1
                costs[row, column, k] = total * np.float32(0.5) if count == 2 else np.float32(-1.0)


@kernel
def combine(costs: Array, unknown: Number, best: Array, seen: Array) -> None:
    """The mean of the better half of the neighbours' costs (n, h, w, k): what one of them sees covered counts not.

    Args:
        costs: as `sweep` fills them.
        unknown: cost (h, w, k) of depths that no neighbour sees.
        best: (h, w, k) filled.
        seen: (h, w, k) filled with the number of neighbours.
    """
    count, height, width, planes = costs.shape
    found = np.empty(count, np.float32)
    for row in range(height):
        for column in range(width):
            for k in range(planes):
                n = 0
                for i in range(count):
                    cost = costs[i, row, column, k]
                    if cost >= 0:
                        at = n
                        while at > 0 and found[at - 1] > cost:
                            found[at] = found[at - 1]
                            at -= 1
                        found[at] = cost
                        n += 1
                seen[row, column, k] = n
                if n == 0:
                    best[row, column, k] = unknown
                else:
                    half = (n + 1) // 2
                    total = np.float32(0.0)
                    for i in range(half):
                        total += found[i]
                    best[row, column, k] = total / half


@kernel
def smooth(costs: Array, strictness: Array, gentle: Number, harsh: Number, total: Array) -> None:
    """Costs (h, w, k) gathered along eight directions: semi-global matching (Hirschmüller, 2008).

    Args:
        costs: (h, w, k) between 0 and about 1.
        strictness: (h, w) how much a jump costs at a pixel: less at edges of the image.
        gentle: cost of a step to the next plane.
        harsh: cost of any other jump.
        total: (h, w, k) filled.
    """
    height, width, planes = costs.shape
    total[:] = 0.0
    line = np.empty((2, max(height, width) + 2, planes), np.float32)
    least = np.empty((2, max(height, width) + 2), np.float32)
    for direction in range(6):
        down = 1 if direction % 2 == 0 else -1
        across = direction // 2 - 1  # a row hands on to the next
        line[:] = 0.0
        least[:] = 0.0
        for step in range(height):
            row = step if down == 1 else height - 1 - step
            now, before = step % 2, (step + 1) % 2
            for column in range(width):
                origin = column - across
                first = step == 0 or origin < 0 or origin >= width
                lowest = np.float32(1e9)
                jump = least[before, origin + 1] + harsh * strictness[row, column]
                near = gentle * strictness[row, column]
                for k in range(planes):
                    value = costs[row, column, k]
                    if not first:
                        reach = min(line[before, origin + 1, k], jump)
                        if k > 0:
                            reach = min(reach, line[before, origin + 1, k - 1] + near)
                        if k < planes - 1:
                            reach = min(reach, line[before, origin + 1, k + 1] + near)
                        value += reach - least[before, origin + 1]
                    line[now, column + 1, k] = value
                    total[row, column, k] += value
                    lowest = min(lowest, value)
                least[now, column + 1] = lowest
    for direction in range(2):
        for row in range(height):
            for step in range(width):
                column = step if direction == 0 else width - 1 - step
                now, before = step % 2, (step + 1) % 2
                lowest = np.float32(1e9)
                jump = least[0, before] + harsh * strictness[row, column]
                near = gentle * strictness[row, column]
                for k in range(planes):
                    value = costs[row, column, k]
                    if step > 0:
                        reach = min(line[0, before, k], jump)
                        if k > 0:
                            reach = min(reach, line[0, before, k - 1] + near)
                        if k < planes - 1:
                            reach = min(reach, line[0, before, k + 1] + near)
                        value += reach - least[0, before]
                    line[0, now, k] = value
                    total[row, column, k] += value
                    lowest = min(lowest, value)
                least[0, now] = lowest
