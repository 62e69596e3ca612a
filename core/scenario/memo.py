"""Answers that are kept as long as what they were made of stays."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class Memo:
    """For each question the last answer, and what it was made of.

    Parts of a scenario and texts are compared by value, everything else (logs, tracks, clouds) by identity: both are
    cheap, as a command leaves every part that it does not touch the same object.
    """

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[tuple[object, ...], Any]] = {}

    def get(self, question: Hashable, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
        known = self._answers.get(question)
        if known is not None and _same(known[0], made_of):
            return known[1]
        answer = make()
        self._answers[question] = made_of, answer
        return answer


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(
        a is b or (isinstance(a, (BaseModel, str)) and a == b) for a, b in zip(one, other, strict=True)
    )
