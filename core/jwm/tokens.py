"""Scene tokens: what the scene is made of near the cameras, for the generator's cross-attention.

The coupling that the Xiaomi Auto World Model (2026) does not have: it tells the generator by pictures only. A token
stands for one query of WorldRec, the few neighbouring splats that share it; the means and spreads of their parameters
are its features. The vectors that WorldRec's network had for it are not kept in scenes, which may come from elsewhere
and be edited, so they are no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.geometry import Pose
from core.jwm.drawing import is_generated
from core.scene import Scene
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldrec.model.queries import queries_of
from core.worldrec.model.state import SplatState, rotation_matrices, state_of

COUNT = 256
"""Tokens that a generator is told of at a time."""
SPLATS_PER_TOKEN = 16
_FEATURES = 20
_OCTAVES = 4
_NEAR_M = 20.0
WIDTH = _FEATURES + 4 + 6 * _OCTAVES
"""Numbers of a token: features, place in the ego's frame and its waves, distance."""


@dataclass(frozen=True, eq=False)
class TokenTable:
    """All tokens of a scene, wherever its actors are."""

    places: Tensor  # [Q, 3] m: in the world, those of an actor in the frame of its box
    features: Tensor  # [Q, 20] of about unit size
    actor: Tensor  # [Q] int64 row of the actor in the scene, from 1; 0 for the static world


def table_of(scene: Scene) -> TokenTable:
    """The tokens of a scene."""
    clouds = [scene.static, *(actor.cloud for actor in scene.actors)]
    generated = torch.from_numpy(np.concatenate([is_generated(cloud) for cloud in clouds]))
    return table_of_state(state_of(scene, scene.window_s or (0.0, max(scene.duration_s, 1e-3))), generated)


def table_of_state(splats: SplatState, generated: Tensor) -> TokenTable:
    """The tokens of splats, and of which [N] of them were generated; differentiable in the splats."""
    queries = queries_of(splats.means, splats.owners, SPLATS_PER_TOKEN).to(splats.means.device)
    filled = queries.filled[..., None].to(splats.means)
    share = filled / filled.sum(1, keepdim=True).clamp_min(1.0)

    def mean(values: Tensor) -> Tensor:
        return (values[queries.slots] * share).sum(1)

    def spread(values: Tensor) -> Tensor:
        return (mean(values**2) - mean(values) ** 2).clamp_min(1e-8).sqrt()

    axes = rotation_matrices(splats.quaternions)
    thinnest = torch.nn.functional.one_hot(splats.log_scales.argmin(1), 3).to(axes)
    normals = torch.einsum("nij,nj->ni", axes, thinnest)
    places = mean(splats.means)
    features = [
        mean(splats.log_scales) + 2,
        mean(normals * normals),
        mean(splats.logits[:, None]) / 4,
        4 * mean(splats.colours) - 2,
        8 * spread(splats.colours),
        spread(splats.means - places[queries.of_splat]),
        (queries.owners > 0).to(places)[:, None],
        mean(generated.to(places)[:, None]),
        queries.filled.to(places).mean(1, keepdim=True),
        mean(splats.fadings[:, None]).log1p(),
    ]
    return TokenTable(places, torch.cat(features, 1), queries.owners)


def tokens_at(table: TokenTable, viewpoints: Viewpoints, world_from_actor: Tensor, *, count: int = COUNT) -> Tensor:
    """The tokens [1, count, WIDTH] that any camera sees, nearest first; zeros where there are no more.

    Args:
        table: of the scene.
        viewpoints: of the frames; places are told in the frame of the ego at the first.
        world_from_actor: [A + 1, 4, 4] of the table's rows about then; NaN for who is not there.
        count: how many.
    """
    world = placed_at(table, world_from_actor)
    ego_from_world = torch.from_numpy(viewpoints.world_from_ego[0].inverse().matrix)
    seen = torch.from_numpy(_in_sight(world.detach().double().cpu().numpy(), viewpoints))
    return nearest_tokens(table, world, ego_from_world, seen, count)


def placed_at(table: TokenTable, world_from_actor: Tensor) -> Tensor:
    """World places [Q, 3] of the tokens; infinite for those of an actor who is not there."""
    poses = world_from_actor.to(table.places)
    there = poses.isfinite().all(-1).all(-1)[table.actor]
    moves = poses.nan_to_num()[table.actor]
    world = torch.einsum("qij,qj->qi", moves[:, :3, :3], table.places) + moves[:, :3, 3]
    return torch.where(there[:, None], world, torch.inf)


def nearest_tokens(
    table: TokenTable, world: Tensor, ego_from_world: Tensor, seen: Tensor, count: int = COUNT
) -> Tensor:
    """Tokens [1, count, WIDTH] of those that are seen [Q], by their world places [Q, 3]."""
    ego = ego_from_world.to(world)
    away = torch.where(seen.to(world.device), (world - torch.linalg.inv(ego)[:3, 3]).detach().norm(dim=1), torch.inf)
    nearest = away.argsort(stable=True)[:count]
    nearest = nearest[away[nearest].isfinite()]
    local = world[nearest] @ ego[:3, :3].T + ego[:3, 3]
    place = local / _NEAR_M
    angles = (place[..., None] * torch.pi * 2.0 ** torch.arange(_OCTAVES, device=place.device)).flatten(1)
    distance = (local.norm(dim=1, keepdim=True) + 1).log() / 3
    tokens = torch.cat([table.features[nearest], place, distance, angles.sin(), angles.cos()], 1)
    return torch.nn.functional.pad(tokens, (0, 0, 0, count - len(tokens)))[None]


def mirrored_tokens(tokens: Tensor) -> Tensor:
    """Tokens [B, N, WIDTH] of the scene that a mirror shows, whose left and right have changed places.

    Only where they are tells left from right: features are squares, spreads and means of what has no side.
    """
    sides = tokens.new_tensor((1.0, -1.0, 1.0))
    waves = sides.repeat_interleave(_OCTAVES)
    ones = tokens.new_ones
    return tokens * torch.cat([ones(_FEATURES), sides, ones(1), waves, ones(len(waves))])


def _in_sight(points: np.ndarray, viewpoints: Viewpoints) -> np.ndarray:
    """Which world points (n, 3) lie in the picture of a camera, in the first frame or the last."""
    found = np.zeros(len(points), bool)
    there = np.flatnonzero(np.isfinite(points).all(1))
    for frame in {0, len(viewpoints) - 1}:
        for view, camera in enumerate(viewpoints.cameras):
            pose: Pose = viewpoints.world_from_camera[frame, view]
            pixels, shown = camera.project(pose.inverse().apply(points[there]))
            inside = (pixels >= -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))
            found[there[shown & inside.all(-1)]] = True
    return found
