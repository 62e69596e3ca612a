import subprocess
import sys

import numpy as np
import pytest
import torch
from raster_scenes import RasterScene, one_each, scattered

from core.geometry import PinholeCamera, Pose
from core.splats import tile_lists
from core.splats.cloud import GaussianCloud
from core.splats.harmonics import harmonic_colours
from core.splats.rasteriser import (
    RasterGradients,
    RasterImage,
    rasterise,
    rasterise_backward,
    rasterise_cloud,
    recoloured,
)
from core.splats.torch_reference import NAMES, draw_slowly

CENTRE = 18, 25  # row and column of the pixel that looks along the axis of `one_each`


def picture(scene: RasterScene, **options) -> RasterImage:
    return rasterise(*scene.positional, background=scene.background, features=scene.features, **options)


def by_name(gradients: RasterGradients) -> dict[str, np.ndarray]:
    shapes = gradients.means_m, gradients.quaternions, gradients.scales_m, gradients.opacities, gradients.colours
    values = *shapes, gradients.features, gradients.camera_from_world, gradients.background
    return dict(zip(NAMES, values, strict=True))


def reference(scene: RasterScene, arrays: list) -> tuple[torch.Tensor, ...]:
    return draw_slowly(*arrays, intrinsics=torch.tensor(scene.intrinsics), width=scene.width, height=scene.height)


def weights(scene: RasterScene, seed: int = 5) -> list[np.ndarray]:
    """Gradients of a made-up loss with respect to the picture, depth, alpha and features."""
    random, size = np.random.default_rng(seed), (scene.height, scene.width)
    return [random.normal(size=(*size, *more)).astype(np.float32) for more in ((3,), (), (), (2,))]


def loss(scene: RasterScene, arrays: list) -> torch.Tensor:
    pictures = reference(scene, arrays)
    parts = [(image * torch.from_numpy(weight)).sum() for image, weight in zip(pictures, weights(scene), strict=True)]
    return sum(parts, torch.zeros((), dtype=torch.float64))


SCENES = [scattered(0), scattered(1), scattered(2, 150, opaque=True), scattered(3, 300)]


@pytest.mark.parametrize("scene", SCENES, ids=["scattered", "scattered too", "opaque", "dense"])
def test_picture_is_that_of_the_reference(scene: RasterScene) -> None:
    image = picture(scene)
    rgb, depth, alpha, features = (each.numpy() for each in reference(scene, [*map(torch.tensor, scene.arrays)]))
    np.testing.assert_allclose(image.rgb, rgb, atol=2e-5)
    np.testing.assert_allclose(image.depth_m, depth, atol=2e-4)
    np.testing.assert_allclose(image.alpha, alpha, atol=2e-5)
    np.testing.assert_allclose(image.features, features, atol=5e-5)


