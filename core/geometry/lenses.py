"""All lens families by name, to read cameras back from files and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.geometry.camera import Camera
from core.geometry.fisheye import FisheyeCamera, PolynomialFisheyeCamera
from core.geometry.pinhole import PinholeCamera
from core.geometry.unified import UnifiedCamera

LENSES: dict[str, type[Camera]] = {
    family.model: family for family in (PinholeCamera, FisheyeCamera, PolynomialFisheyeCamera, UnifiedCamera)
}

_WHOLE_NUMBERS = {"width", "height"}
_LISTS = {"distortion", "coefficients_px", "affine"}


def camera_from_dict(values: Mapping[str, Any], *, path: str | Path | None = None) -> Camera:
    """The camera that `Camera.to_dict` wrote; `path` only names the file in an error.

    Raises:
        UserError: an unknown model, a field that is missing, unknown or of another type, or values that
            make no camera.
    """
    name = values.get("model")
    family = LENSES.get(name) if isinstance(name, str) else None
    if family is None:
        known = ", ".join(LENSES)
        raise UserError(f"Unknown camera model {name!r}", path=path, field="model", remedy=f"Known are {known}.")
    given = {key: value for key, value in values.items() if key != "model"}
    known_fields = {field.name: field for field in fields(family)}
    for key in given.keys() - known_fields.keys():
        raise UserError(f"A {name} camera has no such field", path=path, field=key, remedy="Remove it.")
    for key, field in known_fields.items():
        if key not in given:
            if field.default is MISSING:
                raise UserError("A camera lacks a field", path=path, field=key, remedy="Add it.")
        else:
            given[key] = _plain(key, given[key], path)
    try:
        return family(**given)
    except ValueError as error:
        raise UserError(f"These values make no camera ({error})", path=path, remedy="Check the calibration.") from error


def _plain(key: str, value: Any, path: str | Path | None) -> Any:
    """The value as its field holds it."""
    if key in _LISTS and isinstance(value, list | tuple) and all(_is_number(part) for part in value):
        return tuple(float(part) for part in value)
    if key in _WHOLE_NUMBERS and _is_number(value) and float(value).is_integer():
        return int(value)
    if key not in _LISTS | _WHOLE_NUMBERS and _is_number(value):
        return float(value)
    kind = "a list of numbers" if key in _LISTS else "a whole number" if key in _WHOLE_NUMBERS else "a number"
    raise UserError(f"A camera's field is not {kind}", path=path, field=key, remedy="Check the calibration.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
