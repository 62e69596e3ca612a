"""Plausible lenses of every family, for property tests."""

import numpy as np
from hypothesis import strategies as st

from core.geometry import Camera, FisheyeCamera, PinholeCamera, PolynomialFisheyeCamera, UnifiedCamera

SIZE = (640, 400)


def within(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


CENTRE = st.tuples(within(290, 350), within(170, 230))
FOCAL = st.tuples(within(250, 900), within(250, 900))
TANGENTIAL = [within(-0.01, 0.01)] * 2
BROWN = st.one_of(
    st.just(()),
    st.tuples(within(-0.5, 0.5), within(-0.3, 0.3), *TANGENTIAL),
    st.tuples(within(-0.5, 0.5), within(-0.3, 0.3), *TANGENTIAL, within(-0.1, 0.1)),
    st.tuples(
        within(-0.5, 2), within(-0.3, 1), *TANGENTIAL, within(-0.1, 0.1), *[within(-0.3, 2)] * 2, within(-0.1, 0.1)
    ),
)

PINHOLES = st.builds(
    lambda focal, centre, distortion: PinholeCamera(*SIZE, *focal, *centre, distortion), FOCAL, CENTRE, BROWN
)
FISHEYES = st.builds(
    lambda focal, centre, distortion: FisheyeCamera(*SIZE, *focal, *centre, distortion),
    st.tuples(within(120, 400), within(120, 400)),
    CENTRE,
    st.tuples(within(-0.1, 0.1), within(-0.05, 0.05), within(-0.02, 0.02), within(-0.005, 0.005)),
)
POLYNOMIALS = st.builds(
    lambda coefficients, centre, affine: PolynomialFisheyeCamera(*SIZE, coefficients, *centre, affine),
    st.tuples(within(120, 400), within(-40, 40), within(-40, 40), within(-10, 10)),
    CENTRE,
    st.tuples(within(0.9, 1.1), within(-0.02, 0.02), within(-0.02, 0.02)),
)
UNIFIED = st.builds(
    lambda xi, gamma, centre, distortion: UnifiedCamera(*SIZE, xi, *gamma, *centre, distortion),
    within(0.0, 2.5),
    st.tuples(within(200, 700), within(200, 700)),
    CENTRE,
    st.one_of(st.just(()), st.tuples(within(-0.3, 0.3), within(-0.3, 1.5), *[within(-0.002, 0.002)] * 2)),
)
LENSES: st.SearchStrategy[Camera] = st.one_of(PINHOLES, FISHEYES, POLYNOMIALS, UNIFIED)


def grid_pixels(camera: Camera) -> np.ndarray:
    """Pixels (n, 2) all over the image."""
    x, y = np.meshgrid(np.linspace(-0.5, camera.width - 0.5, 17), np.linspace(-0.5, camera.height - 0.5, 13))
    return np.stack([x, y], -1).reshape(-1, 2)


def all_round_rays() -> np.ndarray:
    """Unit directions (n, 3) spread evenly over the sphere."""
    n = np.arange(2000) + 0.5
    z, turn = 1 - 2 * n / 2000, np.pi * (1 + 5**0.5) * n
    across = np.sqrt(1 - z * z)
    return np.stack([across * np.cos(turn), across * np.sin(turn), z], -1)
