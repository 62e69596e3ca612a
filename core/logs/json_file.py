"""The one way in which readers take JSON from a recording: validated against a type, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.errors import UserError

T = TypeVar("T")


def read_json(path: Path, kind: type[T]) -> T:
    """The content of a JSON file as `kind`: dataclasses, lists, tuples and dicts of plain values.

    Fields that `kind` does not name are ignored. Numbers typed `pydantic.FiniteFloat` may be neither NaN
    nor infinite.

    Raises:
        UserError: the file is missing, unreadable or not JSON, or a field is missing or of another kind;
            names the file and the first such field, e.g. `[3].position.x`.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UserError("A file is missing", path=path, remedy="Copy the log again, in full.") from error
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror})", path=path) from error
    try:
        return TypeAdapter(kind).validate_json(content)
    except ValidationError as error:
        raise _told(error, path) from error


def _told(error: ValidationError, path: Path) -> UserError:
    first = error.errors(include_url=False, include_input=False)[0]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    match first["type"]:
        case "json_invalid":
            return UserError("The file is not valid JSON", path=path, remedy=f"{first['msg']}; it may be cut short.")
        case "missing":
            what = f"A field is missing{more}"
        case "finite_number":
            what = f"A number is NaN or infinite{more}"
        case _:
            what = f"A field has an unexpected value{more}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    remedy = "Repair the file or copy the log again."
    return UserError(what, path=path, field=field_name(first["loc"]), remedy=remedy)


def field_name(location: tuple[Any, ...]) -> str:
    """`[3].position.x` for the location (3, "position", "x"); "the whole file" for an empty one."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return name.removeprefix(".") or "the whole file"
