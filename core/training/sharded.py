"""Tensors and networks of which every process holds a shard, made whole and taken apart.

A network that is not sharded goes through all of this as it is, so whoever saves and loads need not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule
from torch.distributed.tensor import DTensor, distribute_tensor

from core.training.processes import is_first

Network = TypeVar("Network", bound=nn.Module)


def full(tensor: Tensor) -> Tensor:
    """A tensor of which this process may hold a shard; all of them have to ask."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def gathered(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Full tensors, for the first process; the others get nothing, but have to ask too. One at a time is gathered."""
    found = ((name, full(value.detach())) for name, value in tensors.items())
    if not is_first():
        for _ in found:
            pass
        return {}
    return {name: value.cpu() for name, value in found}


def placed(value: Tensor, like: Tensor) -> Tensor:
    """A full tensor as another is: this process's shard, where that is sharded."""
    if value.numel() == like.numel() == 1:
        value = value.reshape(like.shape)  # what is sharded has a dimension
    if not isinstance(like, DTensor):
        return value
    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


def load_full(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Set a network's weights, whether it is sharded or not.

    Raises:
        RuntimeError: they are another network's.
    """
    own = network.state_dict()
    network.load_state_dict(
        {name: placed(value, own[name]) if name in own else value for name, value in tensors.items()}
    )


def whole(network: Network) -> Network:
    """A network with all of its weights: itself, or a copy on the CPU if it is sharded. All processes have to ask; the
    copies of all but the first have no numbers.

    Args:
        network: whose class takes nothing but its `config`.
    """
    if not isinstance(network, FSDPModule):
        return network
    tensors = gathered(network.state_dict())
    with torch.device("meta"):
        copy: Any = type(network)(cast(Any, network).config)  # FSDP makes one that is not sharded
    if is_first():
        own = copy.state_dict()
        copy.load_state_dict({name: placed(value, own[name]) for name, value in tensors.items()}, assign=True)
    return cast(Network, copy)
