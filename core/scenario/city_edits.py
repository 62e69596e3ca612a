"""A scenario over a log of the demo city, as edits of the city: what cameras would really have recorded."""

from __future__ import annotations

from typing import get_args

from core.city import CityDrive
from core.city.actors import ActorKind, actor_class
from core.city.edits import AddActor, DriveEgo, Edit, RemoveActor, RetrackActor, SetWeather, TimedPose
from core.city.spec import WeatherName
from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import ActorClass
from core.scenario.actors import CopyOf, OfAsset
from core.scenario.drive import EditedDrive

KIND, SEED = "city_kind", "city_seed"
"""Attributes of an asset that was made of one of the city's actors; others become any actor of their class."""


def city_edits_of(drive: EditedDrive, city: CityDrive) -> tuple[Edit, ...]:
    """The edits that make a drive of the city what the scenario says.

    Names, groups and clean-up of splats have no counterpart; cameras are drawn at the poses that the drive gives. Where
    a moved actor stands at a slope, it stands level.

    Args:
        drive: over a log of the city, with or without a scene.
        city: the drive that the log was written from.

    Raises:
        UserError: weather that the city does not have, or an actor of a kind that it does not have.
    """
    edits: list[Edit] = []
    for name, edit in drive.scenario.actors.items():
        if not drive.knows(name):
            continue
        if edit.inserted is not None:
            if edit.is_present:
                kind, seed = _kind(edit.inserted.origin, city)
                edits.append(AddActor(name=name, kind=kind, seed=seed, poses=_actor_poses(drive, name)))
        elif not edit.is_present:
            edits.append(RemoveActor(track=name))
        elif drive.is_moved(name):
            edits.append(RetrackActor(track=name, poses=_actor_poses(drive, name)))
    if drive.ego is not drive.log.ego:
        edits.append(DriveEgo(poses=_poses(drive, drive.ego, 0.0)))
    weather = drive.scenario.conditions.weather
    if weather is not None:
        edits.append(SetWeather(weather=_weather(weather)))
    return tuple(edits)


def _actor_poses(drive: EditedDrive, name: str) -> tuple[TimedPose, ...]:
    track = drive.track(name)
    return _poses(drive, track.extended, track.size_m[2] / 2)


def _poses(drive: EditedDrive, poses: PoseTrack, lift_m: float) -> tuple[TimedPose, ...]:
    """In the city's own coordinates and clock."""
    in_city: Pose = drive.log.source_from_world @ poses.poses
    rows = zip(poses.t_ns.tolist(), in_city.translation.tolist(), in_city.heading.tolist(), strict=True)
    return tuple(
        TimedPose(t_s=drive.log.t_s(t_ns), x_m=x, y_m=y, heading_rad=heading, ground_m=z - lift_m)
        for t_ns, (x, y, z), heading in rows
    )


def _kind(origin: CopyOf | OfAsset, city: CityDrive) -> tuple[ActorKind, int]:
    if isinstance(origin, CopyOf):
        original = city.track(origin.actor)
        return original.kind, original.seed
    if KIND in origin.attributes:
        return ActorKind(origin.attributes[KIND]), int(origin.attributes.get(SEED, "0"))
    return _kind_of_class(origin.actor_class), 0


def _kind_of_class(wanted: ActorClass) -> ActorKind:
    found = next((kind for kind in ActorKind if actor_class(kind) is wanted), None)
    if found is None:
        raise UserError(f"The city has no {wanted}", field="actor_class", remedy="Change the actor's class.")
    return found


def _weather(name: str) -> WeatherName:
    known: tuple[WeatherName, ...] = get_args(WeatherName)
    for each in known:
        if each == name:
            return each
    raise UserError(f"The city has no {name}", field="weather", remedy=f"It has {', '.join(known)}.")
