"""Work in small portions: one thing in each turn of the event loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from widgets.turns import Turns


@pytest.fixture
def turns(qtbot: QtBot) -> Iterator[Turns]:
    owner = QObject()
    yield Turns(owner)
    owner.deleteLater()


def test_others_come_between_two_things(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []

    def first() -> None:
        done.append("first")
        QTimer.singleShot(0, lambda: done.append("between"))

    turns.ask("a", first)
    turns.ask("b", lambda: done.append("second"))
    assert not done
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == ["first", "between", "second"]


def test_what_is_asked_again_is_done_once_in_its_place_as_asked_last(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    for name, what in (("a", "old"), ("b", "other"), ("a", "new")):
        turns.ask(name, lambda what=what: done.append(what))
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == ["new", "other"]
    turns.ask("a", lambda: done.append("again"))
    qtbot.waitUntil(lambda: done[2:] == ["again"])


def test_all_is_done_at_once_or_never(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    turns.ask("a", lambda: done.append("a"))
    turns.ask("b", lambda: done.append("b"))
    turns.finish()
    assert done == ["a", "b"]
    turns.ask("c", lambda: done.append("c"))
    turns.drop()
    qtbot.wait(20)
    assert done == ["a", "b"]


def test_one_thing_that_fails_leaves_the_others(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    turns.ask("bad", lambda: done[9])
    turns.ask("good", lambda: done.append("good"))
    with qtbot.captureExceptions() as caught:
        qtbot.waitUntil(lambda: done == ["good"])
    assert [kind for kind, *_ in caught] == [IndexError]
