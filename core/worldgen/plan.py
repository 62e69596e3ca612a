"""What a generated drive shall show: from where, under which layout and weather, and what it begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.logs import DrivingLog, Track
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.building import conditions_of, layouts_of
from core.worldgen.conditions.ground import GroundMap
from core.worldgen.conditions.viewpoints import Along, Viewpoints, recorded
from core.worldgen.conditions.weather import Light, Sky, weather_vector
from core.worldgen.first_pictures import first_pictures


@dataclass(frozen=True, eq=False)
class Plan:
    """A drive of `T` frames of `V` cameras, of which the first are given."""

    names: tuple[str, ...]  # of the cameras
    viewpoints: Viewpoints
    ground: GroundMap | None
    weather: tuple[Sky, Light] | None
    given: NDArray[np.uint8]  # (k, V, H, W, 3) images of the first frames
    share: float = 1.0  # of the weather's sky, see `weather_vector`
    changes: bool = False  # whether the weather is another one than that of the first pictures
    made: int = 0  # frames that were made before; `given` ends with the last of them
    beyond: tuple[Track, ...] = ()  # of everybody, if the drive goes on after its log has ended
    warnings: tuple[str, ...] = ()  # for the user

    @classmethod
    def of_log(
        cls,
        log: DrivingLog,
        *,
        given: int,
        frames: int,
        height: int,
        multiple: int,
        cameras: Sequence[str] | None = None,
        weather: tuple[Sky, Light] | None = None,
        recorded_by: DrivingLog | None = None,
    ) -> Self:
        """Drive on as the log does after its first images.

        Args:
            log: what was recorded, or what a scenario made of it; of so many frames at least.
            given: frames that are taken from the log.
            frames: to make after these.
            height: of the pictures; their width follows the first camera.
            multiple: of which the width is one.
            cameras: names; all by default.
            weather: what it shall look like; as the network pleases by default.
            recorded_by: the log with the rig and the path that the pictures were taken with; the same by default.

        Raises:
            UserError: the log has no such camera, or an image cannot be read.
        """
        streams = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
        lens = (streams or log.cameras)[0].camera
        width = max(round(lens.width / lens.height * height / multiple), 1) * multiple
        viewpoints, index = recorded(log, (height, width), cameras)
        names = tuple(stream.name for stream in streams)
        path = viewpoints.frames(0, given + frames)
        taken_by = [(recorded_by or log).camera(name) for name in names]
        images, moved = first_pictures(path.frames(0, given), index[:given], taken_by)
        ground = None if log.lane_map is None else GroundMap.of(log.lane_map, path.world_from_ego.translation)
        plan = cls(names, path, ground, weather, images)
        if not moved:
            return plan
        told = "so their first pictures are the recorded ones, moved as if the street were plain"
        return replace(plan, warnings=(f"{', '.join(moved)} saw the start of the drive from elsewhere, {told}",))

    def after(self, count: int, latest: NDArray[np.uint8], *, seen: int) -> Self:
        """The rest of the plan, once frames of it are there.

        Args:
            count: how many were made after the given ones.
            latest: (n, V, H, W, 3) pictures of the last of them, or of all.
            seen: how many frames the rest shall begin with, if there are so many.
        """
        known = np.concatenate([self.given, latest]) if len(latest) == count else latest
        known = known[-seen:]
        first = len(self.given) + count - len(known)
        return replace(self, viewpoints=self.viewpoints.frames(first, len(self)), given=known, made=self.made + count)

    def __len__(self) -> int:
        """Frames, those that are given among them."""
        return len(self.viewpoints)

    def as_tensor(self) -> Tensor:
        """The given images [k, V, 3, H, W] in [0, 1]."""
        return torch.from_numpy(self.given).movedim(-1, 2).float() / 255

    def conditions(self, begin: int, end: int, stride: int) -> Conditions:
        """Those of some frames, which are made at once."""
        viewpoints = self.viewpoints.frames(begin, end)
        weather = None if self.weather is None else weather_vector(*self.weather, self.share)
        layouts = layouts_of(viewpoints, self.ground)
        told = conditions_of(viewpoints, layouts, weather, chunk=end - begin, stride=stride)
        return replace(told, path=Along(self.viewpoints, begin))

    def chunks(self, size: int) -> Iterator[tuple[int, int]]:
        """Ranges of the frames to make; the last may be shorter."""
        for begin in range(len(self.given), len(self), size):
            yield begin, min(begin + size, len(self))
