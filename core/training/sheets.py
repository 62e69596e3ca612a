"""Sheets of pictures to look at while a network learns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from torch import Tensor


def save_sheet(path: Path, rows: Sequence[Sequence[Tensor]]) -> None:
    """Write pictures [3, H, W] in [0, 1], all of one size in a row, as one PNG."""
    lines = [np.concatenate([_image(picture) for picture in row], 1) for row in rows]
    width = max(line.shape[1] for line in lines)
    padded = [np.pad(line, ((0, 0), (0, width - line.shape[1]), (0, 0))) for line in lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", np.concatenate(padded)[..., ::-1])[1].tobytes())


def _image(picture: Tensor) -> np.ndarray:
    return (picture.detach().cpu().clamp(0, 1).movedim(0, -1).numpy() * 255 + 0.5).astype(np.uint8)
