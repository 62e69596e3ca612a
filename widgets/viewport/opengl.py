"""Which OpenGL there is, before anything relies on it."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from dataclasses import dataclass

from PySide6.QtCore import QThread
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat

from core.splats.threads import usable_cores

LEAST = (3, 3)
_SOFTWARE = re.compile("llvmpipe|softpipe|swrast|swiftshader|software|gdi generic", re.IGNORECASE)
_RENDERER, _VERSION = 0x1F01, 0x1F02
_SURFACELESS = 0x31DD  # EGL_PLATFORM_SURFACELESS_MESA


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


def share_processor() -> None:
    """Let Mesa's software OpenGL use half of the cores, unless the user said how many; before any context is made."""
    os.environ.setdefault("LP_NUM_THREADS", str(max(usable_cores() // 2, 1)))


def load_driver() -> None:
    """Have the driver in memory before a surface is made: that must be done by the GUI thread, which would else spend
    most of its time on loading Mesa's software OpenGL, with all of LLVM. Does nothing where there is no EGL."""
    if sys.platform != "linux":
        return
    try:
        egl = ctypes.CDLL("libEGL.so.1")
        display_of, initialise = egl.eglGetPlatformDisplay, egl.eglInitialize
    except (OSError, AttributeError):
        return
    display_of.restype = ctypes.c_void_p
    display_of.argtypes = [ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p]
    initialise.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    display = display_of(_SURFACELESS, None, None)
    if display is not None:
        initialise(display, None, None)


def wanted_format() -> QSurfaceFormat:
    wanted = QSurfaceFormat()
    wanted.setVersion(*LEAST)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    return wanted


class OffscreenGl:
    """A context without a window. Made, moved and destroyed in the GUI thread; current in that one or in another.

    The other thread must neither make nor move nor connect nor destroy objects of Qt. Each of these takes locks that Qt
    shares among unrelated objects, and PySide keeps the interpreter meanwhile; the GUI thread can hold such a lock
    while it waits for the interpreter, as it does when a dock has moved. Both would wait for ever.
    """

    def __init__(self) -> None:
        self._surface = QOffscreenSurface()
        self._surface.setFormat(wanted_format())
        self._surface.create()
        self._context: QOpenGLContext | None = QOpenGLContext()
        self._context.setFormat(wanted_format())
        self._works: bool | None = None  # None before the first try

    def move_to(self, thread: QThread) -> None:
        """To the thread that is to draw, before it does."""
        assert self._context is not None
        self._context.moveToThread(thread)

    def make_current(self) -> bool:
        """In the thread that draws; False where there is no OpenGL."""
        assert self._context is not None
        if self._works is None:
            self._works = self._surface.isValid() and self._context.create()
        return self._works and self._context.makeCurrent(self._surface)

    def done_current(self) -> None:
        assert self._context is not None
        self._context.doneCurrent()

    def default_frame(self) -> int:
        """Name of the frame buffer that stands for none."""
        assert self._context is not None
        return self._context.defaultFramebufferObject()

    def texts(self, *names: int) -> list[str]:
        """What the current context tells of itself."""
        assert self._context is not None
        functions = self._context.functions()
        return [str(functions.glGetString(name)) for name in names]

    def destroy(self) -> None:
        """Once nobody draws."""
        self._context = None
        self._surface.destroy()


def find_opengl(offscreen: OffscreenGl) -> OpenGl:
    """Ask a context, in the thread that is to draw."""
    if not offscreen.make_current():
        return OpenGl()
    renderer, version = offscreen.texts(_RENDERER, _VERSION)
    number = re.match(r"\D*(\d+)\.(\d+)", version)
    offscreen.done_current()
    return OpenGl(renderer, version, (int(number[1]), int(number[2])) if number else (0, 0))
