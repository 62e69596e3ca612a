import numpy as np
import pytest

from core.evaluation.image_quality import psnr, ssim


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(30, 40, 3))


def slow_ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Window by window, as the paper writes it."""
    at = np.arange(11) - 5
    window = np.exp(-(at[:, None] ** 2 + at**2) / (2 * 1.5**2))
    window /= window.sum()
    values = []
    for y in range(one.shape[0] - 10):
        for x in range(one.shape[1] - 10):
            a, b = one[y : y + 11, x : x + 11], other[y : y + 11, x : x + 11]
            mean_a, mean_b = (window * a).sum(), (window * b).sum()
            var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
            both = (window * (a - mean_a) * (b - mean_b)).sum()
            top = (2 * mean_a * mean_b + 1e-4) * (2 * both + 9e-4)
            values.append(top / ((mean_a**2 + mean_b**2 + 1e-4) * (var_a + var_b + 9e-4)))
    return float(np.mean(values))


def test_psnr_of_a_known_error() -> None:
    image = np.full((8, 8, 3), 0.5)
    assert psnr(image, image + 0.1) == pytest.approx(20.0)
    assert psnr(image, image) == np.inf


def test_ssim_is_that_of_the_paper() -> None:
    one, other = picture(1)[:18, :20, 0], picture(2)[:18, :20, 0]
    mixed = 0.6 * one + 0.4 * other
    assert ssim(one, mixed) == pytest.approx(slow_ssim(one, mixed), abs=1e-9)


def test_ssim_of_colours_is_the_mean_of_their_channels() -> None:
    one, other = picture(1), 0.5 * picture(1) + 0.5 * picture(2)
    channels = [ssim(one[..., k], other[..., k]) for k in range(3)]
    assert ssim(one, other) == pytest.approx(np.mean(channels))
    assert ssim(one, one) == pytest.approx(1.0)


def test_images_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        psnr(picture(), picture()[:20])
    with pytest.raises(ValueError, match="smaller than the window"):
        ssim(picture()[:8], picture()[:8])
