"""What networks run on, and how precisely they multiply there."""

from __future__ import annotations

import torch


def chosen_device(device: str) -> torch.device:
    """`auto` is CUDA where there is one."""
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)


def in_half(device: torch.device) -> torch.autocast:
    """A context in which networks multiply in bfloat16, where the device does that several times as fast."""
    fast = device.type == "cuda" or bool(torch.cpu.get_capabilities().get("amx_bf16"))
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)
