"""Pictures by torch for those who hold arrays: with a CUDA device, gsplat draws what the compiled kernels would."""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.errors import UserError
from core.splats.rasteriser import SplatImage

logger = logging.getLogger(__name__)


class TensorRasteriser:
    """To be called as `rasterise`; the number of threads does not matter."""

    def __init__(self, device: str) -> None:
        self.device = device

    def __call__(
        self,
        means_m: ArrayLike,
        quaternions: ArrayLike,
        scales_m: ArrayLike,
        opacities: ArrayLike,
        colours: ArrayLike,
        camera_from_world: ArrayLike,
        intrinsics: ArrayLike,
        width: int,
        height: int,
        *,
        features: ArrayLike | None = None,
        background: ArrayLike | None = None,
        threads: int | None = None,
    ) -> SplatImage:
        import torch

        from core.splats.torch_rasteriser import splat

        def tensor(values: ArrayLike) -> torch.Tensor:
            return torch.as_tensor(np.ascontiguousarray(values, np.float32), device=self.device)

        def array(pictures: torch.Tensor) -> Any:
            return pictures.movedim(0, -1).contiguous().cpu().numpy()

        with torch.no_grad():
            drawn = splat(
                tensor(means_m),
                tensor(quaternions),
                tensor(scales_m),
                tensor(opacities),
                tensor(colours),
                tensor(camera_from_world),
                tensor(intrinsics),
                width,
                height,
                features=None if features is None else tensor(features),
                background=None if background is None else tensor(background),
            )
        channels = None if drawn.features is None else array(drawn.features)
        return SplatImage(array(drawn.rgb), array(drawn.depth_m)[..., 0], array(drawn.alpha)[..., 0], channels)


def cuda_rasteriser() -> TensorRasteriser | None:
    """gsplat, where there is a CUDA device that torch and gsplat can use. Without a driver torch is not imported."""
    if not has_cuda_driver():
        return None
    import torch

    from core.splats.torch_rasteriser import gsplat_rasteriser

    if not torch.cuda.is_available():
        return None
    try:
        gsplat_rasteriser()
    except UserError as error:
        logger.warning("the processor draws, though there is a CUDA device: %s", error.what)
        return None
    return TensorRasteriser("cuda")


def has_cuda_driver() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True
