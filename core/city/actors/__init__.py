"""Road users as parametric low-poly meshes.

Goal: every kind of actor of the demo city, recognisable from every side, different by seed, alive by phase.
Owns: shapes, colours and gaits of actors. Does not own: where they are (traffic) and how they look in light (renderer).

Decisions
- A mesh stands in the frame of its box: origin at the centre, x forward, y left, z up; what touches the
  ground touches z = −height/2.
- The box is the union over all phases, so that an actor keeps one size while it walks.
- `phase` runs from 0 to 1 over one cycle: two steps of a walk, one turn of the pedals, one turn of a wheel.
  Who stands still has the phase `STANDING`.
"""

from core.city.actors.build import actor_size, build_actor
from core.city.actors.kinds import STANDING, ActorKind, actor_class, actor_label

__all__ = ["STANDING", "ActorKind", "actor_class", "actor_label", "actor_size", "build_actor"]
