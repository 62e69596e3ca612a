"""Work of torch shared by plain threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor

from core.networks.devices import in_half
from core.splats.threads import of_each, usable_cores

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def alone() -> Iterator[None]:
    """Within, torch works on the calling thread only.

    Its own threads wait for each other after each operation: small ones gain nothing, and a program that takes one of
    the cores makes them ten times slower.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """`work` of each item, in their order, several at a time while torch leaves the interpreter free.

    While a graph is recorded one thread does all, so that gradients are always summed in the same order.
    """
    if torch.is_grad_enabled():
        return [work(item) for item in items]

    def by_itself(item: Item) -> Result:
        torch.set_num_threads(1)
        with torch.no_grad():
            return work(item)

    with alone():
        return of_each(by_itself, items)


def by_rows(work: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """`work` of a network on tensors [N, …] whose rows do not need each other, [N, …]; the rows are shared."""
    if torch.is_grad_enabled() or rows[0].is_cuda:
        return work(*rows)

    def halved(piece: Sequence[Tensor]) -> Tensor:
        with in_half(piece[0].device):
            return work(*piece).float()

    pieces = [tensor.tensor_split(usable_cores()) for tensor in rows]
    return torch.cat(side_by_side(halved, list(zip(*pieces, strict=True))))
