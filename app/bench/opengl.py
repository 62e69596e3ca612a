"""Which OpenGL a window would get here. Run as a module it prints the renderer's name."""

from __future__ import annotations

import subprocess
import sys

from app.bench.display import display
from core.errors import UserError

GL_RENDERER = 0x1F01
GL_VERSION = 0x1F02


def opengl_name() -> str:
    """The renderer and version of a context made in a process of its own; "none" where that fails."""
    try:
        with display() as environment:
            command = [sys.executable, "-P", "-m", __name__]
            answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    except (UserError, subprocess.TimeoutExpired):
        return "none"
    return answer.stdout.strip() or "none"


def _describe() -> str:
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

    application = QGuiApplication([])
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    if not (context.create() and context.makeCurrent(surface)):
        return "none"
    functions = context.functions()
    name = f"{functions.glGetString(GL_RENDERER)}, OpenGL {functions.glGetString(GL_VERSION)}"
    context.doneCurrent()
    application.quit()
    return name


if __name__ == "__main__":
    sys.stdout.write(_describe())
