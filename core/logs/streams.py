"""Streams of a log: samples with a time each, some of which may be missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry import Camera, Pose
from core.logs.image_cache import ImageCache


@dataclass(frozen=True)
class MissingSample:
    """A sample that the recording should hold and does not."""

    index: int  # its number in the recording, counted with the missing ones
    t_ns: int
    file: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Stream:
    """Samples in order of time. A missing sample shifts no other: each keeps its own time and number."""

    name: str
    t_ns: NDArray[np.int64]  # (n,) strictly increasing
    missing: tuple[MissingSample, ...] = ()  # in order of time

    def __len__(self) -> int:
        return len(self.t_ns)

    def index_at(self, t_ns: int) -> int | None:
        """Index of the latest sample at or before a time; None before the first."""
        index = int(np.searchsorted(self.t_ns, t_ns, side="right")) - 1
        return index if index >= 0 else None

    def number_of(self, index: int) -> int:
        """The number in the recording, counted with the missing samples, of the sample at an index."""
        for sample in self.missing:
            index += sample.index <= index
        return index

    @property
    def hz(self) -> float:
        """Median rate; 0 for fewer than two samples."""
        return float(1e9 / np.median(np.diff(self.t_ns))) if len(self) > 1 else 0.0

    def missing_at(self, t_ns: int) -> MissingSample | None:
        """The missing sample whose place the playhead stands on, if any."""
        passed = [sample for sample in self.missing if sample.t_ns <= t_ns]
        latest = self.index_at(t_ns)
        if not passed or (latest is not None and passed[-1].t_ns < self.t_ns[latest]):
            return None
        return passed[-1]


@dataclass(frozen=True, eq=False, kw_only=True)
class CameraStream(Stream):
    """The images of one camera, each with its own time and pose; decoded when asked for."""

    camera: Camera
    world_from_camera: Pose  # (n,)
    ego_from_camera: Pose  # the mounting, single
    read_image: Callable[[int], NDArray[np.uint8]]  # decodes image i, (height, width, 3) RGB; raises UserError
    cache: ImageCache = field(repr=False)
    files: Sequence[Path] = field(default=(), repr=False)  # (n,) of the images; empty where they lie in no files

    def image(self, index: int) -> NDArray[np.uint8]:
        """Image (height, width, 3) uint8 RGB, read-only, through the log's bounded cache; safe from any thread.

        Raises:
            UserError: the file is unreadable or of another size than the calibration says.
        """
        return self.cache.get((self.name, index), lambda: self.read_image(index))

    def cached_image(self, index: int) -> NDArray[np.uint8] | None:
        """The image if it is in memory, else None; never decodes."""
        return self.cache.peek((self.name, index))


@dataclass(frozen=True, eq=False)
class LidarSweep:
    """Points of one sweep in world coordinates."""

    t_ns: int
    points_m: NDArray[np.float32]  # (n, 3) world
    intensity: NDArray[np.float32]  # (n,) in [0, 1]


@dataclass(frozen=True, eq=False, kw_only=True)
class LidarStream(Stream):
    """Sweeps of all lidars together, read when asked for."""

    world_from_lidar: Pose  # (n,)
    read_sweep: Callable[[int], LidarSweep]  # raises UserError
    cache: ImageCache = field(repr=False)

    def sweep(self, index: int) -> LidarSweep:
        """Sweep by index, through the log's bounded cache; safe from any thread.

        Raises:
            UserError: the file is unreadable.
        """
        return self.cache.get((self.name, index), lambda: self.read_sweep(index))


def missing_names(streams: Sequence[Stream]) -> dict[str, list[int]]:
    """Stream → numbers of its missing samples; only streams that miss any."""
    return {stream.name: [sample.index for sample in stream.missing] for stream in streams if stream.missing}
