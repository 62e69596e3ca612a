"""Driving a window, for the tests of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow

BUILT_MS = 120_000


def pixels(widget: QWidget) -> NDArray[np.int16]:
    """What a widget shows (height, width, 3) RGB."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1].astype(np.int16)


def open_and_build(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.scenes.shown, timeout=BUILT_MS, check_params_cb=lambda scene: scene is not None):
        window.open(path)
    qtbot.waitUntil(lambda: not window.scenes.busy)


def start_building(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.scenes.progressed, timeout=BUILT_MS):
        window.open(path)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """A key as the window system sends it: to whatever has the focus."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    target = QApplication.focusWidget() or window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
