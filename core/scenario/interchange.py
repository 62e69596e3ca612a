"""Scenarios as OpenSCENARIO and OpenDRIVE files, and from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import UserError
from core.export import Entity, read_openscenario, write_opendrive, write_openscenario
from core.export.openscenario import EGO_NAME, from_zero
from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog
from core.logs.log import NS_PER_S
from core.scenario.actors import ActorEdit, OfAsset
from core.scenario.behaviours import Keyed, KeyFrame
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.drive import EditedDrive
from core.scenario.editing.actors import with_inserted
from core.scenario.model import Placement
from core.scenario.motion import EGO_SIZE_M, ego_from_box
from core.scenario.settings import EgoEdit

NEAR_M = 100.0
"""A file whose ego begins farther than this from the recorded drive is about another place."""
SAME_M, SAME_S = 2e-3, 1e-6
"""What rounding in a file may change."""


@dataclass(frozen=True)
class Imported:
    """What a file would make of a scenario, and what of it could not be had."""

    command: Command
    warnings: tuple[str, ...]


def export_openscenario(drive: EditedDrive, path: Path) -> None:
    """Write all that moves, after all edits, and beside it the lane map, if the log has one, as `.xodr`.

    Raises:
        UserError: it cannot be written.
    """
    road_file = None
    if drive.log.lane_map is not None and drive.log.lane_map.lanes:
        road_file = path.with_suffix(".xodr")
        export_opendrive(drive.log, road_file)
    write_openscenario(
        path,
        ego=drive.ego,
        ego_size_m=EGO_SIZE_M,
        ego_from_box=ego_from_box(),
        tracks=drive.tracks,
        start_ns=drive.log.start_ns,
        road_file=None if road_file is None else road_file.name,
        name=drive.scenario.name,
    )


def export_opendrive(log: DrivingLog, path: Path) -> None:
    """Write the lane map of a log.

    Raises:
        UserError: it has none, or it cannot be written.
    """
    if log.lane_map is None:
        raise UserError("The log has no lane map to write", path=path)
    write_opendrive(log.lane_map, path, name=log.name)


def import_openscenario(drive: EditedDrive, path: Path) -> Imported:
    """What a file says of the ego, of actors of the log, known by their ids, and of others, which are inserted as boxes
    without splats. Who drives already as the file says, or is not in it, is left alone.

    A file about another place is moved as a whole, so that its ego begins where the recorded one does.

    Raises:
        UserError: the file, its map or a catalogue cannot be read, or says nothing that can be had.
    """
    found = read_openscenario(path)
    warnings = list(found.warnings)
    placed = [entity for entity in found.entities if len(entity.t_s)]
    if not placed:
        raise UserError("The scenario does not say where anybody is", path=path)
    ego = next((entity for entity in placed if entity.name.casefold() == EGO_NAME.casefold()), None)
    world_from_file = _world_from_file(drive, ego or placed[0], warnings)
    after = drive.scenario
    for entity in placed:
        if entity is ego:
            after = _with_ego(after, drive, entity, world_from_file, warnings)
        else:
            after = _with_actor(after, drive, entity, world_from_file)
    return Imported(Command.between(f"Import {path.name}", drive.scenario, after), tuple(warnings))


def _world_from_file(drive: EditedDrive, first: Entity, warnings: list[str]) -> Pose:
    begins = first.world_from_entity[0]
    away_m = np.linalg.norm(drive.log.ego.poses.translation - begins.translation, axis=-1).min()
    if away_m < NEAR_M:
        return Pose.identity()
    warnings.append(f"The file is about another place: {first.name} is put where the recorded drive begins")
    return drive.log.ego.at(drive.log.start_ns) @ begins.inverse()


def _with_ego(
    scenario: Scenario, drive: EditedDrive, entity: Entity, world_from_file: Pose, warnings: list[str]
) -> Scenario:
    poses = entity.poses(drive.log.start_ns)
    poses = PoseTrack(poses.t_ns, world_from_file @ poses.poses)
    if len(poses) == 1:
        warnings.append("The file only says where the ego begins, so it drives as before")
        return scenario
    if _same(poses, drive.ego, drive.log.start_ns):
        return scenario
    return scenario.with_part("ego", EgoEdit(path=_keyed(poses, drive.log)))


def _with_actor(scenario: Scenario, drive: EditedDrive, entity: Entity, world_from_file: Pose) -> Scenario:
    poses = entity.poses(drive.log.start_ns)
    to_centre = Pose.from_rotation(np.eye(3), entity.centre_m)
    poses = PoseTrack(poses.t_ns, world_from_file @ poses.poses @ to_centre)
    behaviour = _keyed(poses, drive.log)
    if not drive.knows(entity.name):
        origin = OfAsset(
            name=entity.name, actor_class=entity.actor_class, source_label=entity.label, size_m=entity.size_m
        )
        return with_inserted(scenario, origin, ActorEdit(name=entity.name, behaviour=behaviour))[0]
    edit = scenario.actor(entity.name)
    if edit.is_present and _same(poses, drive.track(entity.name).poses, drive.log.start_ns):
        return scenario
    changed = {"behaviour": behaviour, "placement": None, "removed": False, "hidden": False}
    return scenario.with_actor(entity.name, edit.model_copy(update=changed))


def _keyed(poses: PoseTrack, log: DrivingLog) -> Keyed:
    times_s = [log.t_s(int(t_ns)) for t_ns in poses.t_ns]
    places = [Placement.of(poses.poses[row]) for row in range(len(poses))]
    return Keyed(frames=tuple(KeyFrame(t_s=t_s, place=at) for t_s, at in zip(times_s, places, strict=True)))


def _same(poses: PoseTrack, known: PoseTrack, start_ns: int) -> bool:
    """Whether somebody is at the same places at the same times, from second zero on. Where the file has somebody wait
    for a trajectory to begin, the log may not know them yet."""
    there = from_zero(known, start_ns)
    if len(poses) > 1:
        slack_ns = round(SAME_S * NS_PER_S)
        meant = (poses.t_ns >= there.t_ns[0] - slack_ns) & (poses.t_ns <= there.t_ns[-1] + slack_ns)
        if meant.sum() != len(there) or np.abs(there.t_ns - poses.t_ns[meant]).max() > slack_ns:
            return False
        poses = PoseTrack(poses.t_ns[meant], poses.poses[meant])
    return bool(np.allclose(there.poses.matrix, poses.poses.matrix, atol=SAME_M))
