"""Behaviours in another place of the world."""

from __future__ import annotations

from core.geometry import Pose
from core.scenario.behaviours import Authored, Behaviour, Bent, Keyed, Reacting, Replay
from core.scenario.model import Placement
from core.scenario.motion import Handle


def moved_behaviour(behaviour: Behaviour, motion: Pose) -> Behaviour:
    """A behaviour that states places, moved along by a rigid motion of the world; any other as it is."""
    match behaviour:
        case Keyed(frames=frames):
            places = [Placement.of(motion @ frame.place.pose) for frame in frames]
            moved = [frame.model_copy(update={"place": place}) for frame, place in zip(frames, places, strict=True)]
            return behaviour.model_copy(update={"frames": tuple(moved)})
        case Authored(path=path):
            handles = tuple(Handle.at(point) for point in motion.apply(path.points_m))
            turned = {"handles": handles, "heading_rad": path.heading_rad + float(motion.heading)}
            return Authored(path=path.model_copy(update=turned))
        case Reacting(along=along):
            return behaviour.model_copy(update={"along": moved_behaviour(along, motion)})
        case Replay() | Bent():
            return behaviour
