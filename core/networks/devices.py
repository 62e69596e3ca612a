"""What networks run on."""

from __future__ import annotations

import torch


def chosen_device(device: str) -> torch.device:
    """`auto` is CUDA where there is one."""
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)
