"""What a clip says of itself."""

from __future__ import annotations

from typing import Any

from core.geometry import Pose
from core.scenario import EditedDrive
from core.takes import TakeFrames


def provenance_of(frames: TakeFrames, drive: EditedDrive, begin: int, end: int) -> dict[str, Any]:
    """What frames of a take show, what they were made with, and their labels, as plain values.

    Args:
        frames: of the take.
        drive: what it shows.
        begin, end: the first frame and the one after the last.
    """
    take = frames.take
    return {
        "made_with": f"Driftless {take.version}",
        "log": {"name": take.log_name, "licence": take.licence},
        "take": take.number,
        "parent": take.parent,
        "frames": [begin, end],
        "t_s": [round(t_s, 6) for t_s in frames.t_s[begin:end].tolist()],
        "coupling": take.coupling,
        "steps": take.steps,
        "seed": take.seed,
        "weather": take.weather,
        "models": dict(take.models),
        "edits": list(take.edits),
        "scenario_hash": take.scenario_hash,
        "scenario": drive.scenario.model_dump(mode="json"),
        "rig": rig_of(drive, frames),
        "labels": labels_of(drive, frames, begin, end),
    }


def labels_of(drive: EditedDrive, frames: TakeFrames, begin: int, end: int) -> list[dict[str, Any]]:
    """For each frame where the ego and the boxes of all actors are, in the world, as the scenario has them."""
    return [_label(drive, t_s) for t_s in frames.t_s[begin:end].tolist()]


def _label(drive: EditedDrive, t_s: float) -> dict[str, Any]:
    t_ns = drive.log.t_ns(t_s)
    boxes = [(track, track.box_at(t_ns)) for track in drive.tracks]
    return {
        "t_s": round(t_s, 6),
        "world_from_ego": _pose(drive.ego_at(t_s)),
        "boxes": [
            {
                "id": track.id,
                "class": track.actor_class.value,
                "world_from_box": _pose(box.world_from_box),
                "size_m": [round(side, 4) for side in box.size_m],
            }
            for track, box in boxes
            if box is not None
        ],
    }


def rig_of(drive: EditedDrive, frames: TakeFrames) -> list[dict[str, Any]]:
    """The cameras of a take: their lenses, for pictures of its size, and where they are mounted."""
    mounted = {camera.name: drive.camera(camera.name) for camera in frames.take.cameras}
    return [
        {
            "name": camera.name,
            "lens": mounted[camera.name].camera.resized(camera.width, camera.height).to_dict(),
            "ego_from_camera": _pose(mounted[camera.name].ego_from_camera),
        }
        for camera in frames.take.cameras
    ]


def _pose(pose: Pose) -> dict[str, list[float]]:
    return {
        "position_m": pose.translation.round(5).tolist(),
        "rotation_wxyz": pose.quaternion.round(7).tolist(),
    }
