"""What the tokenizer cannot hold of a render, given back to what was generated from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.jwm.feedback import Seen
from core.networks.weights import load_weights, save_weights
from core.worldgen.tokenizer import FrameTokenizer

FILE = "finisher.safetensors"
"""Beside the weights of a generator whose pictures it finishes."""

_CHANGED = 0.06
"""A mean difference, of [0, 1], between generated picture and render at which a third of the detail is kept."""
_AROUND_PX = 5
_GIVEN = 12  # channels


class Finisher(nn.Module):
    """Corrects pictures that were given back their detail, by what it sees beside them: a decoder that looks at the
    render, as that of Zhu et al. (Designing a Better Asymmetric VQGAN for Stable Diffusion, 2023) looks at a picture
    with holes. It begins with no correction at all."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.width = width
        self.first = nn.Conv2d(_GIVEN, width, 3, padding=1)
        self.fine = _block(width)
        self.down = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.coarse = nn.Sequential(_block(2 * width), _block(2 * width))
        self.up = nn.Conv2d(2 * width, width, 3, padding=1)
        self.last_fine = _block(width)
        self.last = nn.Conv2d(width, 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, made: Tensor, render: Tensor, blurred: Tensor, known: Tensor, mask: Tensor) -> Tensor:
        """Finished pictures [N, 3, H, W], H and W even, of

        Args:
            made: [N, 3, H, W] in [0, 1], as the tokenizer decoded them.
            render: the same of the scene.
            blurred: what the tokenizer leaves of the render.
            known, mask: [N, 1, h, w] of the prior.
        """
        size = made.shape[2:]
        base = composed(made, render, blurred, known)
        places = (functional.interpolate(each, size, mode="bilinear") for each in (known, mask))
        changed = (made - blurred).abs().mean(1, keepdim=True)
        seen = self.first(torch.cat([2 * base - 1, 2 * made - 1, 2 * render - 1, *places, changed], 1))
        fine = seen + self.fine(seen)
        coarse = self.down(fine)
        for block in self.coarse:
            coarse = coarse + block(coarse)
        joined = fine + functional.interpolate(self.up(coarse), size, mode="nearest")
        return base + self.last(functional.silu(joined + self.last_fine(joined)))


def composed(made: Tensor, render: Tensor, blurred: Tensor, known: Tensor) -> Tensor:
    """Generated pictures with the detail of the render where that is known and the generator kept it; arguments as of
    a finisher."""
    changed = (made - blurred).abs().mean(1, keepdim=True)
    changed = functional.avg_pool2d(changed, _AROUND_PX, 1, _AROUND_PX // 2, count_include_pad=False)
    share = functional.interpolate(known, made.shape[2:], mode="bilinear") * torch.exp(-((changed / _CHANGED) ** 2))
    return made + share * (render - blurred)


@torch.inference_mode()
def with_detail(
    images: NDArray[np.uint8], seen: Seen, tokenizer: FrameTokenizer, finisher: Finisher | None = None
) -> NDArray[np.uint8]:
    """Generated pictures with what the tokenizer lost of the render that they come from.

    Without a finisher, a picture of which the generator changed nothing becomes the render itself; where nobody looked,
    or the generator shows something else, it stays what it is.

    Args:
        images: (T, V, H, W, 3) as the tokenizer decoded them.
        seen: what the scene told about these frames.
        tokenizer: of the generator.
        finisher: that learned to finish its pictures.
    """
    prior = seen.prior
    made, render = (as_pictures(pictures).to(prior.channels.device) for pictures in (images, seen.drawn.rgb))
    blurred = tokenizer.decode(prior.channels[0, :, :, : tokenizer.channels].flatten(0, 1))
    given = made, render, blurred, prior.known[0].flatten(0, 1)
    whole = composed(*given) if finisher is None else finisher(*given, prior.mask[0].flatten(0, 1))
    pictures = (whole.clamp(0.0, 1.0) * 255 + 0.5).to(torch.uint8).movedim(1, -1)
    return pictures.reshape(images.shape).cpu().numpy()


def as_pictures(images: NDArray[np.uint8]) -> Tensor:
    """[T·V, 3, H, W] in [0, 1] of images (T, V, H, W, 3)."""
    return torch.from_numpy(images).flatten(0, 1).movedim(-1, 1).float() / 255


def save_finisher(finisher: Finisher, path: Path) -> None:
    """Write it in half precision; replaces a file at once."""
    save_weights(finisher, path, {"width": str(finisher.width)})


def load_finisher(path: Path) -> Finisher:
    """The finisher of a file, ready to be used.

    Raises:
        UserError: the file is missing, damaged, or of another network.
    """
    return load_weights(
        path,
        lambda facts: Finisher(int(facts["width"])),
        name="the finisher",
        remedy="Delete it, pictures then do without, or train one with `driftless train joint --stage finish`.",
    )


def _block(width: int) -> nn.Sequential:
    convolutions = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
    return nn.Sequential(nn.SiLU(), next(convolutions), nn.SiLU(), next(convolutions))
