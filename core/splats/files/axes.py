"""Which way the axes of a file run, and turning splats from one set of axes to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose
from core.splats.cloud import GaussianCloud
from core.splats.harmonics import rotated_harmonics

RDF = "rdf"
"""x right, y down, z forward: COLMAP, and with it PLY, .splat and SOG."""
RUB = "rub"
"""x right, y up, z back: OpenGL, and with it SPZ."""
LUF = "luf"
"""x left, y up, z forward: glTF."""
ZUP = "zup"
"""x forward, y left, z up: scenes, egos and actors here; "flu" says the same."""

_DIRECTIONS = {"r": (0, 1), "l": (0, -1), "d": (1, 1), "u": (1, -1), "f": (2, 1), "b": (2, -1)}


def turned(cloud: GaussianCloud, source_axes: str, target_axes: str) -> GaussianCloud:
    """The cloud, given in one set of axes, in another.

    Axes are "zup" or three letters that say where x, y and z point: r or l, u or d, f or b. Left-handed axes are
    allowed: a splat looks the same in a mirror that also turns it about.

    Raises:
        UserError: axes that do not exist.
    """
    matrix = _rdf_from(target_axes).T @ _rdf_from(source_axes)
    if (matrix == np.eye(3)).all():
        return cloud
    mirrored = np.linalg.det(matrix) < 0
    result = cloud.moved(Pose.from_rotation(-matrix if mirrored else matrix, np.zeros(3)))
    if not mirrored:
        return result
    harmonics = None if result.harmonics is None else rotated_harmonics(result.harmonics, -np.eye(3))
    return replace(result, means_m=-result.means_m, harmonics=harmonics)


def _rdf_from(axes: str) -> NDArray[np.float64]:
    """The matrix (3, 3) that takes coordinates in these axes to right, down, forward."""
    letters = "flu" if axes.lower() == ZUP else axes.lower()
    pairs = [_DIRECTIONS[letter] for letter in letters if letter in _DIRECTIONS]
    if len(letters) != 3 or sorted(index for index, _ in pairs) != [0, 1, 2]:
        raise UserError(
            f"There are no axes {axes!r}",
            field="axes",
            remedy="Say zup, or three letters for x, y and z, e.g. rdf for right, down, forward.",
        )
    matrix = np.zeros((3, 3))
    for column, (row, sign) in enumerate(pairs):
        matrix[row, column] = sign
    return matrix
