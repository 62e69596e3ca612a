"""What there is to say about something selected, at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.geometry import Pose
from core.logs import ActorClass, CameraStream, DrivingLog, LidarStream, Stream, Track
from core.logs.names import actor_names
from core.scenario import ActorEdit
from core.scene import Coverage
from widgets.class_colours import CLASS_RGB, EGO_RGB, Rgb
from widgets.formats import counted, degrees, metres, rate, speed, time_text, vector
from widgets.inspector.actor_edits import Field, behaviour_choices, behaviour_title
from widgets.names import CLASS_ICONS, stream_title
from widgets.selection import EGO, LIDAR, LOG, MAP, camera_name

LENS_UNITS = {"fx": "px", "fy": "px", "cx": "px", "cy": "px"}
SHOWN_NOTES = 12


@dataclass(frozen=True)
class Property:
    label: str
    value: str
    severity: str = ""  # "info" or "warning": a note with a sign rather than a value
    field: StrEnum | None = None  # what an edit of it edits; None: it is only shown
    choices: tuple[str, ...] = ()  # of which one is chosen; none: the value is typed


@dataclass(frozen=True)
class Section:
    title: str
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Description:
    title: str
    subtitle: str
    icon: str
    rgb: Rgb | None
    sections: tuple[Section, ...]
    actor_class: ActorClass | None = None  # of an actor


def describe(
    log: DrivingLog, selected: str, t_s: float, coverage: Coverage | None = None, edit: ActorEdit | None = None
) -> Description:
    """All properties of a selected id; those that change with time are those at `t_s`.

    Of the selected actor, `coverage` is what a scene knows of it, `edit` what was made of it where it can be edited.

    Raises:
        KeyError: the log holds nothing of that id.
    """
    t_ns = log.t_ns(t_s)
    camera = camera_name(selected)
    if camera is not None:
        return _camera(log, log.camera(camera), t_ns)
    if selected == LIDAR and log.lidar is not None:
        return _lidar(log, log.lidar, t_ns)
    if selected == EGO:
        return _ego(log, t_ns)
    if selected == MAP:
        return _lane_map(log)
    if selected == LOG:
        return _log(log)
    for track in log.tracks:
        if track.id == selected:
            return _actor(log, track, t_ns, coverage, edit)
    raise KeyError(selected)


def _actor(log: DrivingLog, track: Track, t_ns: int, coverage: Coverage | None, edit: ActorEdit | None) -> Description:
    is_edited = edit is not None
    box = track.box_at(t_ns)
    if box is None:
        now: tuple[Property, ...] = (Property("", "Does not exist at the playhead"),)
    else:
        pose = box.world_from_box
        away = float(np.linalg.norm(pose.translation - log.ego.at(t_ns).translation))
        now = (
            Property("Speed", speed(track.speed_at(t_ns))),
            Property("Position", vector(tuple(pose.translation)), field=Field.POSITION if is_edited else None),
            Property("Heading", degrees(float(pose.heading)), field=Field.HEADING if is_edited else None),
            Property("Distance to ego", metres(away, 1)),
        )
    first, last = int(track.t_ns[0]), int(track.t_ns[-1])
    length, width, height = track.size_m
    path = np.linalg.norm(np.diff(track.poses.poses.translation, axis=0), axis=1).sum() if len(track.t_ns) > 1 else 0.0
    facts = (
        *_said(log, track, edit),
        Property("Label in the log", track.source_label),
        Property("Length", metres(length)),
        Property("Width", metres(width)),
        Property("Height", metres(height)),
    )
    span = (
        Property("From", time_text(log.t_s(first))),
        Property("To", time_text(log.t_s(last))),
        Property("Boxes", str(len(track.t_ns))),
        Property("Path length", metres(float(path), 1)),
        Property("Id", track.id),
    )
    attributes = tuple(
        Property(name.replace("_", " ").capitalize(), value) for name, value in sorted(track.attributes.items())
    )
    seen = () if coverage is None else (Section("Seen by the cameras", _seen(coverage)),)
    sections = (Section("At the playhead", now), *seen, Section("Actor", facts), Section("Track", span))
    return Description(
        title=actor_names(log)[track.id],
        subtitle=track.source_label,
        icon=CLASS_ICONS[track.actor_class],
        rgb=CLASS_RGB[track.actor_class],
        sections=(*sections, Section("Attributes", attributes)) if attributes else sections,
        actor_class=track.actor_class,
    )


def _said(log: DrivingLog, track: Track, edit: ActorEdit | None) -> tuple[Property, ...]:
    """What an actor is, and what was made of it where it can be edited."""
    actor_class = track.actor_class.value.capitalize()
    if edit is None:
        return (Property("Class", actor_class),)
    classes = tuple(kind.value.capitalize() for kind in ActorClass)
    choices = behaviour_choices(edit.behaviour)
    state = "Removed" if edit.removed else "Hidden" if edit.hidden else ""
    return (
        *((Property("State", state),) if state else ()),
        Property("Name", actor_names(log)[track.id], field=Field.NAME),
        Property("Class", actor_class, field=Field.CLASS, choices=classes),
        Property("Group", edit.group or "", field=Field.GROUP),
        Property("Moves", behaviour_title(edit.behaviour), field=Field.BEHAVIOUR, choices=choices),
    )


def _seen(coverage: Coverage) -> tuple[Property, ...]:
    """How much of an actor's surface any camera saw, which side best, and which sides never."""
    fineness, shares = coverage.side_px_per_m, coverage.side_shares
    best = max(fineness, key=lambda name: fineness[name])
    unseen = [name for name, share in shares.items() if share == 0.0]
    rows = [Property("Surface", f"{coverage.share:.0%}")]
    if fineness[best] > 0.0:
        rows.append(Property("Best side", f"{best.capitalize()}, {fineness[best]:.0f} px per m"))
    if unseen:
        rows.append(Property("Never seen", ", ".join(unseen).capitalize()))
    return tuple(rows)


