"""Answers that are likely to be asked for again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values used last; safe from any thread.

    Two threads that ask for one missing key may both make it: cheaper than a lock held meanwhile.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        known = self.known(key)
        if known is not None:
            return known
        made = make()
        self.put(key, made)
        return made

    def known(self, key: Hashable) -> Value | None:
        """The value of a key, if it is still there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def forget(self, count: int) -> bool:
        """Let go of values, those first that were used least recently; answers whether any are left."""
        with self._lock:
            gone = [self._values.popitem(last=False) for _ in range(min(count, len(self._values)))]
            left = bool(self._values)
        gone.clear()
        return left

    def put(self, key: Hashable, value: Value) -> None:
        """Give a key another value."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._capacity:
                self._values.popitem(last=False)
