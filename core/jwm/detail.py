"""From decoded pictures to those that are shown: with the detail that render and recording have, and the tokenizer
cannot hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.jwm.drawing import Drawn
from core.jwm.feedback import Seen
from core.jwm.recordings import PICTURES, Fetched
from core.networks.weights import load_weights, save_weights
from core.worldgen.tokenizer import FrameTokenizer

FILE = "finisher.safetensors"
"""Beside the weights of a generator whose pictures it finishes."""

_CHANGED = 0.06
"""A mean difference, of [0, 1], between generated picture and render at which a third of the detail is kept."""
_AROUND_PX = 5
_APART = 0.3  # the same, of a recorded picture, at which it has a third of its weight to begin with
_AT_FIRST = 0.1  # weight of a fetched pixel, to that of the same as a correction of the render, to begin with
_LEAST = 1e-3  # weight, so that what is hopeless to begin with can be learned
_CANDIDATES = 2 + 2 * PICTURES
_GIVEN = 3 * (3 + 2 * PICTURES) + 3 * PICTURES + 3  # channels


class Finisher(nn.Module):
    """Makes pictures of what was generated, what the scene shows, and what recorded pictures know of it.

    Each pixel is a mean of these candidates, with weights that begin by what is known and how well they agree, and a
    correction, which begins at none. The network looks at all candidates, as those of Hedman et al. (Deep Blending,
    2018) at theirs.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.width = width
        self.first = nn.Conv2d(_GIVEN, width, 3, padding=1)
        self.fine = _block(width)
        self.down = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
        self.coarse = nn.Sequential(_block(2 * width), _block(2 * width))
        self.further_down = nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)
        self.coarsest = nn.Sequential(_block(4 * width), _block(4 * width))
        self.up = nn.Conv2d(4 * width, 2 * width, 3, padding=1)
        self.last_coarse = _block(2 * width)
        self.further_up = nn.Conv2d(2 * width, width, 3, padding=1)
        self.last_fine = _block(width)
        self.last = nn.Conv2d(width, _CANDIDATES + 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(
        self,
        made: Tensor,
        render: Tensor,
        blurred: Tensor,
        fetched: Tensor,
        corrected: Tensor,
        there: Tensor,
        known: Tensor,
        mask: Tensor,
    ) -> Tensor:
        """Finished pictures [N, 3, F · H, F · W], multiples of four, of

        Args:
            made: [N, 3, H, W] in [0, 1], as the tokenizer decoded them.
            render: [N, 3, F · H, F · W] of the scene.
            blurred: [N, 3, H, W], what the tokenizer leaves of the render.
            fetched, corrected: [N, R · 3, F · H, F · W] of recorded pictures, as `Fetched` has them.
            there: [N, R, F · H, F · W] where they show it.
            known, mask: [N, 1, h, w] of the prior.
        """
        size = render.shape[2:]
        changed = _resized((made - blurred).abs().mean(1, keepdim=True), size)
        detail, made = _kept_detail(made, render, blurred, known), as_fine_as(render, made)
        whole = made + detail
        known, mask = (_resized(each, size) for each in (known, mask))
        recorded = [*fetched.chunk(PICTURES, 1), *corrected.chunk(PICTURES, 1)]
        both = there.repeat(1, 2, 1, 1)
        apart = torch.cat([(each - render).abs().mean(1, keepdim=True) for each in recorded], 1) * both
        pictures = [2 * each - 1 for each in (whole, made, render, *recorded)]
        seen = self.first(torch.cat([*pictures, there, apart, known, mask, changed], 1))
        fine = seen + self.fine(seen)
        coarse = _through(self.coarse, self.down(fine))
        coarsest = _through(self.coarsest, self.further_down(coarse))
        coarse = coarse + self.up(_twice_as_fine(coarsest))
        coarse = coarse + self.last_coarse(coarse)
        joined = fine + self.further_up(_twice_as_fine(coarse))
        told = self.last(functional.silu(joined + self.last_fine(joined))).float()
        agree = both * torch.exp(-((apart / _APART) ** 2)) * known
        agree = torch.cat([_AT_FIRST * agree[:, :PICTURES], agree[:, PICTURES:]], 1)
        # A generator that knows no better than the sky behind all splats shall not begin with all the weight.
        weights = torch.softmax(torch.log(torch.cat([1 - known, (1 + known) / 2, agree], 1) + _LEAST) + told[:, :-3], 1)
        candidates = torch.stack([whole, render, *recorded], 1)
        return (weights[:, :, None] * candidates).sum(1) + told[:, -3:]


def composed(made: Tensor, render: Tensor, blurred: Tensor, known: Tensor) -> Tensor:
    """Generated pictures, as fine as the render, with its detail where it is known and the generator kept it; arguments
    as of a finisher."""
    return as_fine_as(render, made) + _kept_detail(made, render, blurred, known)


def _kept_detail(made: Tensor, render: Tensor, blurred: Tensor, known: Tensor) -> Tensor:
    """What the tokenizer lost of the render, as far as that is known and the generator kept it."""
    changed = (made - blurred).abs().mean(1, keepdim=True)
    changed = functional.avg_pool2d(changed, _AROUND_PX, 1, _AROUND_PX // 2, count_include_pad=False)
    share = _resized(known, made.shape[2:]) * torch.exp(-((changed / _CHANGED) ** 2))
    return _resized(share, render.shape[2:]) * (render - as_fine_as(render, blurred))


def as_fine_as(render: Tensor, pictures: Tensor) -> Tensor:
    """Pictures [N, 3, H, W] at the size of a render."""
    size = render.shape[2:]
    return pictures if pictures.shape[2:] == size else functional.interpolate(pictures, size, mode="bicubic")


@torch.inference_mode()
def with_detail(
    images: NDArray[np.uint8],
    seen: Seen,
    fine: Drawn,
    tokenizer: FrameTokenizer,
    finisher: Finisher | None = None,
    fetched: Fetched | None = None,
) -> NDArray[np.uint8]:
    """Generated pictures with what the tokenizer lost of the render that they come from, as fine as a render may be.

    Without a finisher, a picture of which the generator changed nothing becomes the render itself; where nobody looked,
    or the generator shows something else, it stays what it is.

    Args:
        images: (T, V, H, W, 3) as the tokenizer decoded them.
        seen: what the scene told about these frames.
        fine: the same frames, drawn F times as fine.
        tokenizer: of the generator.
        finisher: that learned to finish its pictures.
        fetched: what recorded pictures know of the fine frames; only a finisher heeds it.

    Returns:
        (T, V, F · H, F · W, 3).
    """
    prior, device = seen.prior, seen.prior.channels.device
    made, render = (as_pictures(pictures).to(device) for pictures in (images, fine.rgb))
    blurred = tokenizer.decode(prior.channels[0, :, :, : tokenizer.channels].flatten(0, 1))
    known, mask = prior.known[0].flatten(0, 1), prior.mask[0].flatten(0, 1)
    if finisher is None:
        whole = composed(made, render, blurred, known)
    else:
        recorded = nothing_fetched(fine.rgb) if fetched is None else fetched
        told = (as_numbers(each).to(device) for each in as_channels(recorded))
        whole = finisher(made, render, blurred, *told, known, mask)
    pictures = (whole.clamp(0.0, 1.0) * 255 + 0.5).to(torch.uint8).movedim(1, -1)
    return pictures.reshape(fine.rgb.shape).cpu().numpy()


def as_channels(fetched: Fetched) -> tuple[Tensor, Tensor, Tensor]:
    """Bytes [T·V, R · 3, H, W] of what was fetched, twice, and [T·V, R, H, W], 255 where it is there."""
    rgb, corrected = (
        torch.from_numpy(each).flatten(0, 1).movedim(-1, 2).flatten(1, 2) for each in (fetched.rgb, fetched.corrected)
    )
    return rgb, corrected, 255 * torch.from_numpy(fetched.there).flatten(0, 1).to(torch.uint8)


def nothing_fetched(images: NDArray[np.uint8]) -> Fetched:
    """That no recorded picture knows anything of images (T, V, H, W, 3)."""
    shape = *images.shape[:2], PICTURES, *images.shape[2:4]
    rgb, corrected = (np.zeros((*shape, 3), np.uint8) for _ in range(2))
    return Fetched(rgb, corrected, np.zeros(shape, bool))


def as_numbers(values: Tensor) -> Tensor:
    """Bytes as [0, 1]."""
    return values.float() / 255 if values.dtype == torch.uint8 else values.float()


def as_pictures(images: NDArray[np.uint8]) -> Tensor:
    """[T·V, 3, H, W] in [0, 1] of images (T, V, H, W, 3)."""
    return as_numbers(torch.from_numpy(images).flatten(0, 1).movedim(-1, 1))


def save_finisher(finisher: Finisher, path: Path) -> None:
    """Write it in half precision; replaces a file at once."""
    save_weights(finisher, path, {"width": str(finisher.width)})


def finisher_beside(weights: Path) -> Finisher | None:
    """The finisher of a generator's pictures, which lies beside its weights; None if there is none.

    Raises:
        UserError: as `load_finisher`.
    """
    path = weights.with_name(FILE)
    return load_finisher(path) if path.is_file() else None


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


def _through(blocks: nn.Sequential, values: Tensor) -> Tensor:
    for block in blocks:
        values = values + block(values)
    return values


def _resized(values: Tensor, size: tuple[int, ...]) -> Tensor:
    return functional.interpolate(values, size, mode="bilinear")


def _twice_as_fine(values: Tensor) -> Tensor:
    return functional.interpolate(values, scale_factor=2.0, mode="nearest")
