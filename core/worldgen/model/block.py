"""One block of the transformer."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from core.worldgen.model.attention import EPSILON, Attention, CrossAttention, KeysValues, Others, Reach
from core.worldgen.model.config import WorldGenConfig


class Block(nn.Module):
    """Attention over time and space of a camera, over cameras, to text and scene; then a layer of its own per token.

    Scale, shift and gate follow the level of noise: one projection for all blocks, a table of each block (as Wan 2.1).
    """

    def __init__(self, config: WorldGenConfig, *, cross_view: bool) -> None:
        super().__init__()
        width, heads = config.width, config.heads
        self.attention = Attention(width, heads)
        self.view_norm = nn.LayerNorm(width, eps=EPSILON) if cross_view else None
        self.view_attention = Attention(width, heads, zero=True) if cross_view else None
        self.text = CrossAttention(width, heads) if config.text_width else None
        self.scene = CrossAttention(width, heads) if config.scene_width else None
        last = nn.Linear(config.feedforward, width)
        self.feedforward = nn.Sequential(nn.Linear(width, config.feedforward), nn.GELU(approximate="tanh"), last)
        self.table = nn.Parameter(torch.zeros(6, width))
        with torch.no_grad():
            self.table[2::3] = 1.0  # gates
            for layer in (self.attention.out, last):
                layer.weight /= math.sqrt(2 * config.depth)

    def forward(
        self,
        tokens: Tensor,
        changes: Tensor,
        reach: Reach,
        past: KeysValues | None,
        text: Others | None,
        scene: Others | None,
    ) -> tuple[Tensor, KeysValues]:
        """Tokens [B, V, T, n, width] after the block, and their keys and values for a cache.

        Args:
            tokens: as they come.
            changes: [B, V or 1, T, n or 1, 6, width] of the level of noise.
            reach: which tokens of a camera see which.
            past: what they see of earlier frames.
            text: tokens of the text.
            scene: tokens of the scene.
        """
        shift, scale, gate, feed_shift, feed_scale, feed_gate = (changes + self.table).unbind(-2)
        batch, views, times, _, _ = tokens.shape
        found, own = self.attention.with_own(_changed(tokens, shift, scale).flatten(2, 3).flatten(0, 1), reach, past)
        tokens = tokens + gate * found.view(tokens.shape)
        if self.view_attention is not None and self.view_norm is not None and views > 1:
            together = self.view_norm(tokens).transpose(1, 2).reshape(batch * times, -1, tokens.shape[-1])
            met = self.view_attention(together).view(batch, times, views, -1, tokens.shape[-1])
            tokens = tokens + met.transpose(1, 2)
        for layer, others in ((self.text, text), (self.scene, scene)):
            if layer is not None and others is not None:
                tokens = tokens + layer(tokens.flatten(1, 3), others).view(tokens.shape)
        return tokens + feed_gate * self.feedforward(_changed(tokens, feed_shift, feed_scale)), own


def _changed(tokens: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return layer_norm(tokens, tokens.shape[-1:], eps=EPSILON) * (1 + scale) + shift
