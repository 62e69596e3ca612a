"""Key frames: set, dropped, copied, pasted, mirrored in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.geometry import Pose, PoseTrack
from core.logs.log import NS_PER_S
from core.scenario.behaviours import KeyFrame
from core.scenario.model import Placement

SAME_S = 1e-3
"""Key frames nearer in time than this are one."""


def with_frames(frames: Sequence[KeyFrame], added: Iterable[KeyFrame]) -> tuple[KeyFrame, ...]:
    """Frames with others among them; an added one takes the place of one at its time."""
    new = list(added)
    kept = [frame for frame in frames if all(abs(frame.t_s - other.t_s) > SAME_S for other in new)]
    return tuple(sorted([*kept, *new], key=lambda frame: frame.t_s))


def shifted(frames: Sequence[KeyFrame], by_s: float) -> tuple[KeyFrame, ...]:
    """The same places, later."""
    return tuple(frame.model_copy(update={"t_s": frame.t_s + by_s}) for frame in frames)


def pasted(frames: Sequence[KeyFrame], copied: Sequence[KeyFrame], at_s: float) -> tuple[KeyFrame, ...]:
    """Frames with copied ones in their place, the first of which comes to be at a time."""
    return with_stretch(frames, shifted(copied, at_s - copied[0].t_s)) if copied else tuple(frames)


def mirrored(frames: Sequence[KeyFrame]) -> tuple[KeyFrame, ...]:
    """The same places in the opposite order, within the same time: driven backwards."""
    if not frames:
        return ()
    total_s = frames[0].t_s + frames[-1].t_s
    return tuple(frame.model_copy(update={"t_s": total_s - frame.t_s}) for frame in reversed(frames))


def frames_of(poses: PoseTrack, *, start_ns: int) -> tuple[KeyFrame, ...]:
    """Every pose as a key frame; seconds count from `start_ns`."""
    return tuple(
        KeyFrame(t_s=(t_ns - start_ns) / NS_PER_S, place=Placement.of(pose))
        for t_ns, pose in zip(poses.t_ns.tolist(), map(Pose, poses.poses.matrix), strict=True)
    )


def with_stretch(frames: Sequence[KeyFrame], stretch: Sequence[KeyFrame]) -> tuple[KeyFrame, ...]:
    """Frames with others in the place of all that are between the first and the last of them."""
    if not stretch:
        return tuple(frames)
    first, last = stretch[0].t_s - SAME_S, stretch[-1].t_s + SAME_S
    return with_frames([frame for frame in frames if not first <= frame.t_s <= last], stretch)
