"""What is edited of the rig, the weather and the light: how it reads, and the commands that it makes."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from enum import StrEnum
from typing import get_args

import numpy as np

from core.errors import UserError
from core.geometry import Camera, Pose
from core.geometry.framing import NARROWEST_RAD, WIDEST_RAD, field_of_view, with_field_of_view, with_size
from core.scenario import CameraEdit, Command, Conditions, EditedDrive, editing
from core.scenario.settings import WeatherName
from widgets.formats import degrees, vector
from widgets.inspector.actor_edits import numbers
from widgets.inspector.describe import Description, Property, Section
from widgets.selection import LOG, camera_name

RECORDED, OWN = "As recorded", "Changed"
_WEATHERS = {RECORDED: None} | {name.capitalize(): name for name in get_args(WeatherName)}
_INTENSE = ("rain", "fog", "snow")
_SIZE = re.compile(r"\s*(\d+)\s*[×x*,]\s*(\d+)\s*(?:px)?\s*")
_SIZES_PX = (16, 8192)
_EGO_FROM_OPTICAL = Pose.from_rotation(np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), np.zeros(3))
"""A camera that looks straight ahead."""


class Setting(StrEnum):
    CAMERA_ON = "camera on"
    MOUNTING = "mounting"
    POSITION = "position of the camera"
    YAW = "looks to"
    PITCH = "pitch"
    ROLL = "roll"
    LENS = "lens"
    FIELD_OF_VIEW = "field of view"
    SIZE = "picture size"
    WEATHER = "weather"
    INTENSITY = "intensity"
    SUN_AZIMUTH = "light from"
    SUN_ELEVATION = "light height"
    WORDS = "words"


def with_settings(description: Description, drive: EditedDrive, selected: str) -> Description:
    """A description with what can be edited of a camera, or of the whole scenario beside the log."""
    camera = camera_name(selected)
    if selected == LOG:
        about_log, *others = description.sections
        return replace(description, sections=(about_log, _weather(drive.scenario.conditions), *others))
    if camera is None:
        return description
    own = _camera(drive, camera)
    kept = [section for section in description.sections if section.title not in {one.title for one in own}]
    return replace(description, sections=(*own, *kept))


def setting_command(drive: EditedDrive, selected: str, setting: Setting, text: str) -> Command:
    """The command that gives a setting another value.

    Args:
        drive: as edited so far.
        selected: the id of a camera, or of the log for weather and light.
        text: the value as it was typed or chosen.

    Raises:
        UserError: the text is no such value; says why.
    """
    camera = camera_name(selected)
    if camera is None:
        return editing.set_conditions(drive.scenario, _conditions(drive.scenario.conditions, setting, text))
    match setting:
        case Setting.CAMERA_ON:
            return editing.switch_camera(drive.scenario, camera, text == "On")
        case Setting.LENS | Setting.FIELD_OF_VIEW | Setting.SIZE:
            return editing.change_lens(drive.scenario, camera, _lens(drive, camera, setting, text))
        case _:
            return editing.move_camera(drive.scenario, camera, _mount(drive, camera, setting, text))


def _camera(drive: EditedDrive, name: str) -> tuple[Section, ...]:
    stream, edit = drive.camera(name), drive.scenario.cameras.get(name, CameraEdit())
    mount = stream.ego_from_camera
    yaw, pitch, roll = _angles(mount)
    position = vector(tuple(mount.translation), 3)
    moved = OWN if edit.ego_from_camera is not None else RECORDED
    changed = OWN if edit.lens is not None else RECORDED
    lens = stream.camera
    return (
        Section(
            "Camera", (Property("State", "On" if edit.on else "Off", field=Setting.CAMERA_ON, choices=("On", "Off")),)
        ),
        Section(
            "Mounting",
            (
                Property("Mounting", moved, field=Setting.MOUNTING, choices=_choices(moved)),
                Property("Position", position, field=Setting.POSITION),
                Property("Looks to", degrees(yaw, 2), field=Setting.YAW),
                Property("Pitch", degrees(pitch, 2), field=Setting.PITCH),
                Property("Roll", degrees(roll, 2), field=Setting.ROLL),
            ),
        ),
        Section(
            "Picture",
            (
                Property("Lens", changed, field=Setting.LENS, choices=_choices(changed)),
                Property("Field of view", degrees(field_of_view(lens), 2), field=Setting.FIELD_OF_VIEW),
                Property("Size", f"{lens.width} × {lens.height} px", field=Setting.SIZE),
            ),
        ),
    )


def _weather(conditions: Conditions) -> Section:
    weather = conditions.weather
    chosen = RECORDED if weather is None else weather.capitalize()
    rows = [Property("Weather", chosen, field=Setting.WEATHER, choices=tuple(_WEATHERS))]
    if weather in _INTENSE:
        rows.append(Property("Intensity", f"{conditions.intensity:.0%}", field=Setting.INTENSITY))
    rows += [
        Property("Light from", _angle(conditions.sun_azimuth_rad), field=Setting.SUN_AZIMUTH),
        Property("Light height", _angle(conditions.sun_elevation_rad), field=Setting.SUN_ELEVATION),
        Property("In words", conditions.text, field=Setting.WORDS),
    ]
    return Section("Weather and light", tuple(rows))


def _conditions(conditions: Conditions, setting: Setting, text: str) -> Conditions:
    match setting:
        case Setting.WEATHER:
            return conditions.model_copy(update={"weather": _WEATHERS[text]})
        case Setting.INTENSITY:
            (percent,) = numbers(text, "%", ("intensity",))
            return conditions.model_copy(update={"intensity": _between(percent, 0.0, 100.0, "%") / 100})
        case Setting.SUN_AZIMUTH:
            return conditions.model_copy(update={"sun_azimuth_rad": _sun(text, "light", -360.0)})
        case Setting.SUN_ELEVATION:
            return conditions.model_copy(update={"sun_elevation_rad": _sun(text, "height", -90.0)})
        case _:
            return conditions.model_copy(update={"text": text.strip()})


def _mount(drive: EditedDrive, camera: str, setting: Setting, text: str) -> Pose | None:
    mount = drive.camera(camera).ego_from_camera
    if setting is Setting.MOUNTING:
        return None if text == RECORDED else mount
    if setting is Setting.POSITION:
        return Pose.from_rotation(mount.rotation, np.array(numbers(text, "m", ("x", "y", "z"))))
    (angle_deg,) = numbers(text, "°", (str(setting),))
    names = (Setting.YAW, Setting.PITCH, Setting.ROLL)
    yaw, pitch, roll = (
        math.radians(angle_deg) if name is setting else angle for name, angle in zip(names, _angles(mount), strict=True)
    )
    return Pose.from_rotation(_turn(yaw, pitch, roll) @ _EGO_FROM_OPTICAL.rotation, mount.translation)


def _lens(drive: EditedDrive, camera: str, setting: Setting, text: str) -> Camera | None:
    lens = drive.camera(camera).camera
    if setting is Setting.LENS:
        return None if text == RECORDED else lens
    try:
        if setting is Setting.FIELD_OF_VIEW:
            (angle_deg,) = numbers(text, "°", ("field of view",))
            _between(angle_deg, math.degrees(NARROWEST_RAD), math.degrees(WIDEST_RAD), "°")
            return with_field_of_view(lens, math.radians(angle_deg))
        size = _SIZE.fullmatch(text)
        if size is None:
            raise UserError(f"“{text}” is no size of a picture", remedy="For example 1600 × 900 px.")
        width, height = (round(_between(float(side), *_SIZES_PX, " px")) for side in size.groups())
        return with_size(lens, width, height)
    except ValueError as error:
        raise UserError(f"The lens of {camera} cannot be changed so: {error}") from error


def _angles(ego_from_camera: Pose) -> tuple[float, float, float]:
    """Heading to the left, pitch upwards and roll (rad) of a camera, none for one that looks straight ahead."""
    turned = ego_from_camera.rotation @ _EGO_FROM_OPTICAL.rotation.T
    yaw = math.atan2(turned[1, 0], turned[0, 0])
    pitch = math.asin(float(np.clip(turned[2, 0], -1.0, 1.0)))
    rolled = _turn(yaw, pitch, 0.0).T @ turned
    return yaw, pitch, math.atan2(rolled[2, 1], rolled[1, 1])


def _turn(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The rotation (3, 3) that turns a body by roll, then pitch upwards, then heading to the left (rad)."""
    (cy, sy), (cp, sp), (cr, sr) = ((math.cos(angle), math.sin(angle)) for angle in (yaw, pitch, roll))
    heading = np.array([[cy, -sy, 0.0], [sy, cy, 0.0], [0.0, 0.0, 1.0]])
    upwards = np.array([[cp, 0.0, -sp], [0.0, 1.0, 0.0], [sp, 0.0, cp]])
    tilted = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
    return np.asarray(heading @ upwards @ tilted)


def _choices(now: str) -> tuple[str, ...]:
    return (RECORDED,) if now == RECORDED else (RECORDED, OWN)


def _angle(value_rad: float | None) -> str:
    return RECORDED if value_rad is None else degrees(value_rad)


def _sun(text: str, name: str, least_deg: float) -> float | None:
    """An angle (rad); None for none, or for the recorded one."""
    if text.strip().casefold() in ("", RECORDED.casefold()):
        return None
    (angle_deg,) = numbers(text, "°", (name,))
    return math.radians(_between(angle_deg, least_deg, -least_deg, "°"))


def _between(value: float, least: float, most: float, unit: str) -> float:
    if not least <= value <= most:
        raise UserError(f"{value:g}{unit} is not between {least:g}{unit} and {most:g}{unit}")
    return value
