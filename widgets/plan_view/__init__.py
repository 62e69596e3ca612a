"""The drive from above.

Owns: the plan, its viewpoint, picking in it. Does not own: reading sweeps (given by `show_sweep`), shortcuts of
the window (it answers `F` and `Shift+F` itself while it has the focus, and offers the same as methods).

Decisions
- World x, the heading at the start of the log, points up; the plan never turns, so places stay where they are.
- What never changes is kept as painter paths in metres, and painted only when the zoom, the size or the theme
  changes, with a margin for following and dragging; what moves is projected once per paint with numpy.
"""

from widgets.plan_view.view import PlanView

__all__ = ["PlanView"]
