"""Judges how somebody moves in a scenario, anew at every move of the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, CameraStream, DrivingLog, Track
from core.logs.log import NS_PER_S
from core.scenario.drive import EditedDrive
from core.scenario.motion import (
    CAR_LIMITS,
    EGO_SIZE_M,
    LIMITS,
    Feasibility,
    Ground,
    LaneIndex,
    Road,
    Traffic,
    Trust,
    Verdict,
    camera_trust,
    ego_from_box,
    feasibility,
)
from core.scenario.movement import EGO
from core.scenario.tracks import Stage
from core.scene import Coverage

TRUST_STEP_S = 0.5
"""Of the instants at which trust is told: it changes slowly, and each is looked for among all recorded poses."""


@dataclass(frozen=True, eq=False)
class Case:
    """Who moves, and how, among whom; all of it values, so that a thread may judge it."""

    log: DrivingLog  # as recorded
    who: str
    poses: PoseTrack
    actor_class: ActorClass
    size_m: tuple[float, float, float]
    others: tuple[Track, ...]
    cameras: tuple[CameraStream, ...]  # of the ego, those that are on; none of an actor
    coverages: dict[str, Coverage]  # by actor: what was seen of it

    @classmethod
    def of(cls, drive: EditedDrive, who: str) -> Case:
        """
        Raises:
            KeyError: no such actor.
        """
        if who == EGO:
            scene = drive.unedited_scene
            actors = () if scene is None else scene.actors
            seen = {actor.track.id: actor.coverage for actor in actors if actor.coverage is not None}
            return cls(drive.log, who, drive.ego, ActorClass.CAR, EGO_SIZE_M, drive.tracks, drive.cameras, seen)
        track = drive.track(who)
        others = (*(other for other in drive.tracks if other.id != who), drive.ego_track)
        return cls(drive.log, who, track.poses, track.actor_class, track.size_m, others, (), {})

    def is_of(self, drive: EditedDrive) -> bool:
        """Whether this is how matters stand in a drive."""
        if self.log is not drive.log or not (self.who == EGO or drive.knows(self.who)):
            return False
        now = Case.of(drive, self.who)
        made_of, made_now = ((case.poses, *case.others, *case.cameras) for case in (self, now))
        return len(made_of) == len(made_now) and all(a is b for a, b in zip(made_of, made_now, strict=True))


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What paths of one log are laid on, prepared once."""

    log: DrivingLog
    ground: Ground
    lanes: LaneIndex | None  # None without a map

    @classmethod
    def of(cls, log: DrivingLog) -> Surroundings:
        # Each track remembers where it is at even times: for verdicts, and for whoever reacts to it.
        for until_s in (log.duration_s, Stage(log).until_s):
            Traffic.of(log.tracks, start_ns=log.start_ns, until_s=until_s)
        return cls(log, Ground.of(log.ego.poses.translation, log.lane_map), LaneIndex.of(log))


class Judge:
    """Keeps what does not change while one path is dragged: the road, the others, the recorded poses."""

    def __init__(self) -> None:
        self._log: DrivingLog | None = None
        self._road: Road | None = None
        self._seen_from = _recorded_poses(())
        self._others: tuple[Track, ...] = ()
        self._traffic: Traffic | None = None

    def verdict(self, case: Case) -> Verdict:
        self._prepare(case)
        motion = feasibility(
            case.poses,
            size_m=case.size_m,
            limits=LIMITS.get(case.actor_class, CAR_LIMITS),
            start_ns=case.log.start_ns,
            pose_from_box=ego_from_box() if case.who == EGO else None,
            traffic=self._traffic,
            road=self._road,
        )
        return Verdict(case.who, motion, self._trust(case, motion))

    def _prepare(self, case: Case) -> None:
        if case.log is not self._log:
            self._log, self._traffic = case.log, None
            self._road = None if case.log.lane_map is None else Road(case.log.lane_map)
            self._seen_from = _recorded_poses(case.log.cameras)
        known = self._others
        same = len(known) == len(case.others) and all(a is b for a, b in zip(known, case.others, strict=True))
        if self._traffic is None or not same:
            self._others = case.others
            self._traffic = Traffic.of(case.others, start_ns=case.log.start_ns, until_s=case.log.duration_s)

    def _trust(self, case: Case, motion: Feasibility) -> dict[str, Trust]:
        if not len(motion.t_s):
            return {}
        # Beyond the log nothing is filmed, so nothing is to be trusted there either.
        times = motion.t_s[(motion.t_s >= 0) & (motion.t_s <= case.log.duration_s)]
        t_s = times[:: max(round(TRUST_STEP_S / 0.1), 1)]
        ego = case.poses.at(case.log.start_ns + np.round(t_s * NS_PER_S).astype(np.int64))
        return {
            stream.name: camera_trust(
                stream.camera,
                ego @ stream.ego_from_camera,
                t_s=t_s,
                heading_rad=ego.heading,
                seen_from=self._seen_from,
                traffic=self._traffic,
                coverages=case.coverages,
            )
            for stream in case.cameras
        }


def _recorded_poses(streams: Sequence[CameraStream]) -> Pose:
    """world_from_camera (v,) of every picture."""
    poses = [stream.world_from_camera.matrix for stream in streams if len(stream)]
    return Pose(np.concatenate(poses)) if poses else Pose(np.zeros((0, 4, 4)))
