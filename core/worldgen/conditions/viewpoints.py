"""From where, and when, the frames of a film are seen, and where everybody is then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Camera, Pose, PoseTrack
from core.logs import CameraStream, DrivingLog
from core.logs.box_table import BoxTable

FRAME_S = 0.1
"""Between frames of a film, or more where a log records less often."""
_LONGEST_S = 0.25


@dataclass(frozen=True, eq=False)
class Viewpoints:
    """Times and poses of `T` frames of `V` cameras, and the boxes of all actors at any time."""

    cameras: tuple[Camera, ...]  # (V,) lenses for images of one size
    t_ns: NDArray[np.int64]  # (T, V) cameras fire at different times
    world_from_camera: Pose  # (T, V)
    world_from_ego: Pose  # (T,)
    boxes: BoxTable | None = None  # None if no one knows
    before: Pose | None = None  # the ego at the frame before the first, if there is one
    cameras_before: Pose | None = None  # (V,) the cameras then
    t_ns_before: NDArray[np.int64] | None = None  # (V,)

    @classmethod
    def along(
        cls,
        ego: PoseTrack,
        cameras: Sequence[Camera],
        ego_from_camera: Sequence[Pose],
        t_ns: NDArray[np.int64],
        boxes: BoxTable | None = None,
    ) -> Self:
        """Those of a rig along any path, at times (T,), all cameras at once."""
        world_from_ego = ego.at(t_ns)
        mountings = Pose.stack(list(ego_from_camera))
        poses = Pose(world_from_ego.matrix[:, None] @ mountings.matrix)
        times = np.repeat(np.asarray(t_ns, np.int64)[:, None], len(cameras), 1)
        return cls(tuple(cameras), times, poses, world_from_ego, boxes)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images."""
        return self.cameras[0].height, self.cameras[0].width

    def __len__(self) -> int:
        return len(self.t_ns)

    def frames(self, begin: int, end: int) -> Self:
        """Those of some frames, which know what came before them."""
        return replace(
            self,
            t_ns=self.t_ns[begin:end],
            world_from_camera=self.world_from_camera[begin:end],
            world_from_ego=self.world_from_ego[begin:end],
            before=self.world_from_ego[begin - 1] if begin else self.before,
            cameras_before=self.world_from_camera[begin - 1] if begin else self.cameras_before,
            t_ns_before=self.t_ns[begin - 1] if begin else self.t_ns_before,
        )

    def standing(self, count: int) -> Self:
        """The first frame so many times, as if time stood still."""
        return replace(
            self,
            t_ns=np.repeat(self.t_ns[:1], count, 0),
            world_from_camera=Pose(np.repeat(self.world_from_camera.matrix[:1], count, 0)),
            world_from_ego=Pose(np.repeat(self.world_from_ego.matrix[:1], count, 0)),
        )

    def resized(self, height: int, width: int) -> Self:
        """The same views as images of another size."""
        return replace(self, cameras=tuple(camera.resized(width, height) for camera in self.cameras))


@dataclass(frozen=True, eq=False)
class Along:
    """Frames from some number of a drive on, which began earlier."""

    drive: Viewpoints
    begin: int

    def before(self, count: int) -> Viewpoints:
        """At most so many frames before these."""
        return self.drive.frames(max(self.begin - count, 0), self.begin)

    def frames(self, begin: int, end: int) -> Viewpoints:
        """Some of these frames, which know what came before them."""
        return self.drive.frames(self.begin + begin, self.begin + end)


def recorded(
    log: DrivingLog, size: tuple[int, int], cameras: Sequence[str] | None = None
) -> tuple[Viewpoints, NDArray[np.int64]]:
    """The frames that a log recorded, ten a second or as many as there are, of all cameras or some.

    Args:
        log: what was recorded.
        size: height and width of the images.
        cameras: names of cameras, in any order; all by default.

    Returns:
        The viewpoints, and for each frame and camera (T, V) the index of the image in its stream.

    Raises:
        UserError: the log has no such camera, or a camera that records less than four images a second.
    """
    streams, times = _firing(log, cameras)
    index = np.stack([_nearest(stream, times) for stream in streams], -1)
    width, height = size[1], size[0]
    t_ns = np.stack([stream.t_ns[index[:, view]] for view, stream in enumerate(streams)], -1)
    poses = np.stack([stream.world_from_camera.matrix[index[:, v]] for v, stream in enumerate(streams)], 1)
    lenses = tuple(stream.camera.resized(width, height) for stream in streams)
    boxes = log.box_table if log.tracks else None
    return Viewpoints(lenses, t_ns, Pose(poses), log.ego.at(times), boxes), index


def lacking_s(log: DrivingLog, frames: int, cameras: Sequence[str] | None = None) -> float:
    """By how much a log is too short for so many frames.

    Raises:
        UserError: as `recorded`.
    """
    streams, times = _firing(log, cameras)
    return max(frames - len(times), 0) * _frame_ns(streams, log) * 1e-9


def _firing(log: DrivingLog, cameras: Sequence[str] | None) -> tuple[list[CameraStream], NDArray[np.int64]]:
    """Some cameras, and the times (T,) of the frames while all of them record."""
    streams = [stream for stream in log.cameras if cameras is None or stream.name in cameras]
    if not streams or (cameras is not None and len(streams) < len(set(cameras))):
        names = ", ".join(stream.name for stream in log.cameras)
        raise UserError("The log has no such camera", path=log.path, field="cameras", remedy=f"It has: {names}.")
    step_ns = _frame_ns(streams, log)
    begin, end = max(int(s.t_ns[0]) for s in streams), min(int(s.t_ns[-1]) for s in streams)
    return streams, np.arange(begin, end + step_ns // 2, step_ns)


def _frame_ns(streams: Sequence[CameraStream], log: DrivingLog) -> int:
    period_s = max(1 / stream.hz if stream.hz else np.inf for stream in streams)
    if period_s > _LONGEST_S:
        what = f"A camera records less than {1 / _LONGEST_S:.0f} images a second"
        raise UserError(what, path=log.path, remedy="Use a log of more.")
    # Cameras are not that punctual: a little more than ten a second is ten.
    return round((FRAME_S if period_s < 1.1 * FRAME_S else period_s) * 1e9)


def _nearest(stream: CameraStream, times: NDArray[np.int64]) -> NDArray[np.int64]:
    after = np.searchsorted(stream.t_ns, times).clip(1, max(len(stream) - 1, 1))
    if len(stream) < 2:
        return np.zeros(len(times), np.int64)
    earlier = times - stream.t_ns[after - 1] < stream.t_ns[after] - times
    return np.where(earlier, after - 1, after)
