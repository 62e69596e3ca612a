"""All splats of a scene as tensors that networks may change."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.scene import Scene
from core.splats import GaussianCloud

NEVER_FADES = 1e-3
"""A splat whose opacity changes less over the window than a curvature of this size makes it lives for ever."""


@dataclass(frozen=True, eq=False)
class SplatState:
    """Splats of the static world in world coordinates, then those of each actor in the frame of its box.

    A lifespan is kept as the time of its middle and the curvature of its fading, both in units of half a window: the
    opacity is multiplied by `exp(-½ fading (t - middle)²)`, with t from -1 to 1 over the window.
    """

    means: Tensor  # [N, 3] m
    quaternions: Tensor  # [N, 4] wxyz, about unit
    log_scales: Tensor  # [N, 3] of standard deviations in m
    logits: Tensor  # [N] of opacities
    colours: Tensor  # [N, 3]
    middles: Tensor  # [N]
    fadings: Tensor  # [N] at least 0
    owners: Tensor  # [N] int64, 0 for the static world, else the actor's place in its scene, from 1

    def __len__(self) -> int:
        return len(self.means)

    def to(self, device: torch.device | str) -> SplatState:
        return SplatState(**{each.name: getattr(self, each.name).to(device) for each in fields(self)})

    def of(self, rows: Tensor) -> SplatState:
        """Some of the splats [K], in their order."""
        return SplatState(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def detached(self) -> SplatState:
        return SplatState(**{each.name: getattr(self, each.name).detach() for each in fields(self)})


@dataclass(frozen=True, eq=False)
class Moment:
    """Where the actors are at a time."""

    t: float  # -1 to 1 over the window
    world_from_actor: Tensor  # [A, 4, 4] float32
    turns: Tensor  # [A, 4] the same rotations as quaternions
    there: Tensor  # [A] bool, which of them exist

    def to(self, device: torch.device | str) -> Moment:
        return Moment(self.t, self.world_from_actor.to(device), self.turns.to(device), self.there.to(device))


def state_of(scene: Scene, window_s: tuple[float, float]) -> SplatState:
    """The splats of a scene, for a window of its log."""
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    whole = GaussianCloud.concatenated(clouds)
    opacities = whole.opacities.clip(0.003, 0.997)
    middles, fadings = np.zeros(len(whole), np.float32), np.zeros(len(whole), np.float32)
    if whole.lifespans_s is not None:
        middle_s, half_s = (window_s[0] + window_s[1]) / 2, max(window_s[1] - window_s[0], 1e-3) / 2
        mortal = np.isfinite(whole.lifespans_s[:, 1])
        middles[mortal] = (whole.lifespans_s[mortal, 0] - middle_s) / half_s
        fadings[mortal] = (half_s / np.maximum(whole.lifespans_s[mortal, 1], 1e-3)) ** 2
    owners = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    return SplatState(
        means=_tensor(whole.means_m),
        quaternions=_tensor(whole.quaternions),
        log_scales=_tensor(np.log(whole.scales_m)),
        logits=_tensor(np.log(opacities / (1 - opacities))),
        colours=_tensor(whole.colours),
        middles=_tensor(middles),
        fadings=_tensor(fadings),
        owners=torch.from_numpy(owners),
    )


def with_state(scene: Scene, state: SplatState, window_s: tuple[float, float]) -> Scene:
    """The scene with its splats as the state has them, in the same order."""
    middle_s, half_s = (window_s[0] + window_s[1]) / 2, max(window_s[1] - window_s[0], 1e-3) / 2
    state = state.detached().to("cpu")
    fadings = state.fadings.numpy()
    spans = np.stack([middle_s + half_s * state.middles.numpy(), half_s / np.sqrt(np.maximum(fadings, 1e-9))], -1)
    spans[fadings < NEVER_FADES] = 0.0, np.inf
    values = {
        "means_m": state.means.numpy(),
        "quaternions": torch.nn.functional.normalize(state.quaternions, dim=1).numpy(),
        "scales_m": state.log_scales.exp().numpy(),
        "opacities": state.logits.sigmoid().numpy(),
        "colours": state.colours.clamp(0.0, 1.0).numpy(),
        "lifespans_s": spans.astype(np.float32),
    }
    lengths = [len(scene.static), *(len(actor.cloud) for actor in scene.actors)]
    borders = np.cumsum([0, *lengths])
    clouds = [
        replace(cloud, **{name: np.ascontiguousarray(array[a:b]) for name, array in values.items()})
        for cloud, a, b in zip(
            [scene.static, *(actor.cloud for actor in scene.actors)], borders[:-1], borders[1:], strict=True
        )
    ]
    actors = tuple(replace(actor, cloud=cloud) for actor, cloud in zip(scene.actors, clouds[1:], strict=True))
    return replace(scene, static=clouds[0], actors=actors)


def with_rows(scene: Scene, rows: Tensor) -> Scene:
    """The scene with some of its splats, maybe several times; rows [K] as a state has them, in their order."""
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    borders = np.cumsum([0, *(len(cloud) for cloud in clouds)])
    chosen = rows.cpu().numpy()
    ends = np.searchsorted(chosen, borders)
    clouds = [
        cloud[chosen[a:b] - before]
        for cloud, before, a, b in zip(clouds, borders[:-1], ends[:-1], ends[1:], strict=True)
    ]
    actors = tuple(replace(actor, cloud=cloud) for actor, cloud in zip(scene.actors, clouds[1:], strict=True))
    return replace(scene, static=clouds[0], actors=actors)


def moment_of(scene: Scene, t_ns: int, window_s: tuple[float, float]) -> Moment:
    there, poses = scene.box_table.poses_at(t_ns)
    t_s = (t_ns - scene.start_ns) * 1e-9
    half_s = max(window_s[1] - window_s[0], 1e-3) / 2
    return Moment(
        t=(t_s - window_s[0]) / half_s - 1.0,
        world_from_actor=_tensor(poses.matrix),
        turns=_tensor(poses.quaternion),
        there=torch.from_numpy(there),
    )


@dataclass(frozen=True, eq=False)
class Placed:
    """The splats that exist at a moment, in the world, as the rasteriser takes them."""

    rows: Tensor  # [K] which of all splats
    means: Tensor  # [K, 3]
    quaternions: Tensor  # [K, 4]
    scales: Tensor  # [K, 3]
    opacities: Tensor  # [K]
    colours: Tensor  # [K, 3]

    @property
    def shapes(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return self.means, self.quaternions, self.scales, self.opacities, self.colours


def placed(state: SplatState, moment: Moment) -> Placed:
    """The splats at a moment; differentiable."""
    static = int((state.owners == 0).sum())
    actor = state.owners[static:] - 1
    rows = torch.nonzero(moment.there[actor])[:, 0] if len(actor) else actor
    owner, rows = actor[rows], rows + static
    poses = moment.world_from_actor[owner]
    moved = torch.einsum("nij,nj->ni", poses[:, :3, :3], state.means[rows]) + poses[:, :3, 3]
    turned = quaternion_product(moment.turns[owner], state.quaternions[rows])
    every = torch.cat([torch.arange(static, device=rows.device), rows])
    fade = torch.exp(-0.5 * state.fadings[every] * (moment.t - state.middles[every]) ** 2)
    return Placed(
        rows=every,
        means=torch.cat([state.means[:static], moved]),
        quaternions=torch.cat([state.quaternions[:static], turned]),
        scales=state.log_scales[every].exp(),
        opacities=state.logits[every].sigmoid() * fade,
        colours=state.colours[every],
    )


def quaternion_product(left: Tensor, right: Tensor) -> Tensor:
    """Hamilton product of quaternions [..., 4] wxyz: the rotation `right`, then `left`."""
    w, x, y, z = left.unbind(-1)
    a, b, c, d = right.unbind(-1)
    parts = (
        w * a - x * b - y * c - z * d,
        w * b + x * a + y * d - z * c,
        w * c - x * d + y * a + z * b,
        w * d + x * c - y * b + z * a,
    )
    return torch.stack(parts, -1)


def turned_by(quaternions: Tensor, turns: Tensor) -> Tensor:
    """Unit quaternions [N, 4] after rotations [N, 3] about their own axes, as rotation vectors in rad."""
    half = 0.5 * turns
    small = torch.cat([torch.ones_like(half[:, :1]), half], 1)
    return torch.nn.functional.normalize(quaternion_product(quaternions, small), dim=1)


def rotation_matrices(quaternions: Tensor) -> Tensor:
    """Matrices [N, 3, 3] of quaternions [N, 4] of any length."""
    w, x, y, z = torch.nn.functional.normalize(quaternions, dim=1).unbind(-1)
    rows = (
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    )  # fmt: skip
    return torch.stack(rows, -1).reshape(-1, 3, 3)


def _tensor(array: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.array(array, np.float32))
