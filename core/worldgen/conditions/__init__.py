"""What the generator is told about the chunk that it shall make.

Owns: `Conditions`, the tensors that every network of WorldGen takes, and how they are made of a log or a scenario. Does
not own: how the network takes them in (`core/worldgen/model`), what the prior shows (`core/jwm`).

Decisions
- A condition that is not there is None for all of a batch; `kept` leaves it out for some of its samples. The network
  learns both to be the same, which is what guidance needs.
- Nothing grows with the length of the drive: rays and motions are relative to the chunk.
"""

from core.worldgen.conditions.conditions import CONDITIONS, Conditions

__all__ = ["CONDITIONS", "Conditions"]
