"""Viewports with real OpenGL, once with each painter of splats."""

import pytest
from pytestqt.qtbot import QtBot
from viewport_scene import View

from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.gl_splats import GlSplats


@pytest.fixture(params=[CpuSplats, GlSplats], ids=["cpu", "gl"])
def both(request: pytest.FixtureRequest, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> View:
    """A viewport whose splats are drawn by the processor, then by OpenGL."""
    return View(qtbot, request.param, monkeypatch)


@pytest.fixture
def one(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> View:
    """A viewport whose splats are drawn by the processor."""
    return View(qtbot, CpuSplats, monkeypatch)
