"""A bounded memory of decoded images and sweeps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class ImageCache:
    """Least recently used values, together never more than `budget_bytes`; safe from any thread.

    A value's size is the sum of its arrays' `nbytes`. Two threads that ask for one missing key may both
    decode it: cheaper than a lock held while decoding.
    """

    def __init__(self, budget_bytes: int = 512 * 2**20) -> None:
        self._budget = budget_bytes
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        return self._bytes

    def peek(self, key: Hashable) -> Any | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def held_keys(self) -> list[Hashable]:
        """What is in memory now; asking does not count as use."""
        with self._lock:
            return list(self._values)

    def get(self, key: Hashable, read: Callable[[], Any]) -> Any:
        """The value of `key`, read outside the lock when it is not in memory."""
        value = self.peek(key)
        if value is None:
            value = read()
            self._put(key, value)
        return value

    def set_budget(self, budget_bytes: int) -> None:
        with self._lock:
            self._budget = budget_bytes
            self._shrink()

    def _put(self, key: Hashable, value: Any) -> None:
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._bytes += size_bytes(value)
            self._shrink()

    def _shrink(self) -> None:
        while self._bytes > self._budget and len(self._values) > 1:
            _, value = self._values.popitem(last=False)
            self._bytes -= size_bytes(value)


def size_bytes(value: Any) -> int:
    """Bytes of an array, or of all arrays that a dataclass holds."""
    if hasattr(value, "nbytes"):
        return int(value.nbytes)
    return sum(int(getattr(part, "nbytes", 0)) for part in vars(value).values())
