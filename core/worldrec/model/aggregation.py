"""What a query learns from all views: sampled features, fused by learned weights that see visibility."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.networks.threads import by_rows, side_by_side
from core.worldrec.model.evidence import Drawn
from core.worldrec.model.sights import Sight

_CUES = 8
_NEAR_M = 0.3


class Aggregation(nn.Module):
    """Fuses features of V views into each of Q queries.

    Each query projects into every view, wherever the camera stood and whenever; queries of actors move with their
    track. A small network weighs the samples by what the query knows, the feature, and cues: the depth residual to
    what is drawn there (a query behind is hidden), to lidar, distance, angle, time. Samples of static queries that
    fall on the box of an actor in front of them are masked, as are those outside the picture; a query that no view
    sees gets nothing. After Sparse4D (Lin et al., 2022) and PointForward (2026), which weigh by depth difference.
    """

    def __init__(self, channels: int, query_width: int, heads: int, *, use_weights: bool = True) -> None:
        super().__init__()
        self.heads, self.use_weights = heads, use_weights
        hidden = 32
        self.of_query = nn.Linear(query_width, hidden)
        self.of_feature = nn.Linear(channels, hidden)
        self.of_cues = nn.Linear(_CUES, hidden)
        self.weigh = nn.Linear(hidden, heads, bias=False)
        self.value = nn.Linear(channels, query_width)
        self.out = nn.Linear(query_width + 3 + 1, query_width)

    def forward(self, queries: Tensor, features: Tensor, colours: Tensor, cues: Tensor, valid: Tensor) -> Tensor:
        """What to add to queries [Q, D], from their `Samples`."""
        count, views = valid.shape
        if self.use_weights:
            hidden = self.of_feature(features) + self.of_cues(cues) + self.of_query(queries)[:, None]
            logits = self.weigh(torch.nn.functional.silu(hidden))
        else:
            logits = features.new_zeros(count, views, self.heads)
        logits = logits.masked_fill(~valid[..., None], -1e4)
        weights = logits.softmax(1) * valid[..., None]
        value = self.value(features).view(count, views, self.heads, -1)
        fused = torch.einsum("qvh,qvhc->qhc", weights, value).flatten(1)
        colour = torch.einsum("qv,qvc->qc", weights.mean(-1), colours)
        visible = valid.any(1, keepdim=True).to(fused)
        added: Tensor = self.out(torch.cat([fused, colour, visible], 1))
        return added


class Samples(NamedTuple):
    """What V views show where Q queries are."""

    features: Tensor  # [Q, V, C]
    colours: Tensor  # [Q, V, 3]
    cues: Tensor  # [Q, V, 8]
    valid: Tensor  # [Q, V] bool


def samples_of(
    features: Sequence[Tensor],  # of each view [C, h, w]
    sights: Sequence[Sight],
    drawn: Sequence[Drawn],
    places: Tensor,  # [Q, 3] in the frame of the owner
    owners: Tensor,  # [Q]
) -> Samples:
    views = list(zip(features, sights, drawn, strict=True))
    found = side_by_side(lambda view: _sampled(*view, places, owners), views)
    return Samples(*(torch.stack(each, 1) for each in zip(*found, strict=True)))


def views_that_see(sights: Sequence[Sight], places: Tensor, owners: Tensor) -> list[int]:
    """Numbers of the views in whose pictures any of the places lies; the first, if in none's."""

    def sees(sight: Sight) -> bool:
        return bool(_pixels(sight, *in_world(places, owners, sight))[2].any())

    with torch.no_grad():
        found = side_by_side(sees, sights)
    return [view for view, any_seen in enumerate(found) if any_seen] or [0]


