"""What people call the actors of a log, which knows them by id."""

from __future__ import annotations

from collections import Counter
from weakref import WeakKeyDictionary

from core.logs.classes import ActorClass
from core.logs.log import DrivingLog

_NAMES: WeakKeyDictionary[DrivingLog, dict[str, str]] = WeakKeyDictionary()


def actor_names(log: DrivingLog) -> dict[str, str]:
    """Track id → the track's own name, else `Car 3`: numbered within the class, in the order of appearance."""
    if log not in _NAMES:
        _NAMES[log] = _numbered(log)
    return _NAMES[log]


def _numbered(log: DrivingLog) -> dict[str, str]:
    seen: Counter[ActorClass] = Counter()
    names: dict[str, str] = {}
    for track in sorted(log.tracks, key=lambda track: (int(track.t_ns[0]), track.id)):
        seen[track.actor_class] += 1
        names[track.id] = track.name or f"{track.actor_class.value.capitalize()} {seen[track.actor_class]}"
    return names
