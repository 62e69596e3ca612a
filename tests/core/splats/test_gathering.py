import numpy as np
import pytest

from core.splats.gathering import gathered
from core.splats.rasteriser import RasterImage, rasterise, rasterise_backward

WIDTH, HEIGHT = 50, 37


@pytest.fixture(scope="module")
def image() -> RasterImage:
    random = np.random.default_rng(3)
    n = 400
    means = random.uniform((-2, -1.5, 2), (2, 1.5, 9), (n, 3))
    scales, opacities = random.uniform(0.02, 0.5, (n, 3)), random.uniform(0.05, 1.0, n)
    camera = np.eye(4), np.array([[40.0, 0.0, 24.0], [0.0, 40.0, 18.0], [0.0, 0.0, 1.0]])
    splats = means, random.normal(size=(n, 4)), scales, opacities, random.uniform(size=(n, 3))
    return rasterise(*splats, *camera, WIDTH, HEIGHT, features=np.ones((n, 1)))


def test_sums_are_the_gradients_of_the_colours(image: RasterImage) -> None:
    random = np.random.default_rng(4)
    values, weights = random.normal(size=(HEIGHT, WIDTH, 3)), random.uniform(size=(HEIGHT, WIDTH))
    sums = gathered(image, values, weights)
    expected = rasterise_backward(image, values * weights[..., None], grad_features=weights[..., None])
    assert expected.features is not None
    np.testing.assert_allclose(sums[:, :3], expected.colours, atol=2e-4)
    np.testing.assert_allclose(sums[:, 3:], expected.features, atol=2e-4)


def test_what_splats_add_to_all_pixels_is_the_alpha(image: RasterImage) -> None:
    sums = gathered(image, np.zeros((HEIGHT, WIDTH, 3)), np.ones((HEIGHT, WIDTH)))
    assert sums[:, 3].sum() == pytest.approx(image.alpha.sum(), rel=1e-4)


def test_shapes_that_do_not_fit_are_refused(image: RasterImage) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        gathered(image, np.zeros((3, 3, 3)), np.ones((HEIGHT, WIDTH)))
