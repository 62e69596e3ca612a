"""The style sheet; `$name` stands for a token of `widgets.theme`."""

from pathlib import Path

STYLE_SHEET = Path(__file__).parent / "driftless.qss"
