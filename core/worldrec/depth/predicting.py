"""The depth network at work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.worldrec.depth.evidence import Evidence, evidence_of
from core.worldrec.depth.network import DepthNetwork
from core.worldrec.depth.weights import load_weights
from core.worldrec.lift.depth_pictures import filled
from core.worldrec.lift.estimated_depth import DepthEstimate
from core.worldrec.lift.views import View

Floats = NDArray[np.float32]

_AT_ONCE = 8
_SAME_SURFACE = 0.25  # lidar that contradicts the network by more, as a logarithm, means another thing near by
_REACH_PX = 6.0


class NetworkDepth:
    """A depth model for `lift`: evidence from several views, weighed by the network, pulled onto lidar."""

    def __init__(self, network: DepthNetwork) -> None:
        self._network = network

    @classmethod
    def from_file(cls, path: Path) -> NetworkDepth:
        """The model with the weights of a file; raises `UserError` if they cannot be read."""
        return cls(load_weights(path))

    def __call__(self, views: Sequence[View], measured: Sequence[Floats], ground_m: float) -> list[DepthEstimate]:
        """Estimates for all views, as `core.worldrec.lift.DepthModel` says."""
        return self.of(views, measured, ground_m, range(len(views)))

    def of(
        self, views: Sequence[View], measured: Sequence[Floats], ground_m: float, chosen: Sequence[int]
    ) -> list[DepthEstimate]:
        """Estimates for some of the views, which all of them help with."""
        evidence = evidence_of(views, measured, ground_m, self._network.config, chosen)
        shapes = [one.image.shape for one in evidence]
        found: dict[int, DepthEstimate] = {}
        for shape in sorted(set(shapes)):
            alike = [i for i, other in enumerate(shapes) if other == shape]
            for start in range(0, len(alike), _AT_ONCE):
                some = alike[start : start + _AT_ONCE]
                for i, estimate in zip(some, self._estimates([evidence[i] for i in some]), strict=True):
                    found[i] = _onto_lidar(_cut(estimate, views[chosen[i]]), measured[chosen[i]])
        return [found[i] for i in range(len(chosen))]

    def _estimates(self, evidence: Sequence[Evidence]) -> list[DepthEstimate]:
        images = np.stack([one.image for one in evidence]).transpose(0, 3, 1, 2)
        volumes = np.stack([one.volume for one in evidence]).astype(np.float32)
        hints = np.stack([one.hints for one in evidence])
        inputs = (torch.from_numpy(a).contiguous(memory_format=torch.channels_last) for a in (images, volumes, hints))
        with torch.inference_mode():
            output = self._network(*inputs)
        depth, error, sky = output.log_depth.exp().numpy(), output.log_scale.exp().numpy(), output.sky.numpy() > 0
        return [DepthEstimate(*parts) for parts in zip(depth, error, sky, strict=True)]


def _cut(estimate: DepthEstimate, view: View) -> DepthEstimate:
    part = np.s_[: view.camera.height, : view.camera.width]
    return DepthEstimate(estimate.depth_m[part], estimate.error[part], estimate.sky[part])


def _onto_lidar(estimate: DepthEstimate, measured: Floats) -> DepthEstimate:
    """The estimate, moved to what was measured there and near by on the same surface."""
    from scipy.ndimage import distance_transform_edt

    known = np.isfinite(measured)
    if not known.any():
        return estimate
    log_depth = np.log(estimate.depth_m)
    off = np.where(known, np.log(np.where(known, measured, 1.0)) - log_depth, 0.0).astype(np.float32)
    alike = known & (np.abs(off) < _SAME_SURFACE)
    reach = np.exp(-distance_transform_edt(~known) / _REACH_PX).astype(np.float32)
    pulled = log_depth + filled(off, alike.astype(np.float32)) * reach
    depth = np.where(known, measured, np.exp(pulled)).astype(np.float32)
    return DepthEstimate(depth, (estimate.error * (1 - 0.8 * reach)).astype(np.float32), estimate.sky & ~known)
