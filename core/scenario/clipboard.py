"""Actors that are copied and pasted, also from one project into another, as a text that stands on its own."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import ValidationError

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.actors import UNTOUCHED, ActorEdit, CopyOf, OfAsset
from core.scenario.behaviours import Keyed, KeyFrame
from core.scenario.command import Command
from core.scenario.document import Scenario, canonical_json
from core.scenario.drive import EditedDrive
from core.scenario.editing.actors import move_actors, with_inserted
from core.scenario.model import Part, Placement, told
from core.scenario.project.assets import AssetStore, content_hash, files_of
from core.scene import asset_of

_STANDS_M = 0.05


class CopiedActor(Part):
    """An actor as it was edited, and what it is where its log is not known."""

    actor: str
    edit: ActorEdit
    elsewhere: OfAsset
    frames: tuple[KeyFrame, ...]  # where it was over time; a single one for an actor that stood


class Fragment(Part):
    """What is on the clipboard."""

    kind: Literal["driftless actors"] = "driftless actors"
    version: Literal[1] = 1
    log: str  # fingerprint of the log that they are copied from
    actors: tuple[CopiedActor, ...]
    assets: dict[str, dict[str, str]]  # by hash, the files by name: base64 of what zlib made of them


def copy_actors(drive: EditedDrive, actors: Sequence[str], assets: AssetStore) -> str:
    """Actors as a text, their splats included.

    Args:
        drive: that they are in.
        actors: their ids.
        assets: of the project.

    Raises:
        KeyError: no such actor.
        UserError: an asset cannot be read.
    """
    found, packed = [], {}
    for name in actors:
        elsewhere, files = _elsewhere(drive, name, assets)
        if elsewhere.asset is not None:
            packed[elsewhere.asset] = {file: _packed(content) for file, content in files.items()}
        frames = _frames(drive, drive.track(name))
        found.append(CopiedActor(actor=name, edit=drive.scenario.actor(name), elsewhere=elsewhere, frames=frames))
    fragment = Fragment(log=drive.scenario.log.fingerprint, actors=tuple(found), assets=packed)
    return canonical_json(fragment.model_dump(mode="json"))


def paste_actors(
    text: str, scenario: Scenario, assets: AssetStore, *, at: Pose | None = None
) -> tuple[Command, list[str]]:
    """The command that inserts what `copy_actors` gave, and the ids of the new actors.

    In a scenario of the same log they go on as what they were; elsewhere they become assets that stand, or move, as
    they did there.

    Args:
        text: the fragment.
        scenario: to paste into.
        assets: of its project, where the splats are kept.
        at: where the first actor's box comes to be when it first is, the others beside it; as copied without.

    Raises:
        UserError: the text is no fragment, or the splats cannot be written.
    """
    fragment = parsed(text)
    for files in fragment.assets.values():
        assets.add_files({name: _unpacked(content) for name, content in files.items()})
    same_log = fragment.log == scenario.log.fingerprint
    after, names = scenario, []
    for copied in fragment.actors:
        origin, edit = _as_it_was(copied) if same_log else _as_asset(copied)
        after, name = with_inserted(after, origin, edit)
        names.append(name)
    if at is not None and names:
        motion = at @ fragment.actors[0].frames[0].place.pose.inverse()
        after = move_actors(after, names, motion).apply(after)
    title = "Paste an actor" if len(names) == 1 else f"Paste {len(names)} actors"
    return Command.between(title, scenario, after), names


def parsed(text: str) -> Fragment:
    """
    Raises:
        UserError: the text is no fragment.
    """
    try:
        return Fragment.model_validate_json(text)
    except ValidationError as error:
        raise told(error, "The clipboard holds no actors of Driftless", remedy="Copy actors first.") from error


def _as_it_was(copied: CopiedActor) -> tuple[CopyOf | OfAsset, ActorEdit]:
    inserted = copied.edit.inserted
    origin = CopyOf(actor=copied.actor) if inserted is None else inserted.origin
    return origin, copied.edit.model_copy(update={"removed": False, "hidden": False})


def _as_asset(copied: CopiedActor) -> tuple[OfAsset, ActorEdit]:
    kept = {"name": copied.edit.name, "actor_class": copied.edit.actor_class, "group": copied.edit.group}
    edit = UNTOUCHED.model_copy(update=kept)
    if len(copied.frames) == 1:
        return copied.elsewhere, edit.model_copy(update={"placement": copied.frames[0].place})
    moving = {"placement": copied.frames[0].place, "behaviour": Keyed(frames=copied.frames)}
    return copied.elsewhere, edit.model_copy(update=moving)


def _elsewhere(drive: EditedDrive, name: str, assets: AssetStore) -> tuple[OfAsset, Mapping[str, bytes]]:
    """What an actor is in a scenario of another log, and the files of its splats; none without a scene."""
    inserted = drive.scenario.actor(name).inserted
    if inserted is not None and isinstance(inserted.origin, OfAsset):
        origin = inserted.origin
        return origin, {} if origin.asset is None else assets.files(origin.asset)
    track = drive.track(name)
    facts = OfAsset(
        name=track.name or track.actor_class.value,
        actor_class=track.actor_class,
        source_label=track.source_label,
        size_m=track.size_m,
        licence=(drive.unedited_scene or drive.log).licence,
        source=str(drive.log.path),
        attributes=track.attributes,
    )
    present = [] if drive.scene is None else drive.scene.actors
    actor = next((actor for actor in present if actor.track.id == name and len(actor.cloud)), None)
    if actor is None or drive.scene is None:
        return facts, {}
    files = files_of(replace(asset_of(drive.scene, actor), name=facts.name, licence=facts.licence, source=facts.source))
    return facts.model_copy(update={"asset": content_hash(files)}), files


def _frames(drive: EditedDrive, track: Track) -> tuple[KeyFrame, ...]:
    poses: PoseTrack = track.poses
    moved_m = np.linalg.norm(poses.poses.translation - poses.poses.translation[0], axis=-1).max()
    rows = range(len(poses)) if moved_m > _STANDS_M else range(1)
    return tuple(
        KeyFrame(t_s=drive.log.t_s(int(poses.t_ns[row])), place=Placement.of(poses.poses[row])) for row in rows
    )


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode("ascii")


def _unpacked(text: str) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except (binascii.Error, zlib.error) as error:
        raise UserError("The splats on the clipboard are damaged", remedy="Copy the actors again.") from error
