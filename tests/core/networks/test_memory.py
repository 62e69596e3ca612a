"""Work that shrinks to the memory that there is."""

from __future__ import annotations

import pytest
import torch

from core.errors import UserError
from core.networks.memory import made_in_pieces


@pytest.mark.parametrize(
    "error",
    [MemoryError(), torch.OutOfMemoryError("CUDA"), RuntimeError("DefaultCPUAllocator: can't allocate memory")],
)
def test_it_is_halved_until_it_fits(error: Exception) -> None:
    asked: list[int] = []

    def make(size: int) -> str:
        asked.append(size)
        if size > 2:
            raise error
        return "made"

    assert made_in_pieces(make, 7) == ("made", 2)
    assert asked == [7, 4, 2]


def test_the_smallest_piece_and_other_errors_end_it() -> None:
    def never(_size: int) -> None:
        raise MemoryError

    with pytest.raises(UserError, match="smallest piece"):
        made_in_pieces(never, 4)

    def broken(_size: int) -> None:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        made_in_pieces(broken, 4)
