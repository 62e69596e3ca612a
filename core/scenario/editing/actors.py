"""Commands that edit actors. None asks whether the log has the actors: the drive warns of those it has not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.errors import UserError
from core.geometry import Pose
from core.logs import ActorClass
from core.scenario.actors import ActorEdit, CopyOf, Inserted, OfAsset, copy_name
from core.scenario.behaviours import Behaviour, Replay
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.editing.moving import moved_behaviour
from core.scenario.model import Placement

Actors = Sequence[str]
"""Ids, of the log's tracks or of inserted actors."""


def move_actors(scenario: Scenario, actors: Actors, motion: Pose, *, gesture: str = "") -> Command:
    """Move whole tracks by a rigid motion of the world; what is in one place is in `motion.apply` of it then.

    To bring a box from one pose to another, the motion is `after @ before.inverse()`.
    """

    def move(edit: ActorEdit) -> ActorEdit:
        placed = motion if edit.placement is None else motion @ edit.placement.pose
        behaviour = moved_behaviour(edit.behaviour, motion)
        return edit.model_copy(update={"placement": Placement.of(placed), "behaviour": behaviour})

    return _each(f"Move {_count(actors)}", scenario, actors, move, gesture)


def put_back(scenario: Scenario, actors: Actors) -> Command:
    """Actors of the log: where and how they were recorded."""
    kept = {"placement": None, "behaviour": Replay()}

    def back(edit: ActorEdit) -> ActorEdit:
        return edit if edit.inserted else edit.model_copy(update=kept)

    return _each(f"Put {_count(actors)} back", scenario, actors, back)


def set_behaviour(scenario: Scenario, actors: Actors, behaviour: Behaviour, *, gesture: str = "") -> Command:
    title = f"Change how {_count(actors)} {'moves' if len(actors) == 1 else 'move'}"
    return _update(title, scenario, actors, gesture=gesture, behaviour=behaviour)


def remove_actors(scenario: Scenario, actors: Actors) -> Command:
    """Recorded actors are gone from scene and boxes, inserted ones from the document too."""
    after = scenario
    for name in actors:
        edit = scenario.actor(name)
        if edit.inserted is None:
            after = after.with_actor(name, edit.model_copy(update={"removed": True}))
        else:
            after = after.with_entry("actors", name, None)
    return Command.between(f"Remove {_count(actors)}", scenario, after)


def restore_actors(scenario: Scenario, actors: Actors) -> Command:
    """Bring removed actors of the log back."""
    return _update(f"Restore {_count(actors)}", scenario, actors, removed=False)


def hide_actors(scenario: Scenario, actors: Actors, hidden: bool = True) -> Command:
    return _update(f"{'Hide' if hidden else 'Show'} {_count(actors)}", scenario, actors, hidden=hidden)


def show_all(scenario: Scenario) -> Command:
    hidden = [name for name, edit in scenario.actors.items() if edit.hidden]
    return _update("Show all actors", scenario, hidden, hidden=False)


def rename_actor(scenario: Scenario, actor: str, name: str, *, gesture: str = "") -> Command:
    """An empty name gives the actor's own one back."""
    return _update("Rename an actor", scenario, [actor], gesture=gesture, name=name.strip() or None)


def set_class(scenario: Scenario, actors: Actors, actor_class: ActorClass | None) -> Command:
    """None gives the recorded class back."""
    return _update(f"Change the class of {_count(actors)}", scenario, actors, actor_class=actor_class)


def set_group(scenario: Scenario, actors: Actors, group: str | None) -> Command:
    """Put actors into a group, which exists as long as it has members; None takes them out of theirs."""
    name = None if group is None else group.strip() or None
    title = f"Ungroup {_count(actors)}" if name is None else f"Group {_count(actors)} as “{name}”"
    return _update(title, scenario, actors, group=name)


def rename_group(scenario: Scenario, group: str, name: str) -> Command:
    """
    Raises:
        UserError: the name is empty, or that of another group.
    """
    name = name.strip()
    if not name or (name != group and members(scenario, name)):
        raise UserError("A group needs a name of its own", field="name", remedy="Choose another name.")
    return _update("Rename a group", scenario, members(scenario, group), group=name)


def members(scenario: Scenario, group: str) -> list[str]:
    """Ids of the actors of a group."""
    return [name for name, edit in scenario.actors.items() if edit.group == group]


def groups(scenario: Scenario) -> list[str]:
    return sorted({edit.group for edit in scenario.actors.values() if edit.group is not None})


def duplicate_actors(scenario: Scenario, actors: Actors, motion: Pose) -> tuple[Command, list[str]]:
    """Twins, moved by a rigid motion of the world, and their ids in the order of the originals."""
    after, names = scenario, []
    for name in actors:
        edit = scenario.actor(name)
        origin = CopyOf(actor=name) if edit.inserted is None else edit.inserted.origin
        own = {"removed": False, "hidden": False, "name": copy_name(edit.name or "") or None}
        after, twin = with_inserted(after, origin, edit.model_copy(update=own))
        names.append(twin)
    after = move_actors(after, names, motion).apply(after)
    return Command.between(f"Duplicate {_count(actors)}", scenario, after), names


def insert_asset(scenario: Scenario, asset: OfAsset, world_from_box: Pose) -> tuple[Command, str]:
    """A new actor that stands at a pose, that of its box's centre, and its id."""
    after, name = with_inserted(scenario, asset, ActorEdit(placement=Placement.of(world_from_box)))
    return Command.between(f"Insert “{asset.name}”", scenario, after), name


def with_inserted(scenario: Scenario, origin: CopyOf | OfAsset, edit: ActorEdit) -> tuple[Scenario, str]:
    """The scenario with one more actor of an origin, edited like another, and its id."""
    serials = [other.inserted.serial for other in scenario.actors.values() if other.inserted is not None]
    serial = 1 + max(serials, default=0)
    name = f"inserted {serial}"
    inserted = Inserted(serial=serial, origin=origin)
    return scenario.with_entry("actors", name, edit.model_copy(update={"inserted": inserted})), name


def _update(title: str, scenario: Scenario, actors: Actors, *, gesture: str = "", **values: object) -> Command:
    return _each(title, scenario, actors, lambda edit: edit.model_copy(update=values), gesture)


def _each(
    title: str, scenario: Scenario, actors: Actors, change: Callable[[ActorEdit], ActorEdit], gesture: str = ""
) -> Command:
    after = scenario
    for name in actors:
        after = after.with_actor(name, change(scenario.actor(name)))
    return Command.between(title, scenario, after, gesture=gesture)


def _count(actors: Actors) -> str:
    return "an actor" if len(actors) == 1 else f"{len(actors)} actors"
