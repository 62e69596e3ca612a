"""The one kind of error that is written for the user."""

from pathlib import Path


class UserError(Exception):
    """Bad input, told as: what happened, which file or field, what to do.

    The window shows it as a message and goes on; the command line prints it and exits with status 2.
    """

    def __init__(
        self, what: str, *, path: str | Path | None = None, field: str | None = None, remedy: str | None = None
    ) -> None:
        self.what = what
        self.path = None if path is None else Path(path)
        self.field = field
        self.remedy = remedy
        super().__init__(str(self))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.path, self.field, self.remedy)

    def __str__(self) -> str:
        parts = [self.what.rstrip(".")]
        if self.path is not None:
            parts.append(f"file {self.path}")
        if self.field is not None:
            parts.append(f"field {self.field}")
        text = ", ".join(parts) + "."
        return text if self.remedy is None else f"{text} {self.remedy}"


def _rebuild(kind: type[UserError], what: str, path: Path | None, field: str | None, remedy: str | None) -> UserError:
    return kind(what, path=path, field=field, remedy=remedy)
