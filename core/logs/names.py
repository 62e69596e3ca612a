"""What people call the actors of a log, which knows them by id."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from weakref import WeakKeyDictionary

from core.logs.classes import ActorClass
from core.logs.log import DrivingLog
from core.logs.tracks import Track

_NAMES: WeakKeyDictionary[DrivingLog, dict[str, str]] = WeakKeyDictionary()


def actor_names(log: DrivingLog) -> dict[str, str]:
    """Track id → the track's own name, else `Car 3`: numbered within the class, in the order of appearance."""
    if log not in _NAMES:
        _NAMES[log] = _numbered(log)
    return _NAMES[log]


def named_tracks(log: DrivingLog) -> tuple[Track, ...]:
    """The tracks of a log, each with the name by which people know it, whatever comes beside it."""
    names = actor_names(log)
    return tuple(
        track if track.name == names[track.id] else replace(track, name=names[track.id]) for track in log.tracks
    )


def _numbered(log: DrivingLog) -> dict[str, str]:
    seen: Counter[ActorClass] = Counter()
    names: dict[str, str] = {}
    for track in sorted(log.tracks, key=lambda track: (int(track.t_ns[0]), track.id)):
        seen[track.actor_class] += 1
        names[track.id] = track.name or f"{track.actor_class.value.capitalize()} {seen[track.actor_class]}"
    return names
