"""JSON in splat files, validated against a type, once."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from core.errors import UserError
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN

T = TypeVar("T")


def parsed(text: bytes, kind: type[T], path: Path) -> T:
    """The JSON text as `kind`; fields that `kind` does not name are ignored. `path` is for messages.

    Raises:
        UserError: not JSON, or a field is missing or of another kind; names the first such field.
    """
    try:
        return TypeAdapter(kind).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise UserError("The description is not valid JSON", path=path, remedy=CUT_SHORT) from error
        field = ".".join(str(part) for part in first["loc"])
        what = f"A field of the description makes no sense: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise UserError(what, path=path, field=field, remedy=EXPORT_AGAIN) from error
