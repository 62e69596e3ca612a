"""Speed and way over time of the path that is looked at, and what is wrong with it.

Owns: the two curves with their knots, the list of violations. Does not own: the path (`widgets.path_model`), what knots
do to a motion (`core.scenario.editing`).

Decisions
- Both curves are dragged, and are of one profile of speeds: whoever is to have come further by a time drives evenly
  faster in the seconds before, and all that comes later is as much further on.
- The time under the pointer is the same here and in 3D (`PathModel.pointed_s`), so that each shows the other's place.
- Curves are painted by hand, like the timeline: a few hundred points need no plotting library.
"""

from widgets.speed_strip.panel import SpeedPanel

__all__ = ["SpeedPanel"]
