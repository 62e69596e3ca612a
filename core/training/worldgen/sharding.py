"""Fully sharded data parallelism (FSDP; Zhao et al., 2023): no process holds a whole network.

Weights, gradients, the optimiser's state, running means and teachers are shared out over the processes; the weights of
a block are gathered when it is asked, and let go after. It is torch's `fully_shard` under Fabric, whose own FSDP is for
CUDA alone; this one runs on CPUs too.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any, cast

import torch
from lightning_fabric.strategies.model_parallel import ModelParallelStrategy
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method

from core.training.worldgen.lesson import Lesson
from core.worldgen.model.attention import CrossAttention
from core.worldgen.model.block import Block

_UNITS = CrossAttention, Block
"""Gathered one by one; what is in none of them (embeddings, the head, WorldRec) is gathered for as long as a step."""

_ASKED = "prepare", "seen"
"""Methods that need the weights of their unit, beside its call."""


class Sharding(ModelParallelStrategy):
    """Shares a lesson out over processes. With the same batches it learns the same as by DDP."""

    def __init__(self, processes: int) -> None:
        super().__init__(self._share_out, data_parallel_size=processes, tensor_parallel_size=1)
        self._learning: list[nn.Parameter] = []
        self._used: set[nn.Parameter] = set()  # by the loss of a step, in this process
        self._asked: set[Any] = set()  # of those that learn nothing

    def _share_out(self, lesson: Lesson, mesh: DeviceMesh) -> Lesson:
        # A block's own keys and values are views of its projection; nobody changes them in place.
        warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view")
        over = mesh["data_parallel"]
        for network in lesson.bystanders:
            _sharded(network, over)
            network.register_forward_pre_hook(lambda asked, _: self._asked.add(asked))
        root = _sharded(lesson, over)
        # Samples differ in what they have (cameras, weather), so processes differ in the weights that they use.
        root.set_reduce_scatter_unused_params(True)
        self._learning = [parameter for parameter in lesson.parameters() if parameter.requires_grad]
        for unit in lesson.modules():
            if isinstance(unit, FSDPModule):
                self._watch(unit)
        return lesson

    def _watch(self, unit: Any) -> None:
        """Note in each step which parameters of a unit got a gradient before all processes' were added up."""
        shards = dict(unit.named_parameters())
        unit.unshard()
        for name, parameter in unit.named_parameters():
            if parameter is not shards[name]:
                parameter.register_post_accumulate_grad_hook(partial(self._note, shards[name]))
        unit.reshard()

    def _note(self, shard: nn.Parameter, _: Tensor) -> None:
        self._used.add(shard)

    def backward(self, tensor: Tensor, module: nn.Module | None, *args: Any, **kwargs: Any) -> None:
        """As ever; and as with DDP, what no process used gets no gradient rather than one of zero."""
        super().backward(tensor, module, *args, **kwargs)
        used = torch.tensor([float(each in self._used) for each in self._learning], device=self.root_device)
        anywhere = self.all_reduce(used, reduce_op="sum").tolist()
        for parameter, times in zip(self._learning, anywhere, strict=True):
            if not times:
                parameter.grad = None
        self._used.clear()
        for each in self._asked:
            each.reset_iter_state()  # else FSDP keeps account of every pass until one is followed backward
        self._asked.clear()


def _sharded(root: nn.Module, mesh: DeviceMesh) -> FSDPModule:
    """Share out a module that is asked by itself, and all units in it."""
    _with_dimensions(root)
    units: list[Any] = [root, *(each for each in root.modules() if isinstance(each, _UNITS))]
    for unit in reversed(units):  # the innermost first
        fully_shard(unit, mesh=mesh, reshard_after_forward=True)
        for name in _ASKED:
            if hasattr(unit, name):
                register_fsdp_forward_method(unit, name)
    return cast(FSDPModule, root)


def _with_dimensions(network: nn.Module) -> None:
    """FSDP shards no number that has no dimension."""
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if not parameter.ndim:
                setattr(module, name, nn.Parameter(parameter.detach().reshape(1), parameter.requires_grad))
