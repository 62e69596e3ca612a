"""The icon font: Material Design Icons, carried by the QtAwesome package (Apache-2.0), found without importing it.

QtAwesome's own engine costs a fifth of a second at start and bakes in a colour; `widgets.theme` paints the glyphs.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

APP_ICON = Path(__file__).parent / "driftless.svg"


def icon_font_file() -> Path:
    """The TrueType file."""
    return _only("materialdesignicons6-webfont-[0-9]*.ttf")


@cache
def icon_codepoints() -> dict[str, str]:
    """Icon name → the character that shows it."""
    table = json.loads(_only("materialdesignicons6-webfont-charmap-*.json").read_text(encoding="utf-8"))
    return {name: chr(int(code, 16)) for name, code in table.items()}


def _only(pattern: str) -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the QtAwesome package is not installed")
    found = sorted((Path(spec.origin).parent / "fonts").glob(pattern))
    if not found:
        raise FileNotFoundError(f"QtAwesome carries no {pattern}")
    return found[-1]
