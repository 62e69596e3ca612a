"""Documents of earlier versions become those of today, one step at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Literal

from core.errors import UserError

VERSION: Final[Literal[1]] = 1

Migration = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: tuple[Migration, ...] = ()
"""Step i turns a document of version i + 1 into one of version i + 2."""


def migrated(text: str | bytes, *, path: Any = None, migrations: tuple[Migration, ...] = MIGRATIONS) -> dict[str, Any]:
    """The plain values of a document of any version so far, as today's.

    Raises:
        UserError: it is no document, or of a newer version.
    """
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UserError("The scenario is not valid JSON", path=path, remedy=f"{error}; it may be cut short.") from error
    version = values.get("schema_version") if isinstance(values, dict) else None
    if not isinstance(version, int) or version < 1:
        raise UserError("This is no scenario", path=path, field="schema_version")
    return upgraded(values, version, path=path, migrations=migrations)


def upgraded(
    values: dict[str, Any], version: int, *, path: Any = None, migrations: tuple[Migration, ...] = MIGRATIONS
) -> dict[str, Any]:
    """Plain values of a version as today's.

    Raises:
        UserError: the version is a newer one.
    """
    newest = len(migrations) + 1
    if version > newest:
        what = f"The scenario is of version {version}, and this release reads up to {newest}"
        raise UserError(what, path=path, field="schema_version", remedy="Update Driftless.")
    for step in migrations[version - 1 :]:
        values = step(values)
    return values | {"schema_version": newest}
