"""gsplat on CUDA and the compiled rasteriser draw the same picture and find the same gradients."""

import pytest
import torch
from raster_scenes import RasterScene, scattered

from core.splats.torch_rasteriser import Splatted, splat

NAMES = "means", "quaternions", "scales", "opacities", "colours", "features", "camera_from_world", "background"


@pytest.fixture(autouse=True)
def cuda() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    pytest.importorskip("gsplat")


def drawn(scene: RasterScene, device: str) -> tuple[Splatted, dict[str, torch.Tensor]]:
    given = {
        name: torch.tensor(array, dtype=torch.float32, device=device, requires_grad=True)
        for name, array in zip(NAMES, scene.arrays, strict=True)
    }
    intrinsics = torch.tensor(scene.intrinsics, dtype=torch.float32, device=device)
    return splat(**given, intrinsics=intrinsics, width=scene.width, height=scene.height), given


def close(ours: torch.Tensor, theirs: torch.Tensor, tolerance: float) -> None:
    scale = float(ours.abs().max()) + 1e-12
    difference = (ours - theirs.cpu()).abs() / scale
    assert float(difference.mean()) < tolerance
    # A pixel on the edge of a splat may be cut by one and not by the other.
    assert float(difference.quantile(0.99)) < 20 * tolerance


@pytest.mark.parametrize("seed", range(3))
def test_pictures_and_gradients_agree(seed: int) -> None:
    scene = scattered(seed, 300)
    (ours, our_tensors), (theirs, their_tensors) = drawn(scene, "cpu"), drawn(scene, "cuda")
    weights = {}
    for part in ("rgb", "depth_m", "alpha", "features"):
        one, other = getattr(ours, part), getattr(theirs, part)
        assert one.shape == other.shape
        close(one.detach(), other.detach(), 2e-4)
        weights[part] = torch.rand(one.shape, generator=torch.Generator().manual_seed(seed))
    for picture, device in ((ours, "cpu"), (theirs, "cuda")):
        torch.stack(
            [(getattr(picture, part) * weight.to(device)).sum() for part, weight in weights.items()]
        ).sum().backward()
    for name in NAMES:
        close(our_tensors[name].grad, their_tensors[name].grad, 2e-3)


def test_several_cameras_at_once() -> None:
    scene = scattered(4)
    _, given = drawn(scene, "cuda")
    other = given["camera_from_world"].detach().clone()
    other[0, 3] += 0.3
    views = torch.stack([given["camera_from_world"].detach(), other])
    intrinsics = torch.tensor(scene.intrinsics, dtype=torch.float32, device="cuda")
    options = {"intrinsics": intrinsics, "width": scene.width, "height": scene.height}
    together = splat(**given | {"camera_from_world": views}, **options)
    assert together.rgb.shape == (2, 3, scene.height, scene.width)
    for i in range(2):
        torch.testing.assert_close(splat(**given | {"camera_from_world": views[i]}, **options).rgb, together.rgb[i])


def test_nothing_drawn_has_no_depth() -> None:
    scene = scattered(5)
    scene.opacities[:] = 0
    shown, _ = drawn(scene, "cuda")
    assert not shown.alpha.any()
    assert not shown.depth_m.any()
