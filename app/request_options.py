"""Requests made of options of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from core.engine import Request
from core.errors import UserError

AnyRequest = TypeVar("AnyRequest", bound=Request)


def names_in(*texts: str) -> tuple[str, ...]:
    """Names that stand with commas between."""
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def checked(request: type[AnyRequest], options: Mapping[str, str], command: str, **values: Any) -> AnyRequest:
    """A request; `options` names those of its fields that are called otherwise on the command line.

    Raises:
        UserError: a value is none that the request allows.
    """
    try:
        return request(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        option = options.get(name, f"--{name.replace('_', '-')}")
        what = f"{first['input']!r} cannot be used: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise UserError(what, field=option, remedy=f"See: driftless {command} --help.") from error
