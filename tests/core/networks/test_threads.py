"""Work shared by threads gives what one thread gives, in order, and leaves torch as it was."""

from __future__ import annotations

import threading

import pytest
import torch

from core.networks.threads import alone, by_rows, side_by_side


def test_results_come_in_order_and_without_a_graph() -> None:
    weight = torch.ones(4, requires_grad=True)
    before = torch.get_num_threads()
    with torch.no_grad():
        found = side_by_side(lambda number: number * weight, list(range(20)))
    assert [float(each[0]) for each in found] == list(range(20))
    assert not any(each.requires_grad for each in found)
    assert torch.get_num_threads() == before


def test_with_a_graph_one_thread_does_all() -> None:
    names: set[str] = set()
    weight = torch.ones(4, requires_grad=True)

    def work(number: int) -> torch.Tensor:
        names.add(threading.current_thread().name)
        return number * weight

    sum(side_by_side(work, list(range(8)))).sum().backward()
    assert names == {threading.current_thread().name}
    assert weight.grad is not None
    assert weight.grad.tolist() == [28.0] * 4


def test_rows_are_put_together_again() -> None:
    one, other = torch.rand(37, 5), torch.rand(37, 2)
    with torch.no_grad():
        found = by_rows(lambda a, b: torch.cat([2 * a, b], 1), one, other)
    torch.testing.assert_close(found, torch.cat([2 * one, other], 1))


def test_an_error_reaches_the_caller_and_threads_are_given_back() -> None:
    def fail(number: int) -> int:
        raise ValueError(str(number))

    before = torch.get_num_threads()
    with pytest.raises(ValueError), torch.no_grad():
        side_by_side(fail, [1, 2])
    with pytest.raises(KeyError), alone():
        raise KeyError
    assert torch.get_num_threads() == before
