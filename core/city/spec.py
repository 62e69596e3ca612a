"""What city drive to make: seed, length, rig, weather."""

from __future__ import annotations

from math import pi, radians, tan
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from core.errors import UserError
from core.geometry import Camera, FisheyeCamera, PinholeCamera, Pose

WeatherName = Literal["clear", "overcast", "rain", "fog", "dusk", "night"]

_FISHEYE_TERMS = (-0.018, 0.004, -0.0012, 0.0001)
_CAMERA_FROM_AXES = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
"""Columns are a forward looking camera's axes (right, down, forward) in the ego frame."""


class CameraMount(BaseModel):
    """One camera on the ego: position in the ego frame, yaw to the left, pitch downwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    position_m: tuple[FiniteFloat, FiniteFloat, FiniteFloat]
    yaw_deg: FiniteFloat = 0.0
    pitch_deg: FiniteFloat = 0.0
    field_deg: Annotated[float, Field(ge=5, le=220)] = 65.0  # horizontal field of view
    lens: Literal["pinhole", "fisheye"] = "pinhole"

    def camera(self, width: int, height: int) -> Camera:
        """The lens for an image of this size; square pixels, principal point in the middle."""
        cx, cy = (width - 1) / 2, (height - 1) / 2
        half = radians(self.field_deg) / 2
        if self.lens == "pinhole":
            focal = width / 2 / tan(half)
            return PinholeCamera(width=width, height=height, fx=focal, fy=focal, cx=cx, cy=cy)
        powers = np.array([half**3, half**5, half**7, half**9])
        focal = width / 2 / (half + float(powers @ _FISHEYE_TERMS))
        return FisheyeCamera(width=width, height=height, fx=focal, fy=focal, cx=cx, cy=cy, distortion=_FISHEYE_TERMS)

    @property
    def ego_from_camera(self) -> Pose:
        yaw, pitch = radians(self.yaw_deg), radians(self.pitch_deg)
        turn = np.array([[np.cos(yaw), -np.sin(yaw), 0.0], [np.sin(yaw), np.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
        dip = np.array([[np.cos(pitch), 0.0, np.sin(pitch)], [0.0, 1.0, 0.0], [-np.sin(pitch), 0.0, np.cos(pitch)]])
        return Pose.from_rotation(turn @ dip @ _CAMERA_FROM_AXES, self.position_m)


class RigSpec(BaseModel):
    """Cameras, and a lidar on the roof: its frame has x to the right, y forward, as that of nuScenes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cameras: tuple[CameraMount, ...] = Field(min_length=1)
    lidar_m: tuple[FiniteFloat, FiniteFloat, FiniteFloat] = (0.94, 0.0, 1.84)

    @field_validator("cameras")
    @classmethod
    def _names_differ(cls, cameras: tuple[CameraMount, ...]) -> tuple[CameraMount, ...]:
        names = [camera.name for camera in cameras]
        if len(set(names)) < len(names):
            raise ValueError("two cameras of a rig have the same name")
        return cameras

    def mount(self, name: str) -> CameraMount:
        """A camera by name.

        Raises:
            KeyError: the rig has no such camera.
        """
        for mount in self.cameras:
            if mount.name == name:
                return mount
        raise KeyError(name)

    @property
    def ego_from_lidar(self) -> Pose:
        return Pose.from_heading(-pi / 2, self.lidar_m)


def _front(name: str, yaw_deg: float, y_m: float, field_deg: float = 65.0) -> CameraMount:
    return CameraMount(name=name, position_m=(1.62 - abs(y_m) * 0.3, y_m, 1.51), yaw_deg=yaw_deg, field_deg=field_deg)


def _fisheye(name: str, position_m: tuple[float, float, float], yaw_deg: float) -> CameraMount:
    return CameraMount(
        name=name, position_m=position_m, yaw_deg=yaw_deg, pitch_deg=18.0, field_deg=185.0, lens="fisheye"
    )


RIGS: dict[str, RigSpec] = {
    "surround6": RigSpec(
        cameras=(
            _front("CAM_FRONT_LEFT", 55.0, 0.49),
            _front("CAM_FRONT", 0.0, 0.0),
            _front("CAM_FRONT_RIGHT", -55.0, -0.49),
            CameraMount(name="CAM_BACK_LEFT", position_m=(1.04, 0.48, 1.59), yaw_deg=110.0, field_deg=65.0),
            CameraMount(name="CAM_BACK", position_m=(0.03, 0.0, 1.58), yaw_deg=180.0, field_deg=90.0),
            CameraMount(name="CAM_BACK_RIGHT", position_m=(1.04, -0.48, 1.59), yaw_deg=-110.0, field_deg=65.0),
        )
    ),
    "front3": RigSpec(
        cameras=(
            _front("CAM_FRONT_LEFT", 55.0, 0.49),
            _front("CAM_FRONT", 0.0, 0.0),
            _front("CAM_FRONT_RIGHT", -55.0, -0.49),
        )
    ),
    "front1": RigSpec(cameras=(_front("CAM_FRONT", 0.0, 0.0),)),
    "fisheye4": RigSpec(
        cameras=(
            _fisheye("CAM_FRONT", (3.72, 0.0, 0.72), 0.0),
            _fisheye("CAM_LEFT", (1.95, 1.02, 1.02), 90.0),
            _fisheye("CAM_BACK", (-0.98, 0.0, 0.92), 180.0),
            _fisheye("CAM_RIGHT", (1.95, -1.02, 1.02), -90.0),
        )
    ),
}
"""Rigs by name: nuScenes-like surround view, three cameras to the front, one, and four fisheyes for parking."""


class CitySpec(BaseModel):
    """A drive through a procedural city. Equal specs give equal drives, to the last bit.

    Raises:
        pydantic.ValidationError: (a ValueError) a value out of range or an unknown rig or weather.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    seconds: float = Field(default=5.0, gt=0, le=60)
    hz: float = Field(default=10.0, ge=1, le=20)
    rig: str | RigSpec = "surround6"
    width: int = Field(default=448, ge=16, le=4096)
    height: int = Field(default=256, ge=16, le=4096)
    weather: WeatherName = "clear"
    samples: int = Field(default=4, ge=1, le=64)
    lidar: bool = True

    @field_validator("rig")
    @classmethod
    def _known_rig(cls, rig: str | RigSpec) -> str | RigSpec:
        if isinstance(rig, str) and rig not in RIGS:
            raise ValueError(f"there is no rig {rig!r}; choose one of {', '.join(RIGS)}")
        return rig

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """A spec of values that a user gave.

        Raises:
            UserError: names the first value that is out of range or not known.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            told = first["msg"].removeprefix("Value error, ")
            field = ".".join(map(str, first["loc"]))
            raise UserError(f"The city cannot be made with {first['input']!r}: {told}", field=field) from error

    @property
    def cameras(self) -> RigSpec:
        return RIGS[self.rig] if isinstance(self.rig, str) else self.rig

    @property
    def frames(self) -> int:
        return max(round(self.seconds * self.hz), 1)

    def t_ns(self, frame: int) -> int:
        """Time of a frame from the log's start, in whole microseconds."""
        return round(frame * 1e6 / self.hz) * 1000

    def with_weather(self, weather: WeatherName) -> Self:
        return self.model_copy(update={"weather": weather})
