"""The log model that every reader fills and everything else reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from core.geometry import Box, Pose, PoseTrack
from core.logs.box_table import BoxTable
from core.logs.image_cache import ImageCache
from core.logs.lanes import LaneMap
from core.logs.streams import CameraStream, LidarStream, Stream, missing_names
from core.logs.tracks import Track

NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class HealthNote:
    """What a reader noticed about a log: something missing, repaired or left out."""

    severity: Literal["info", "warning"]
    text: str
    path: str | None = None  # relative to the log


@dataclass(frozen=True, eq=False, kw_only=True)
class DrivingLog:
    """A recorded drive.

    World: right-handed, z up, origin at the first ego pose, x along its heading. Times: integer
    nanoseconds as recorded; `t_s` counts seconds from the first sample of any stream.
    """

    name: str
    format: str  # the reader's name, e.g. "nuscenes"
    path: Path  # what `open_log` takes to open it again
    ego: PoseTrack  # world_from_ego
    cameras: tuple[CameraStream, ...]  # in rig order, see core.logs.rig
    tracks: tuple[Track, ...] = ()
    lidar: LidarStream | None = None
    lane_map: LaneMap | None = None
    licence: str = "unknown"
    health: tuple[HealthNote, ...] = ()
    source_from_world: Pose = field(default_factory=Pose.identity)  # back to the recording's own frame
    cache: ImageCache = field(default_factory=ImageCache, repr=False)

    @property
    def streams(self) -> tuple[Stream, ...]:
        return (*self.cameras, *(() if self.lidar is None else (self.lidar,)))

    @cached_property
    def start_ns(self) -> int:
        first = [int(stream.t_ns[0]) for stream in self.streams if len(stream)]
        return min(first) if first else int(self.ego.t_ns[0])

    @cached_property
    def end_ns(self) -> int:
        last = [int(stream.t_ns[-1]) for stream in self.streams if len(stream)]
        return max(last) if last else int(self.ego.t_ns[-1])

    @property
    def duration_s(self) -> float:
        return self.t_s(self.end_ns)

    @cached_property
    def box_table(self) -> BoxTable:
        """All boxes in one table, worked out once; opening a log in the background asks for it there."""
        return BoxTable(self.tracks)

    def t_s(self, t_ns: int) -> float:
        return (t_ns - self.start_ns) / NS_PER_S

    def t_ns(self, t_s: float) -> int:
        return self.start_ns + round(t_s * NS_PER_S)

    def camera(self, name: str) -> CameraStream:
        """A camera by name.

        Raises:
            KeyError: the rig has no such camera.
        """
        for stream in self.cameras:
            if stream.name == name:
                return stream
        raise KeyError(name)

    def boxes_at(self, t_ns: int) -> list[tuple[Track, Box]]:
        """All actors that exist at a time, with their boxes."""
        found = self.box_table.at(t_ns)
        return list(zip(found.tracks, found.boxes(), strict=True))

    def missing(self) -> dict[str, list[int]]:
        """Stream → numbers of its missing samples; only streams that miss any."""
        return missing_names(self.streams)
