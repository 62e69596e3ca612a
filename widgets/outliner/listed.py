"""What the outliner lists beside the actors that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.logs import Track
from core.scenario import EditedDrive


@dataclass(frozen=True, eq=False)
class Listed:
    """Actors and cameras that are left out of a drive, so that they can be brought back, and who belongs together."""

    hidden: tuple[Track, ...] = ()
    removed: tuple[Track, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)  # by id
    cameras_off: frozenset[str] = frozenset()  # names

    @classmethod
    def of(cls, drive: EditedDrive) -> Listed:
        edits = drive.scenario.actors
        return cls(
            hidden=tuple(track for track in drive.left_out if not edits[track.id].removed),
            removed=tuple(track for track in drive.left_out if edits[track.id].removed),
            groups={name: edit.group for name, edit in edits.items() if edit.group is not None and not edit.removed},
            cameras_off=drive.cameras_off,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for what is listed alike."""
        left_out = ((track.id, track.actor_class, track.name) for track in (*self.hidden, *self.removed))
        return len(self.hidden), *left_out, *sorted(self.groups.items()), self.cameras_off
