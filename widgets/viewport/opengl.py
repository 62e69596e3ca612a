"""Which OpenGL there is, before anything relies on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

LEAST = (3, 3)
_SOFTWARE = re.compile("llvmpipe|softpipe|swrast|swiftshader|software|gdi generic", re.IGNORECASE)
_RENDERER, _VERSION = 0x1F01, 0x1F02


@dataclass(frozen=True)
class OpenGl:
    """What a context told; empty without one."""

    renderer: str = ""
    version: str = ""
    number: tuple[int, int] = (0, 0)

    @property
    def usable(self) -> bool:
        return self.number >= LEAST

    @property
    def software(self) -> bool:
        """Whether the processor draws, so that splats are better drawn without OpenGL."""
        return _SOFTWARE.search(self.renderer) is not None

    @property
    def problem(self) -> str:
        """Why it cannot be used, for people."""
        if not self.number[0]:
            return "No OpenGL was found."
        return f"OpenGL {LEAST[0]}.{LEAST[1]} is needed; found {self.version} ({self.renderer})."


def wanted_format() -> QSurfaceFormat:
    wanted = QSurfaceFormat()
    wanted.setVersion(*LEAST)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return wanted


def make_surface() -> QOffscreenSurface:
    """What a context needs to be current; to be called in the GUI thread."""
    surface = QOffscreenSurface()
    surface.setFormat(wanted_format())
    surface.create()
    QOpenGLContext()  # the first one, made by the drawing thread beside Qt's event loop, has waited for ever
    return surface


def make_context(surface: QOffscreenSurface) -> QOpenGLContext | None:
    """A context for the thread that asks, made current; None where there is no OpenGL."""
    context = QOpenGLContext()
    context.setFormat(wanted_format())
    return context if surface.isValid() and context.create() and context.makeCurrent(surface) else None


def find_opengl(surface: QOffscreenSurface) -> OpenGl:
    """Ask a context made for the purpose."""
    context = make_context(surface)
    if context is None:
        return OpenGl()
    functions = context.functions()
    renderer, version = str(functions.glGetString(_RENDERER)), str(functions.glGetString(_VERSION))
    number = re.match(r"\D*(\d+)\.(\d+)", version)
    context.doneCurrent()
    return OpenGl(renderer, version, (int(number[1]), int(number[2])) if number else (0, 0))
