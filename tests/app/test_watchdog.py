"""The watchdog of the GUI thread."""

import time

import pytest
from pytestqt.qtbot import QtBot

from app.watchdog import BEAT_MS, Watchdog


def test_it_tells_the_longest_block() -> None:
    now = [10.0]
    watchdog = Watchdog(clock=lambda: now[0])
    for pause_ms in (BEAT_MS, 40, BEAT_MS, 15):
        now[0] += pause_ms / 1000
        watchdog.beat()
    assert watchdog.longest_block_ms == pytest.approx(40 - BEAT_MS)
    watchdog.reset()
    assert watchdog.longest_block_ms == 0.0


def test_it_notices_a_handler_that_holds_the_thread(qtbot: QtBot) -> None:
    watchdog = Watchdog()
    watchdog.start()
    qtbot.wait(30)
    time.sleep(0.2)
    qtbot.wait(30)
    watchdog.stop()
    assert watchdog.longest_block_ms >= 190
