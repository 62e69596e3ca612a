"""All splats of a scene, and its sky, as parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional

from core.scene import Scene
from core.scene.scene import NS_PER_S, alive
from core.scene.sky import dome_pixels
from core.splats.harmonics import degree_of, harmonic_basis
from core.worldrec.refine.values import Values, all_splats

LEAST_OPACITY, MOST_OPACITY = 0.003, 0.997
"""Beyond, a logit has no gradient worth its name."""
LEAST_SCALE_M = 1e-4

Shapes = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""Means [N, 3], quaternions [N, 4], scales [N, 3], opacities [N], colours [N, 3]."""


@dataclass(frozen=True, eq=False)
class _Moment:
    """Where actors are at a time, and which splats exist."""

    world_from_box: NDArray[np.float64]  # (a, 3, 4)
    turns: NDArray[np.float64]  # (a, 4)
    present: NDArray[np.float32]  # (n,) 1 for full


class SplatTable:
    """What is optimised: every splat of the static world and of all actors, these in the frames of their boxes.

    Means move in units of the splat's own size, so that one rate fits the kerb in front of the ego and the far façade.
    """

    def __init__(self, scene: Scene, device: torch.device) -> None:
        self._scene, self._device = scene, device
        self._whole = all_splats(scene)
        self._statics = len(scene.static)
        lengths = [len(actor.cloud) for actor in scene.actors]
        self._owners = np.repeat(np.arange(len(lengths)), lengths).astype(np.int64)
        whole = self._whole
        scales = np.maximum(whole.scales_m, LEAST_SCALE_M)
        self._start_m = self._tensor(whole.means_m)
        self._size_m = self._tensor(np.sort(scales, 1)[:, 1:].mean(1, keepdims=True))
        opacities = whole.opacities.astype(np.float64).clip(LEAST_OPACITY, MOST_OPACITY)
        self._moments: dict[int, _Moment] = {}
        self.offsets = self._parameter(np.zeros_like(whole.means_m))
        self.log_scales = self._parameter(np.log(scales))
        self.quaternions = self._parameter(whole.quaternions)
        self.logits = self._parameter(np.log(opacities / (1 - opacities)))
        self.colours = self._parameter(whole.colours)
        self.harmonics = None if whole.harmonics is None else self._parameter(whole.harmonics)
        self._dome_shape = scene.sky.dome.shape
        self.dome = self._parameter(scene.sky.dome.reshape(-1, 3))

    def __len__(self) -> int:
        return len(self._whole)

    def at(self, t_ns: int, eye_m: NDArray[np.float64]) -> Shapes:
        """All splats in the world at a time, as an eye at a place (3,) sees them; those that do not exist are clear."""
        moment = self._moment(t_ns)
        first = self._statics
        own = self._start_m + self._size_m * self.offsets
        poses = self._tensor(moment.world_from_box[self._owners])
        moved = (poses[..., :3] @ own[first:, :, None])[..., 0] + poses[..., 3]
        turned = quaternion_products(self._tensor(moment.turns[self._owners]), self.quaternions[first:])
        return (
            torch.cat([own[:first], moved]),
            torch.cat([self.quaternions[:first], turned]),
            self.log_scales.exp(),
            self.logits.sigmoid() * self._tensor(moment.present),
            self._colours(own.detach(), moment, eye_m),
        )

    def sky(self, directions: NDArray[np.float32]) -> Tensor:
        """RGB [3, H, W] of the dome in world directions (H, W, 3): as `Sky.colours`."""
        height, width, _ = self._dome_shape
        row, column = dome_pixels(directions, height, width)
        places = np.stack([2 * (column % width) / width - 1, 2 * row / max(height - 1, 1) - 1], -1)
        dome = self.dome.T.reshape(3, height, width)
        around = torch.cat([dome, dome[:, :, :1]], 2)
        options = {"mode": "bilinear", "padding_mode": "border", "align_corners": True}
        return functional.grid_sample(around[None], self._tensor(places)[None], **options)[0]  # type: ignore[arg-type]

    @torch.no_grad()
    def values(self) -> Values:
        """The present values as `core.worldrec.refine.values.with_values` takes them."""
        found = {
            "means_m": self._start_m + self._size_m * self.offsets,
            "quaternions": functional.normalize(self.quaternions, dim=1),
            "scales_m": self.log_scales.exp(),
            "opacities": self.logits.sigmoid(),
            "colours": self.colours,
            "dome": self.dome.reshape(self._dome_shape).clamp(0.0, 1.0),
        }
        if self.harmonics is not None:
            found["harmonics"] = self.harmonics
        return {name: np.array(values.cpu().numpy(), np.float32, order="C") for name, values in found.items()}

    def _moment(self, t_ns: int) -> _Moment:
        if t_ns not in self._moments:
            there, poses = self._scene.box_table.poses_at(t_ns)
            t_s = (t_ns - self._scene.start_ns) / NS_PER_S
            present = alive(replace(self._whole, opacities=np.ones(len(self), np.float32)), t_s).opacities
            present[self._statics :] *= there[self._owners]
            self._moments[t_ns] = _Moment(poses.matrix[:, :3], poses.quaternion, present)
        return self._moments[t_ns]

    def _colours(self, own_m: Tensor, moment: _Moment, eye_m: NDArray[np.float64]) -> Tensor:
        if self.harmonics is None:
            return self.colours
        rotation, shift = moment.world_from_box[..., :3], moment.world_from_box[..., 3]
        eyes = np.einsum("nji,nj->ni", rotation, eye_m - shift)[self._owners]
        eyes = np.concatenate([np.broadcast_to(eye_m, (self._statics, 3)), eyes])
        directions = functional.normalize(own_m - self._tensor(eyes), dim=1).cpu().numpy()
        basis = self._tensor(harmonic_basis(directions, degree_of(self.harmonics.shape[1])))
        return (self.colours + (basis[:, :, None] * self.harmonics).sum(1)).clamp_min(0.0)

    def _tensor(self, values: ArrayLike) -> Tensor:
        return torch.from_numpy(np.array(values, np.float32)).to(self._device)

    def _parameter(self, values: ArrayLike) -> Tensor:
        return self._tensor(values).requires_grad_()


def quaternion_products(left: Tensor, right: Tensor) -> Tensor:
    """Hamilton products of quaternions [N, 4] wxyz: the rotation `right`, then `left`."""
    w1, x1, y1, z1 = left.unbind(-1)
    w2, x2, y2, z2 = right.unbind(-1)
    return torch.stack(
        [
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ],
        -1,
    )
