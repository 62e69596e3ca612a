import sys

import numpy as np
import pytest
import torch
from raster_scenes import RasterScene, scattered

from core.errors import UserError
from core.splats import torch_rasteriser
from core.splats.rasteriser import rasterise, rasterise_backward
from core.splats.torch_rasteriser import gsplat_rasteriser, splat


def tensors(scene: RasterScene, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    names = "means", "quaternions", "scales", "opacities", "colours", "features", "camera_from_world", "background"
    return {
        name: torch.tensor(array, dtype=dtype, requires_grad=True)
        for name, array in zip(names, scene.arrays, strict=True)
    }


def drawn(scene: RasterScene, given: dict[str, torch.Tensor]):
    return splat(**given, intrinsics=torch.tensor(scene.intrinsics), width=scene.width, height=scene.height)


def test_the_picture_is_that_of_the_kernels_channels_first() -> None:
    scene = scattered(20)
    shown = drawn(scene, tensors(scene))
    view = tensors(scene)["camera_from_world"].detach().numpy()
    image = rasterise(
        *scene.positional[:5], view, *scene.positional[6:], features=scene.features, background=scene.background
    )
    np.testing.assert_array_equal(shown.rgb.detach().permute(1, 2, 0), image.rgb)
    np.testing.assert_array_equal(shown.depth_m.detach()[0], image.depth_m)
    np.testing.assert_array_equal(shown.alpha.detach()[0], image.alpha)
    np.testing.assert_array_equal(shown.features.detach().permute(1, 2, 0), image.features)


def test_a_loss_reaches_every_tensor() -> None:
    scene = scattered(21)
    given = tensors(scene, torch.float64)
    shown = drawn(scene, given)
    (shown.rgb.square().sum() + shown.depth_m.sum() + 2 * shown.alpha.sum() + shown.features[1].sum()).backward()
    image = rasterise(*scene.positional, features=scene.features, background=scene.background)
    ones, of_features = np.ones_like(image.alpha), np.zeros_like(image.features)
    of_features[..., 1] = 1
    expected = rasterise_backward(image, 2 * image.rgb, ones, 2 * ones, of_features)
    assert all(tensor.grad is not None and tensor.grad.dtype == torch.float64 for tensor in given.values())
    np.testing.assert_allclose(given["means"].grad, expected.means_m)
    np.testing.assert_allclose(given["quaternions"].grad, expected.quaternions)
    np.testing.assert_allclose(given["scales"].grad, expected.scales_m)
    np.testing.assert_allclose(given["opacities"].grad, expected.opacities)
    np.testing.assert_allclose(given["colours"].grad, expected.colours)
    np.testing.assert_allclose(given["features"].grad, expected.features)
    np.testing.assert_allclose(given["camera_from_world"].grad, expected.camera_from_world)
    np.testing.assert_allclose(given["background"].grad, expected.background)


def test_several_cameras_have_a_leading_axis_and_share_the_splats() -> None:
    scene = scattered(22)
    given = tensors(scene)
    other = given["camera_from_world"].detach().clone()
    other[0, 3] += 0.3
    views = torch.stack([given["camera_from_world"].detach(), other]).requires_grad_()
    shown = drawn(scene, given | {"camera_from_world": views})
    assert shown.rgb.shape == (2, 3, scene.height, scene.width)
    assert shown.depth_m.shape == shown.alpha.shape == (2, 1, scene.height, scene.width)
    assert shown.features.shape == (2, 2, scene.height, scene.width)
    shown.rgb.square().sum().backward()
    together, total = given["means"].grad.clone(), 0
    for i in range(2):
        alone = tensors(scene)
        one = drawn(scene, alone | {"camera_from_world": views.detach()[i]})
        torch.testing.assert_close(one.rgb, shown.rgb[i])
        one.rgb.square().sum().backward()
        total = total + alone["means"].grad
    torch.testing.assert_close(together, total)
    assert views.grad.abs().sum((1, 2)).min() > 0


def test_fitting_a_colour_and_a_place_works() -> None:
    scene = scattered(23, 30)
    target = drawn(scene, tensors(scene)).rgb.detach()
    given = tensors(scene)
    with torch.no_grad():
        given["means"] += 0.05
        given["colours"] *= 0.5
    optimiser = torch.optim.Adam([given["means"], given["colours"]], lr=0.01)
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        error = (drawn(scene, given).rgb - target).square().mean()
        error.backward()
        optimiser.step()
        losses.append(error.item())
    assert losses[-1] < 0.05 * losses[0]


def test_without_features_and_gradients() -> None:
    scene = scattered(24)
    given = {name: tensor for name, tensor in tensors(scene).items() if name not in ("features", "background")}
    with torch.no_grad():
        shown = drawn(scene, given)
    assert shown.features is None
    assert not shown.rgb.requires_grad


def test_shapes_that_do_not_fit_are_refused() -> None:
    scene = scattered(25)
    given = tensors(scene)
    with pytest.raises(ValueError, match="shapes"):
        drawn(scene, given | {"scales": given["scales"][1:]})


def test_a_missing_gsplat_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gsplat", None)
    with pytest.raises(UserError, match="gsplat") as caught:
        gsplat_rasteriser()
    assert caught.value.remedy


def test_gsplat_is_asked_for_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in that, like gsplat, counts pixels from corners and answers channels last with a depth."""
    asked = {}

    def stand_in(means, quaternions, scales, opacities, colors, views, lenses, width, height, **options):
        asked.update(options, lenses=lenses, channels=colors.shape[1])
        half = torch.tensor([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        given = {"features": colors[:, 3:], "background": options["backgrounds"][0, :3]}
        shapes = means, quaternions, scales, opacities, colors[:, :3]
        own = splat(*shapes, views, lenses - half, width, height, **given)
        picture = torch.cat([own.rgb, own.features, torch.where(own.alpha > 0, own.depth_m, 7.0)], 1)
        return picture.movedim(1, -1), own.alpha.movedim(1, -1), {}

    scene = scattered(26)
    given = tensors(scene)
    expected = drawn(scene, given)
    monkeypatch.setattr(torch_rasteriser, "gsplat_rasteriser", lambda: stand_in)
    shapes = [given[name] for name in ("means", "quaternions", "scales", "opacities", "colours")]
    lens = torch.tensor(scene.intrinsics, dtype=torch.float32)[None]
    pictures = torch_rasteriser.on_cuda(
        tuple(shapes), given["features"], given["background"], given["camera_from_world"][None], lens, 50, 37
    )
    for picture, own in zip(pictures, (expected.rgb, expected.depth_m, expected.alpha, expected.features), strict=True):
        torch.testing.assert_close(picture[0], own)
    assert asked["lenses"][0, 0, 2] == pytest.approx(24.5)
    assert asked["channels"] == asked["backgrounds"].shape[1] == 5
    assert (asked["near_plane"], asked["eps2d"], asked["render_mode"]) == (0.01, 0.3, "RGB+ED")
