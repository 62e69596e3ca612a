"""Processes that train together, as torchrun starts them. One of them makes the samples, speaks and writes."""

from __future__ import annotations

import os
from typing import Any

import torch


def is_first() -> bool:
    """Whether this is the first process of all, whoever started them: torchrun, or Fabric on one machine."""
    return int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0"))) == 0


def processes(device: str) -> dict[str, Any]:
    """How many train together, for Fabric: as many as torchrun started, else one, or one for each CUDA device."""
    if "LOCAL_WORLD_SIZE" in os.environ:
        started, machines = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["GROUP_WORLD_SIZE"])
        return {"devices": started, "num_nodes": machines}
    return {"devices": torch.cuda.device_count() if device == "cuda" else 1, "num_nodes": 1}


def anyone(fabric: Any, asked: bool) -> bool:
    """Whether any of the processes that train together was asked."""
    return bool(fabric.all_reduce(torch.tensor(float(asked), device=fabric.device), reduce_op="sum") > 0)


def wait_for_all() -> None:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.barrier()
