"""Which rows of actors the outliner has, and in which order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from core.logs import ActorClass, DrivingLog, Track
from core.logs.names import actor_names
from widgets.outliner.listed import Listed


@dataclass(frozen=True)
class ActorRow:
    id: str
    name: str
    actor_class: ActorClass
    source_label: str
    group: str  # empty for none
    left_out: bool  # hidden or removed

    @property
    def words(self) -> str:
        """What a search finds it by."""
        return " ".join((self.name, self.id, self.source_label, self.actor_class, self.group))


class Removed(Enum):
    """Stands in the place of a class or group."""

    REMOVED = "removed"


@dataclass(frozen=True)
class ActorBranch:
    """Actors that are listed together."""

    of: ActorClass | Removed | str  # a class, or a group by its name
    rows: tuple[ActorRow, ...]


def actor_branches(log: DrivingLog, listed: Listed) -> list[ActorBranch]:
    """The actors by group, else by class, the removed ones last."""
    names = actor_names(log) | {track.id: track.name or track.id for track in (*listed.hidden, *listed.removed)}

    def row(track: Track, *, left_out: bool) -> ActorRow:
        group = listed.groups.get(track.id, "")
        return ActorRow(track.id, names[track.id], track.actor_class, track.source_label, group, left_out)

    rows = [row(track, left_out=False) for track in log.tracks] + [row(track, left_out=True) for track in listed.hidden]
    groups, classes = defaultdict[str, list[ActorRow]](list), defaultdict[ActorClass, list[ActorRow]](list)
    for one in rows:
        (groups[one.group] if one.group else classes[one.actor_class]).append(one)
    branches = [ActorBranch(group, _in_order(groups[group])) for group in sorted(groups)]
    branches += [ActorBranch(kind, _in_order(classes[kind])) for kind in ActorClass if kind in classes]
    if listed.removed:
        gone = tuple(row(track, left_out=True) for track in listed.removed)
        branches.append(ActorBranch(Removed.REMOVED, gone))
    return branches


def _in_order(rows: list[ActorRow]) -> tuple[ActorRow, ...]:
    """By name, `Car 9` before `Car 10`."""

    def key(row: ActorRow) -> tuple[str, int]:
        words, _, last = row.name.rpartition(" ")
        return (words, int(last)) if last.isdecimal() else (row.name, 0)

    return tuple(sorted(rows, key=key))
