"""Values as the window writes them: always with a unit, times so that they line up."""

from __future__ import annotations

import math
import re

_TIME = re.compile(r"(?:(?P<minutes>\d+):)?(?P<seconds>\d+(?:[.,]\d*)?)\s*s?")


def time_text(t_s: float) -> str:
    """`m:ss.mmm`"""
    milliseconds = round(t_s * 1000)
    minutes, rest = divmod(abs(milliseconds), 60_000)
    return f"{'-' if milliseconds < 0 else ''}{minutes}:{rest / 1000:06.3f}"


def parse_time(text: str) -> float | None:
    """Seconds from `3.2`, `3.2 s` or `1:03.2`; None if it is no time."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    return int(match["minutes"] or 0) * 60 + float(match["seconds"].replace(",", "."))


def metres(value: float, digits: int = 2) -> str:
    return f"{_plain(value, digits)} m"


def degrees(value_rad: float, digits: int = 1) -> str:
    return f"{_plain(math.degrees(value_rad), digits)}°"


def speed(value_mps: float) -> str:
    return f"{_plain(value_mps, 1)} m/s ({_plain(value_mps * 3.6, 0)} km/h)"


def rate(hz: float) -> str:
    return f"{hz:.3g} Hz"


def size_text(size_bytes: float) -> str:
    mib = size_bytes / 2**20
    return f"{mib:.0f} MiB" if mib < 1024 else f"{mib / 1024:.1f} GiB"


def vector(values: tuple[float, ...], digits: int = 2, unit: str = "m") -> str:
    return ", ".join(_plain(value, digits) for value in values) + f" {unit}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 camera`, `6 cameras`"""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    # A minus sign in front of nothing but zeros says nothing.
    return text.removeprefix("-") if not text.strip("-0.") else text
