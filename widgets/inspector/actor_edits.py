"""What is edited of an actor by its properties: which there are, how they read, and the commands that they make."""

from __future__ import annotations

import math
import re
from enum import StrEnum

import numpy as np

from core.errors import UserError
from core.geometry import Pose
from core.logs import ActorClass
from core.scenario import Authored, Behaviour, Bent, Command, EditedDrive, Keyed, Reacting, Replay, editing

RECORDED, REACTING = "As recorded", "Reacts to traffic"
_BEHAVIOURS: dict[type[Behaviour], str] = {
    Replay: RECORDED,
    Bent: "Bent",
    Authored: "Along a drawn path",
    Keyed: "Through key frames",
    Reacting: REACTING,
}
_NUMBER = re.compile(r"[-+−]?(\d+\.?\d*|\.\d+)")


class Field(StrEnum):
    POSITION = "position"
    HEADING = "heading"
    NAME = "name"
    CLASS = "class"
    GROUP = "group"
    BEHAVIOUR = "behaviour"


def behaviour_title(behaviour: Behaviour) -> str:
    return _BEHAVIOURS[type(behaviour)]


def behaviour_choices(behaviour: Behaviour) -> tuple[str, ...]:
    """What can be chosen without drawing anything: as recorded, the motion that there is, and reacting along it."""
    along = behaviour.along if isinstance(behaviour, Reacting) else behaviour
    return tuple(dict.fromkeys((RECORDED, behaviour_title(along), REACTING)))


def edit_of(drive: EditedDrive, actors: list[str], field: Field, text: str, t_s: float) -> Command:
    """The command that gives a property another value.

    Args:
        drive: as edited so far.
        actors: ids; places and names are those of the first.
        field: the property.
        text: the value as it was typed.
        t_s: the playhead.

    Raises:
        UserError: the text is no such value; says why.
    """
    scenario, first = drive.scenario, actors[0]
    match field:
        case Field.NAME:
            return editing.rename_actor(scenario, first, text)
        case Field.CLASS:
            return editing.set_class(scenario, actors, ActorClass(text.lower()))
        case Field.GROUP:
            return editing.set_group(scenario, actors, text)
        case Field.BEHAVIOUR:
            return _behave(drive, actors, text)
        case Field.POSITION:
            place = numbers(text, "m", ("x", "y", "z"))
            before = _pose(drive, first, t_s)
            motion = Pose.from_heading(0.0, np.subtract(place, before.translation))
            return editing.move_actors(scenario, actors, motion)
        case Field.HEADING:
            (wanted_deg,) = numbers(text, "°", ("heading",))
            before = _pose(drive, first, t_s)
            centre = Pose.from_heading(0.0, before.translation)
            turn = Pose.from_heading(math.radians(wanted_deg) - float(before.heading), [0.0, 0.0, 0.0])
            return editing.move_actors(scenario, actors, centre @ turn @ centre.inverse())


def _behave(drive: EditedDrive, actors: list[str], title: str) -> Command:
    behaviour = drive.scenario.actor(actors[0]).behaviour
    along = behaviour.along if isinstance(behaviour, Reacting) else behaviour
    chosen: Behaviour = Replay() if title == RECORDED else along
    if title == REACTING:
        chosen = behaviour if isinstance(behaviour, Reacting) else Reacting(along=along)
    return editing.set_behaviour(drive.scenario, actors, chosen)


def _pose(drive: EditedDrive, actor: str, t_s: float) -> Pose:
    box = drive.track(actor).box_at(drive.log.t_ns(t_s))
    if box is None:
        raise UserError("It does not exist at the playhead", remedy="Move the playhead to where it does.")
    return box.world_from_box


def numbers(text: str, unit: str, names: tuple[str, ...]) -> list[float]:
    """As many numbers as there are names, with or without their unit."""
    parts = [part.strip().removesuffix(unit).strip() for part in text.split(",")]
    if len(parts) != len(names):
        count = "a number" if len(names) == 1 else f"{len(names)} numbers, with commas between"
        raise UserError(f"{', '.join(names).capitalize()} wants {count}", remedy=_example(unit, names))
    for name, part in zip(names, parts, strict=True):
        if _NUMBER.fullmatch(part) is None:
            raise UserError(f"“{part}” is no number for {name}", remedy=_example(unit, names))
    return [float(part.replace("−", "-")) for part in parts]


def _example(unit: str, names: tuple[str, ...]) -> str:
    return f"For example {', '.join(('12.5', '-3', '0.8')[: len(names)])}{'' if unit == '°' else ' '}{unit}."
