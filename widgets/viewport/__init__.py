"""The scene in 3D: splats, boxes, lanes, paths, lidar and cameras at the playhead.

Owns: the free camera and looking through a rig's cameras, drawing with OpenGL, picking, layers.
Does not own: reading sweeps (given by `show_sweep`), making scenes, shortcuts of the window (it answers `F`, `T`
and `C` itself while it has the focus, and offers the same as methods).

Decisions
- OpenGL draws in a thread of its own, into a frame that is read back and painted like any picture. The window is
  composed as ever: it never waits for a driver, other panels stay fast, and without OpenGL all else works.
- That thread emits signals, but all of Qt's objects come from the GUI thread, the context too: whoever makes or
  connects one elsewhere can wait for ever (`OffscreenGl` says why).
- Splats reach the frame as two pictures, colour with opacity and depth, whoever made them: the graphics card
  (`GlSplats`), or with software OpenGL the CPU rasteriser (`CpuSplats`), which is several times faster there.
  Lines, faces and points look up how much of the light is stopped before them, so they mix rightly with
  half transparent splats too.
- Every matrix is that of a pinhole in pixels, rows from top to bottom, everywhere; nothing is flipped.
- The free camera is ours, not vispy's: it answers on the pixel, and a click costs no drawing.
- The free camera sees out of splats in whose midst it stands; a rig's camera sees all, as a render does.
- Threads that draw have the priority of the window. With less they are often stopped while they hold the lock of
  Python's interpreter, and the window waits for it: on two busy cores it waited up to 194 ms in a drag where the
  threads were four steps nicer, and up to 57 ms where they were not.
- They take turns with all other threads of the window that compute, so that its own one finds a core
  (`core.spare_core`).
- vispy is imported by a thread, after the window is there.
"""

from widgets.viewport.view import Viewport

__all__ = ["Viewport"]
