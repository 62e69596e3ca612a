"""What every model of a scenario has in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from core.errors import UserError
from core.geometry import Pose
from core.logs.json_file import field_name

Vector = tuple[float, float, float]


class Part(BaseModel):
    """A value: frozen, without unknown fields, every number finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Placement(Part):
    """A rigid motion, or a place with a rotation."""

    position_m: Vector = (0.0, 0.0, 0.0)
    rotation_wxyz: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)

    @field_validator("rotation_wxyz")
    @classmethod
    def _of_unit_length(cls, wxyz: tuple[float, ...]) -> tuple[float, ...]:
        # Kept as it is: to normalise it again at each reading would change its last digits, and the document's hash.
        if abs(float(np.linalg.norm(wxyz)) - 1.0) > 1e-6:
            raise ValueError("a rotation is not of unit length")
        return wxyz

    @property
    def pose(self) -> Pose:
        return Pose.from_quaternion(self.rotation_wxyz, self.position_m)

    @classmethod
    def of(cls, pose: Pose) -> Placement:
        """From a single pose."""
        w, x, y, z = pose.quaternion.tolist()
        east, north, up = pose.translation.tolist()
        return cls(position_m=(east, north, up), rotation_wxyz=(w, x, y, z))


def told(error: ValidationError, what: str, *, path: Any = None, remedy: str | None = None) -> UserError:
    """What pydantic found, for the user: the first wrong field and how many more there are."""
    first = error.errors(include_url=False, include_input=False)[0]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    reason = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
    return UserError(f"{what}: {reason}{more}", path=path, field=field_name(first["loc"]), remedy=remedy)
