"""A frame that OpenGL draws into and that comes back as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from widgets.viewport.opengl import OffscreenGl

_BGRA, _BYTES_OF_INT = 0x80E1, 0x8367


class GlSurface:
    """Draws with a context, and stands for the canvas that vispy's gloo expects. Belongs to the thread that made it.

    Raises:
        RuntimeError: there is no OpenGL.
    """

    def __init__(self, offscreen: OffscreenGl) -> None:
        import_opengl()
        from OpenGL import GL
        from vispy import gloo
        from vispy.gloo.context import GLContext

        gloo.gl.use_gl("gl+")  # the one that can draw instances
        if not offscreen.make_current():
            raise RuntimeError("no OpenGL context")
        self._offscreen = offscreen
        self._vertex_array = GL.glGenVertexArrays(1)
        GL.glBindVertexArray(self._vertex_array)
        self.context = GLContext()
        self._backend = self
        self._frame: tuple[tuple[int, int], Any] | None = None

    def _vispy_get_fb_bind_location(self) -> int:
        return self._offscreen.default_frame()

    @contextmanager
    def current(self) -> Iterator[None]:
        """While gloo is to draw here."""
        from OpenGL import GL
        from vispy.gloo.context import set_current_canvas

        self._offscreen.make_current()
        set_current_canvas(self)
        self.context.flush_commands()
        # gloo turns point sprites on, which a core profile refuses, as it has no other points.
        while GL.glGetError():
            pass
        try:
            yield
            self.context.flush_commands()
        finally:
            self._offscreen.done_current()

    @contextmanager
    def frame(self, width: int, height: int) -> Iterator[None]:
        """While gloo is to draw into the frame; use inside `current`."""
        with self._frame_of(width, height):
            self.context.set_viewport(0, 0, width, height)
            yield
            self.context.flush_commands()

    def pixels(self, width: int, height: int) -> NDArray[np.uint32]:
        """What lies in the frame, 0xAARRGGBB (height, width); use inside `frame`."""
        from OpenGL import GL

        self.context.flush_commands()
        pixels = np.empty((height, width), dtype=np.uint32)
        GL.glReadPixels(0, 0, width, height, _BGRA, _BYTES_OF_INT, pixels)
        return pixels

    def close(self) -> None:
        from OpenGL import GL
        from vispy.gloo.context import forget_canvas

        self._offscreen.make_current()
        GL.glDeleteVertexArrays(1, [self._vertex_array])
        self._offscreen.done_current()
        forget_canvas(self)

    def _frame_of(self, width: int, height: int) -> Any:
        from vispy import gloo

        if self._frame is None or self._frame[0] != (width, height):
            colour = gloo.Texture2D((height, width, 4), format="rgba", internalformat="rgba8")
            depth = gloo.RenderBuffer((height, width), format="depth")
            self._frame = ((width, height), gloo.FrameBuffer(color=colour, depth=depth))
        return self._frame[1]


def import_opengl() -> None:
    """Takes a tenth of a second the first time; any thread may do it."""
    import OpenGL

    OpenGL.ERROR_CHECKING = False  # asks the driver after every call; gloo checks each draw by itself
    import OpenGL.GL
    import vispy.gloo.gl.glplus  # noqa: F401
