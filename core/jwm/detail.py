"""What the tokenizer cannot hold of a render, given back to what was generated from it."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.jwm.feedback import Seen
from core.worldgen.tokenizer import FrameTokenizer

_CHANGED = 0.06
"""A mean difference, of [0, 1], between generated picture and render at which a third of the detail is kept."""
_AROUND_PX = 5


@torch.inference_mode()
def with_detail(images: NDArray[np.uint8], seen: Seen, tokenizer: FrameTokenizer) -> NDArray[np.uint8]:
    """Generated pictures with the detail of the render that they come from, where that is known and was kept.

    A picture of which the generator changed nothing becomes the render itself; where nobody looked, or the generator
    shows something else, it stays what it is.

    Args:
        images: (T, V, H, W, 3) as the tokenizer decoded them.
        seen: what the scene told about these frames.
        tokenizer: of the generator.
    """
    device = seen.prior.channels.device
    made, render = (_as_tensor(pictures, device) for pictures in (images, seen.drawn.rgb))
    blurred = tokenizer.decode(seen.prior.channels[0, :, :, : tokenizer.channels].flatten(0, 1))
    changed = (made - blurred).abs().mean(1, keepdim=True)
    changed = functional.avg_pool2d(changed, _AROUND_PX, 1, _AROUND_PX // 2, count_include_pad=False)
    known = functional.interpolate(seen.prior.known[0].flatten(0, 1), made.shape[2:], mode="bilinear")
    whole = made + known * torch.exp(-((changed / _CHANGED) ** 2)) * (render - blurred)
    pictures = (whole.clamp(0.0, 1.0) * 255 + 0.5).to(torch.uint8).movedim(1, -1)
    return pictures.reshape(images.shape).cpu().numpy()


def _as_tensor(pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """[T·V, 3, H, W] in [0, 1]."""
    return torch.from_numpy(pictures).to(device).flatten(0, 1).movedim(-1, 1).float() / 255