def test_in_other_colours_it_is_the_picture_of_splats_with_these() -> None:
    scene = SCENES[0]
    *shapes, colours, view, intrinsics, width, height = scene.positional
    others = colours[::-1].copy()
    options = {"features": scene.features, "background": scene.background}
    expected = rasterise(*shapes, others, view, intrinsics, width, height, **options)
    first = picture(scene)
    before = first.rgb.copy()
    found = recoloured(first, others, background=scene.background)
    for name in ("rgb", "depth_m", "alpha", "features"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    given = weights(scene)
    ours, theirs = by_name(rasterise_backward(found, *given)), by_name(rasterise_backward(expected, *given))
    for name in NAMES:
        np.testing.assert_array_equal(ours[name], theirs[name])
    np.testing.assert_array_equal(picture(scene).rgb, before)
    np.testing.assert_array_equal(first.rgb, before)


@pytest.mark.parametrize("scene", SCENES, ids=["scattered", "scattered too", "opaque", "dense"])
def test_gradients_are_those_of_the_reference(scene: RasterScene) -> None:
    tensors = [torch.tensor(array, requires_grad=True) for array in scene.arrays]
    loss(scene, tensors).backward()
    found = by_name(rasterise_backward(picture(scene), *weights(scene)))
    for name, tensor in zip(NAMES, tensors, strict=True):
        expected = tensor.grad.numpy()
        np.testing.assert_allclose(found[name], expected, atol=2e-4 * np.abs(expected).max(), err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_finite_differences(name: str) -> None:
    scene = scattered(4, 24)
    found = by_name(rasterise_backward(picture(scene), *weights(scene)))[name]
    which, step = NAMES.index(name), 1e-6
    random = np.random.default_rng(6)
    strongest = np.argsort(np.abs(found[:3] if name == "view" else found).ravel())[-12:]
    for entry in random.choice(strongest, min(4, len(strongest)), replace=False):
        values = []
        for sign in (1, -1):
            arrays = [array.copy() for array in scene.arrays]
            arrays[which].reshape(-1)[entry] += sign * step
            values.append(float(loss(scene, [*map(torch.tensor, arrays)])))
        difference = (values[0] - values[1]) / (2 * step)
        assert found.reshape(-1)[entry] == pytest.approx(difference, rel=2e-3, abs=1e-3 * float(np.abs(found).max()))


def test_gradients_of_one_picture_alone_leave_the_others_out() -> None:
    scene = scattered(7)
    found = rasterise_backward(picture(scene), grad_depth=np.ones((scene.height, scene.width), np.float32))
    assert not found.colours.any()
    assert not found.background.any()
    assert found.means_m.any()


RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.mark.parametrize("listed_first", ["near", "far"])
@pytest.mark.parametrize("side", [1, -1])
def test_the_nearer_splat_covers_the_farther_from_both_sides(listed_first: str, side: int) -> None:
    red, blue = {"at": (0, 0, -0.5), "colour": RED}, {"at": (0, 0, 0.5), "colour": BLUE}
    scene = one_each(*((red, blue) if listed_first == "near" else (blue, red)))
    scene.view = Pose.from_quaternion([1, 0, 0, 0] if side > 0 else [0, 0, 1, 0], [0, 0, 3]).matrix
    r, _, b = picture(scene).rgb[CENTRE]
    near, far = (r, b) if side > 0 else (b, r)
    assert near == pytest.approx(0.8, abs=1e-3)
    assert far == pytest.approx(0.8 * 0.2, abs=1e-3)


def test_equal_depths_keep_the_order_given() -> None:
    scene = one_each({"colour": RED}, {"colour": BLUE})
    assert picture(scene).rgb[CENTRE][0] > picture(scene).rgb[CENTRE][2]


def test_depth_is_the_mean_along_the_axis_by_weight() -> None:
    scene = one_each({"at": (0, 0, 2), "opacity": 0.5}, {"at": (0, 0, 6), "size": 1.0, "opacity": 0.5})
    image = picture(scene)
    assert image.alpha[CENTRE] == pytest.approx(0.75, abs=1e-4)
    assert image.depth_m[CENTRE] == pytest.approx((0.5 * 2 + 0.25 * 6) / 0.75, abs=1e-3)
    assert image.depth_m[0, 0] == 0
    assert image.alpha[0, 0] == 0


def test_pixel_centres_are_integers() -> None:
    alpha = picture(one_each({"size": 0.01})).alpha
    row, column = CENTRE
    assert np.unravel_index(alpha.argmax(), alpha.shape) == CENTRE
    np.testing.assert_allclose(alpha[row, column - 3 : column], alpha[row, column + 3 : column : -1], atol=1e-6)
    np.testing.assert_allclose(alpha[row - 3 : row, column], alpha[row + 3 : row : -1, column], atol=1e-6)


@pytest.mark.parametrize("at", [(0, 0, -2), (0, 0, 0), (0, 0, 0.009), (30, 0, 2)])
def test_splats_behind_or_beside_the_camera_are_not_drawn(at: tuple) -> None:
    image = picture(one_each({"at": at, "size": 0.001}))
    assert not image.alpha.any()
    gradients = rasterise_backward(image, np.ones_like(image.rgb), np.ones_like(image.alpha))
    assert not gradients.means_m.any()


def test_a_splat_just_beyond_the_near_plane_is_drawn() -> None:
    assert picture(one_each({"at": (0, 0, 0.011), "size": 1e-4})).alpha[CENTRE] > 0.7


@pytest.mark.parametrize("at", [(0, 0, 0.02), (0, 0, 5), (40, -90, 0.5)])
def test_a_huge_splat_around_the_camera_stays_finite(at: tuple) -> None:
    image = picture(one_each({"at": at, "size": (1e4, 2e3, 5e4)}, {"at": (0, 0, 3)}))
    gradients = by_name(rasterise_backward(image, *weights(one_each())))
    assert image.alpha[CENTRE] > 0.1
    assert all(np.isfinite(each).all() for each in (image.rgb, image.depth_m, image.alpha, *gradients.values()))


def test_a_tiny_splat_still_shows() -> None:
    alpha = picture(one_each({"size": 1e-7})).alpha
    assert alpha[CENTRE] == pytest.approx(0.8, abs=1e-3)
    assert (alpha > 0).sum() < 20


def test_a_transparent_splat_neither_shows_nor_learns() -> None:
    scene = one_each({"opacity": 0.0}, {"opacity": 0.003})
    image = picture(scene)
    assert not image.alpha.any()
    assert not any(
        each.any() for name, each in by_name(rasterise_backward(image, *weights(scene))).items() if name != "background"
    )


def test_no_splats_show_the_background() -> None:
    scene = one_each()
    scene.background = np.array([0.1, 0.2, 0.3])
    image = picture(scene)
    gradients = rasterise_backward(image, np.ones_like(image.rgb))
    np.testing.assert_allclose(image.rgb, np.broadcast_to([0.1, 0.2, 0.3], image.rgb.shape), rtol=1e-6)
    assert gradients.means_m.shape == (0, 3)
    np.testing.assert_allclose(gradients.background, scene.width * scene.height, rtol=1e-6)


BROKEN = [
    ("means", np.nan),
    ("means", np.inf),
    ("quaternions", 0.0),
    ("quaternions", np.nan),
    ("scales", np.inf),
    ("scales", np.nan),
    ("opacities", np.nan),
    ("colours", np.nan),
    ("colours", np.inf),
]


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_a_splat_that_is_not_finite_is_left_out(name: str, value: float) -> None:
    whole, broken = scattered(8, 40), scattered(8, 40)
    getattr(broken, name)[11] = value
    whole.opacities[11] = 0
    image = picture(broken)
    np.testing.assert_array_equal(image.rgb, picture(whole).rgb)
    gradients = by_name(rasterise_backward(image, *weights(broken)))
    assert all(np.isfinite(each).all() for each in gradients.values())
    assert not gradients["means"][11].any()


def test_the_length_of_a_quaternion_does_not_matter() -> None:
    scene = scattered(9)
    before = picture(scene)
    gradients = rasterise_backward(before, *weights(scene))
    along = (gradients.quaternions * scene.quaternions).sum(1)
    assert np.abs(along).max() < 1e-4 * np.abs(gradients.quaternions).max()
    scene.quaternions *= 4
    np.testing.assert_allclose(picture(scene).rgb, before.rgb, atol=1e-6)


def test_a_picture_does_not_depend_on_where_the_world_begins() -> None:
    scene = scattered(10)
    before = picture(scene)
    far = np.array([4096.0, -8192.0, 64.0])
    scene.means = (scene.means * 256).round() / 256
    near = picture(scene)
    scene.means += far
    scene.view = scene.view @ Pose.from_rotation(np.eye(3), -far).matrix
    np.testing.assert_allclose(picture(scene).rgb, near.rgb, atol=1e-6)
    assert np.abs(before.rgb - near.rgb).max() > 0


def test_arrays_of_any_kind_are_taken() -> None:
    scene = scattered(11)
    expected = picture(scene)
    for array in (scene.means, scene.colours):
        array.setflags(write=False)
    single = scattered(11)
    single.means = np.asfortranarray(single.means.astype(np.float32))
    single.opacities = np.repeat(single.opacities, 2)[::2]
    single.colours = single.colours.tolist()
    for other in (scene, single):
        np.testing.assert_array_equal(picture(other).rgb, expected.rgb)


@pytest.mark.parametrize(
    "name", ["means", "quaternions", "scales", "opacities", "colours", "features", "view", "background"]
)
def test_shapes_that_do_not_fit_are_refused(name: str) -> None:
    scene = scattered(12)
    setattr(scene, name, getattr(scene, name)[:-1])
    with pytest.raises(ValueError, match=r"shape|pose"):
        picture(scene)


def test_a_cloud_is_seen_by_a_camera_of_a_log() -> None:
    scene = scattered(13)
    shapes = {"means_m": scene.means, "quaternions": scene.quaternions, "scales_m": scene.scales}
    arrays = shapes | {"opacities": scene.opacities, "colours": scene.colours}
    cloud = GaussianCloud(**{name: array.astype(np.float32) for name, array in arrays.items()})
    camera = PinholeCamera(scene.width, scene.height, 40.0, 45.0, 24.0, 17.0)
    image = rasterise_cloud(cloud, camera, Pose(scene.view).inverse(), background=scene.background)
    assert image.features is None
    np.testing.assert_allclose(image.rgb, picture(scene).rgb, atol=1e-6)
    with pytest.raises(ValueError, match="distortion"):
        rasterise_cloud(cloud, PinholeCamera(50, 37, 40, 45, 24, 17, (0.1, 0, 0, 0)), Pose.identity())


def test_harmonics_change_the_colour_with_the_side_it_is_seen_from() -> None:
    harmonics = np.zeros((1, 3, 3), np.float32)
    harmonics[0, :, 0] = (0.0, 0.0, 0.6)
    cloud = GaussianCloud(
        means_m=np.zeros((1, 3), np.float32),
        quaternions=np.array([[1, 0, 0, 0]], np.float32),
        scales_m=np.full((1, 3), 0.2, np.float32),
        opacities=np.ones(1, np.float32),
        colours=np.full((1, 3), 0.1, np.float32),
        harmonics=harmonics,
    )
    camera = PinholeCamera(21, 21, 20.0, 20.0, 10.0, 10.0)
    found = []
    for sideways in (-3.0, 3.0):
        towards = Pose.from_heading(0.0 if sideways < 0 else np.pi, [sideways, 0.0, 0.0])
        optical = Pose.from_quaternion([0.5, -0.5, 0.5, -0.5], [0, 0, 0])
        seen = rasterise_cloud(cloud, camera, towards @ optical).rgb[10, 10]
        expected = np.maximum(0.1 + harmonic_colours(harmonics, np.array([[-np.sign(sideways), 0, 0]]))[0], 0)
        np.testing.assert_allclose(seen, 0.999 * expected, rtol=1e-4)
        found.append(seen[0])
    assert abs(found[0] - found[1]) > 0.1


def test_splats_that_fill_too_many_tiles_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_lists, "MOST_PAIRS", 20)
    with pytest.raises(MemoryError, match="tiles"):
        picture(one_each({"size": 50.0}, {"size": 60.0}))


def test_the_window_can_draw_without_torch() -> None:
    modules = "core.splats.rasteriser, core.splats.through_lens, core.splats.sorting, core.splats.warm_up"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
