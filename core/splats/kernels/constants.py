"""Numbers that all kernels share; those of the picture are gsplat's, so that both rasterisers agree."""

from typing import Any

Array = Any
"""In kernels: numpy arrays outside, numba's inside."""

Number = Any
"""In kernels: a scalar of a numpy type, which decides how wide the vectors are."""

TILE = 16
"""Pixels along both sides of a tile."""

NEAR_M = 0.01
"""Splats whose mean is nearer than this along the optical axis are not drawn."""

FAR_M = 1e10

LOW_PASS_PX2 = 0.3
"""Added to both variances of a splat in the picture: none is thinner than a pixel."""

MARGIN_OF_FIELD = 0.3
"""How far outside the picture, in halves of it, a splat's shape still changes with its direction."""

LEAST_ALPHA = 1 / 255
MOST_ALPHA = 0.999
LEAST_TRANSMITTANCE = 1e-4
"""Where less light than this would be left, a pixel is done and the splat that would do it is not drawn."""

# Columns of a splat's record (n, 16): mean in pixels, half of the inverse covariance's diagonal and its other entry, …
X, Y, HALF_A, B, HALF_C, OPACITY, RED, GREEN, BLUE, DEPTH = range(10)
# … twice the exponent at which it ends, its half height, where it is tallest, and what gives its rows within a tile.
REACH, HALF_HEIGHT, TALLEST, SLOPE, INVERSE_XX, INVERSE_C = range(10, 16)
RECORD = 16

# Columns of the sums of a splat in a tile: gradients of colour and depth, moments of the exponent's gradient.
SUM_RED, SUM_GREEN, SUM_BLUE, SUM_DEPTH, SUM_1, SUM_X, SUM_Y, SUM_XX, SUM_XY, SUM_YY = range(10)
SUMS = 10
