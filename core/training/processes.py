"""Processes that train together, as torchrun starts them. One of them makes the samples, speaks and writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch


def is_first() -> bool:
    """Whether this is the first process of all, whoever started them: torchrun, or Fabric on one machine."""
    return int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0"))) == 0


def started() -> tuple[int, int]:
    """How many processes torchrun started on each machine, and on how many machines; one without it."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")), int(os.environ.get("GROUP_WORLD_SIZE", "1"))


def processes(device: str) -> dict[str, Any]:
    """Those that train together, for Fabric: as torchrun started them, else one, or one for each CUDA device."""
    devices, machines = started()
    if device == "cuda" and "LOCAL_WORLD_SIZE" not in os.environ:
        devices = torch.cuda.device_count()
    # A step of distribution matching leaves one of its networks alone, a tokenizer's encoder is frozen on the way.
    strategy = "auto" if devices * machines == 1 else "ddp_find_unused_parameters_true"
    return {"devices": devices, "num_nodes": machines, "strategy": strategy}


def unfinished(path: Path) -> Path:
    """Where a file is written until it is complete. Another process may be making the same one."""
    return path.with_suffix(f".{os.getpid()}.part")


def anyone(fabric: Any, asked: bool) -> bool:
    """Whether any of the processes that train together was asked."""
    return bool(fabric.all_reduce(torch.tensor(float(asked), device=fabric.device), reduce_op="sum") > 0)


def wait_for_all() -> None:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()