def _camera(log: DrivingLog, stream: CameraStream, t_ns: int) -> Description:
    lens = stream.camera
    values = lens.to_dict()
    plain = [(name, value) for name, value in values.items() if name not in ("model", "width", "height")]
    rows = tuple(Property(name.replace("_", " "), _lens_value(name, value)) for name, value in plain)
    return Description(
        title=stream_title(stream.name),
        subtitle=stream.name,
        icon="video-outline",
        rgb=None,
        sections=(
            Section("At the playhead", _sample(log, stream, t_ns, "Image")),
            Section("Images", _samples(log, stream, f"{lens.width} × {lens.height} px")),
            Section("Lens", (Property("Model", str(values["model"]).replace("_", " ")), *rows)),
            Section("Mounting", _mounting(stream.ego_from_camera)),
        ),
    )


def _lens_value(name: str, value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(f"{float(part):.5g}" for part in value)
    unit = LENS_UNITS.get(name, "")
    text = (
        f"{value:.2f}"
        if unit and isinstance(value, float)
        else f"{value:.5g}"
        if isinstance(value, float)
        else str(value)
    )
    return f"{text} {unit}".strip()


def _mounting(ego_from_camera: Pose) -> tuple[Property, ...]:
    """Where a camera sits, and where its optical axis points, as seen from the ego."""
    forward = ego_from_camera.rotation[:, 2]
    x, y, z = ego_from_camera.translation
    return (
        Property("Forward", metres(float(x))),
        Property("Left", metres(float(y))),
        Property("Up", metres(float(z))),
        Property("Looks to", degrees(math.atan2(forward[1], forward[0]))),
        Property("Pitch", degrees(math.asin(float(np.clip(forward[2], -1, 1))))),
    )


def _sample(log: DrivingLog, stream: Stream, t_ns: int, what: str) -> tuple[Property, ...]:
    index = stream.index_at(t_ns)
    missing = stream.missing_at(t_ns)
    rows = []
    if missing is not None:
        rows.append(Property("", f"{what} {missing.index} is missing ({missing.file})", "warning"))
    if index is None:
        return (*rows, Property("", f"No {what.lower()} yet"))
    taken = int(stream.t_ns[index])
    rows.append(Property(what, f"{index + 1} of {len(stream)}"))
    rows.append(Property("Taken at", time_text(log.t_s(taken))))
    rows.append(Property("Age", f"{(t_ns - taken) / 1e6:.0f} ms"))
    return tuple(rows)


def _samples(log: DrivingLog, stream: Stream, size: str) -> tuple[Property, ...]:
    rows = [Property("Size", size)] if size else []
    rows += [Property("Count", str(len(stream))), Property("Rate", rate(stream.hz))]
    if len(stream):
        first, last = (time_text(log.t_s(int(stream.t_ns[index]))) for index in (0, -1))
        rows.append(Property("Span", f"{first} – {last}"))
    if stream.missing:
        numbers = ", ".join(str(sample.index) for sample in stream.missing)
        rows.append(Property("", f"{len(stream.missing)} missing: {numbers}", "warning"))
    else:
        rows.append(Property("Missing", "none"))
    return tuple(rows)


def _lidar(log: DrivingLog, stream: LidarStream, t_ns: int) -> Description:
    sections = (
        Section("At the playhead", _sample(log, stream, t_ns, "Sweep")),
        Section("Sweeps", _samples(log, stream, "")),
    )
    return Description(title="Lidar", subtitle=stream.name, icon="radar", rgb=None, sections=sections)


def _ego(log: DrivingLog, t_ns: int) -> Description:
    pose = log.ego.at(t_ns)
    step_ns = 50_000_000
    before, after = max(t_ns - step_ns, int(log.ego.t_ns[0])), min(t_ns + step_ns, int(log.ego.t_ns[-1]))
    moved = np.linalg.norm(log.ego.at(after).translation - log.ego.at(before).translation)
    steps = np.linalg.norm(np.diff(log.ego.poses.translation, axis=0), axis=1)
    now = (
        Property("Speed", speed(float(moved / ((after - before) * 1e-9)) if after > before else 0.0)),
        Property("Position", vector(tuple(pose.translation))),
        Property("Heading", degrees(float(pose.heading))),
    )
    path = (
        Property("Poses", str(len(log.ego))),
        Property("Path length", metres(float(steps.sum()), 1)),
        Property("From", time_text(log.t_s(int(log.ego.t_ns[0])))),
        Property("To", time_text(log.t_s(int(log.ego.t_ns[-1])))),
    )
    sections = (Section("At the playhead", now), Section("Ego path", path))
    return Description(
        title="Ego", subtitle="The recording vehicle", icon="car-connected", rgb=EGO_RGB, sections=sections
    )


def _lane_map(log: DrivingLog) -> Description:
    if log.lane_map is None:
        raise KeyError(MAP)
    lanes = list(log.lane_map.lanes.values())
    length = sum(float(np.linalg.norm(np.diff(lane.centre_m, axis=0), axis=1).sum()) for lane in lanes)
    rows = (
        Property("Lanes", str(len(lanes))),
        Property("Total length", metres(length, 0)),
        Property("In junctions", str(sum(lane.in_junction for lane in lanes))),
        Property("Pedestrian crossings", str(len(log.lane_map.crossings))),
    )
    section = Section("Lanes", rows)
    return Description(title="Lane map", subtitle=log.name, icon="road-variant", rgb=None, sections=(section,))


def _log(log: DrivingLog) -> Description:
    rows = (
        Property("Format", log.format),
        Property("Duration", f"{log.duration_s:.1f} s"),
        Property("Cameras", str(len(log.cameras))),
        Property("Lidar", "none" if log.lidar is None else counted(len(log.lidar), "sweep")),
        Property("Actors", str(len(log.tracks))),
        Property("Boxes", str(sum(len(track.t_ns) for track in log.tracks))),
        Property("Lane map", "none" if log.lane_map is None else counted(len(log.lane_map.lanes), "lane")),
        Property("Licence", log.licence),
        Property("Folder", str(log.path)),
    )
    notes = tuple(
        Property("", note.text + (f" ({note.path})" if note.path else ""), note.severity)
        for note in log.health[:SHOWN_NOTES]
    )
    if len(log.health) > SHOWN_NOTES:
        notes += (Property("", f"and {len(log.health) - SHOWN_NOTES} more", "info"),)
    health = Section("Health", notes or (Property("", "Nothing was found missing or damaged"),))
    sections = (Section("Log", rows), health)
    return Description(title=log.name, subtitle=log.format, icon="database-outline", rgb=None, sections=sections)