def _pixels(sight: Sight, world: Tensor, there: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Pixels [Q, 2] and depths [Q] of places in the world, and whether they exist and lie in the picture [Q]."""
    height, width = sight.size
    seen = world @ sight.camera_from_world[:3, :3].T + sight.camera_from_world[:3, 3]
    depth = seen[:, 2].clamp_min(_NEAR_M)
    fx, fy, cx, cy = (sight.intrinsics[i, j] for i, j in ((0, 0), (1, 1), (0, 2), (1, 2)))
    x, y = seen[:, 0] / depth * fx + cx, seen[:, 1] / depth * fy + cy
    inside = (seen[:, 2] > _NEAR_M) & (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5) & there
    return torch.stack([x, y], 1), depth, inside


def _sampled(
    feature: Tensor, sight: Sight, drawn: Drawn, places: Tensor, owners: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    pixels, depth, inside = _pixels(sight, *in_world(places, owners, sight))
    height, width = sight.size
    x, y = pixels.unbind(1)
    fx, cx, cy = sight.intrinsics[0, 0], sight.intrinsics[0, 2], sight.intrinsics[1, 2]
    grid = torch.stack([(x + 0.5) / width * 2 - 1, (y + 0.5) / height * 2 - 1], -1)[None, None].clamp(-2, 2)
    values = torch.nn.functional.grid_sample(feature[None], grid, align_corners=False, padding_mode="border")[0, :, 0].T
    maps = torch.cat([sight.rgb, drawn.depth, drawn.alpha, sight.measured, sight.valid])[None]
    flat = torch.nn.functional.grid_sample(maps, grid, mode="nearest", align_corners=False, padding_mode="border")
    rgb, drawn_depth, alpha, measured, valid = torch.split(flat[0, :, 0].T, [3, 1, 1, 1, 1], 1)
    mover = _nearest(sight.movers, grid)
    inside &= (valid[:, 0] > 0.5) & ((owners > 0) | (mover > depth))
    behind = torch.where(alpha > 0.3, (depth[:, None] - drawn_depth) / depth[:, None], 0.0).clamp(-1, 1)
    further = torch.where(measured > 0, (depth[:, None] - measured) / depth[:, None], 0.0).clamp(-1, 1)
    offset = torch.hypot(x - cx, y - cy) / fx
    cues = torch.cat(
        [
            5 * behind,
            5 * further,
            (measured > 0).to(depth),
            alpha,
            (depth / 20).log()[:, None],
            offset[:, None],
            torch.full_like(alpha, sight.moment.t),
            (owners > 0).to(depth)[:, None],
        ],
        1,
    )
    return values, rgb, cues, inside


def _nearest(depths: Tensor, grid: Tensor) -> Tensor:
    """Depths [1, H, W], maybe infinite, at places [1, 1, Q, 2] of a picture."""
    height, width = depths.shape[1:]
    column = (((grid[0, 0, :, 0] + 1) * width - 1) / 2).round().long().clamp(0, width - 1)
    row = (((grid[0, 0, :, 1] + 1) * height - 1) / 2).round().long().clamp(0, height - 1)
    return depths[0, row, column]


def in_world(places: Tensor, owners: Tensor, sight: Sight) -> tuple[Tensor, Tensor]:
    """World coordinates [Q, 3] of places in their owners' frames at a view's time, and whether they exist then [Q]."""
    if not len(sight.moment.there):
        return places, torch.ones_like(owners, dtype=torch.bool)
    static = owners == 0
    actor = (owners - 1).clamp_min(0)
    poses = sight.moment.world_from_actor[actor]
    moved = torch.einsum("nij,nj->ni", poses[:, :3, :3], places) + poses[:, :3, 3]
    return torch.where(static[:, None], places, moved), static | sight.moment.there[actor]


class LocalMixing(nn.Module):
    """Attention among queries that are neighbours along the Morton curve, then a small network on each."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads, self.window = heads, window
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.after = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)
        )

    def forward(self, queries: Tensor, shift: int) -> Tensor:
        """Queries [Q, D]; the windows begin `shift` queries later."""
        count, width = queries.shape
        front = -shift % self.window
        padded = torch.nn.functional.pad(queries, (0, 0, front, (-count - front) % self.window))
        there = torch.zeros(len(padded), dtype=torch.bool, device=queries.device)
        there[front : front + count] = True
        mixed = by_rows(self._mixed, padded.view(-1, self.window, width), there.view(-1, self.window))
        return mixed.reshape(-1, width)[front : front + count]

    def _mixed(self, windows: Tensor, there: Tensor) -> Tensor:
        """Windows [W, window, D] after attention to what is there [W, window]."""
        q, k, v = (
            part.view(len(windows), self.window, self.heads, -1).transpose(1, 2)
            for part in self.qkv(self.norm(windows)).split(windows.shape[-1], -1)
        )
        # A window of padding only: any of it may be looked at, nobody reads the answer.
        keys = (there | ~there.any(-1, keepdim=True))[:, None, None]
        mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=keys)
        windows = windows + self.out(mixed.transpose(1, 2).reshape(windows.shape))
        changed: Tensor = windows + self.after(windows)
        return changed
