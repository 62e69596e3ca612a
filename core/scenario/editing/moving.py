"""Behaviours in another place of the world."""

from __future__ import annotations

from core.geometry import Pose
from core.scenario.behaviours import Behaviour, Keyed
from core.scenario.model import Placement


def moved_behaviour(behaviour: Behaviour, motion: Pose) -> Behaviour:
    """A behaviour that states places, moved along by a rigid motion of the world; any other as it is."""
    if isinstance(behaviour, Keyed):
        frames = tuple(
            frame.model_copy(update={"place": Placement.of(motion @ frame.place.pose)}) for frame in behaviour.frames
        )
        return behaviour.model_copy(update={"frames": frames})
    return behaviour
