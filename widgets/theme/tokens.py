"""The named colours of the interface."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtGui import QColor, QPalette

from resources.themes import STYLE_SHEET


@dataclass(frozen=True)
class Tokens:
    """Colours as `#rrggbb`."""

    window: str  # panels
    base: str  # lists, fields, canvases: the deepest layer
    raised: str  # cards, menus, buttons
    hover: str
    pressed: str
    border: str
    strong_border: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selection: str  # rows
    playhead: str
    danger: str
    warning: str
    success: str

    def colour(self, name: str) -> QColor:
        return QColor(getattr(self, name))


DARK = Tokens(
    window="#1f2227",
    base="#17191d",
    raised="#2a2e35",
    hover="#343a43",
    pressed="#3e4651",
    border="#32373f",
    strong_border="#4a525d",
    text="#e2e6eb",
    muted="#99a2ad",
    disabled="#646d78",
    accent="#4c9aff",
    on_accent="#ffffff",
    selection="#27466f",
    playhead="#ff5a4f",
    danger="#ff7468",
    warning="#f2b134",
    success="#5cc983",
)
LIGHT = Tokens(
    window="#f3f4f6",
    base="#ffffff",
    raised="#ffffff",
    hover="#e5e8ed",
    pressed="#d8dde4",
    border="#d7dbe1",
    strong_border="#b4bbc5",
    text="#1b2026",
    muted="#5d6772",
    disabled="#a3abb5",
    accent="#1a6fe8",
    on_accent="#ffffff",
    selection="#cfe2ff",
    playhead="#d92d20",
    danger="#c4320a",
    warning="#a35c00",
    success="#15803d",
)


def tokens(palette: QPalette) -> Tokens:
    """The tokens that a palette was made of, told by its text: backgrounds may be transparent."""
    return LIGHT if palette.color(QPalette.ColorRole.WindowText).lightness() < 128 else DARK


def palette_of(theme: Tokens) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.window,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.disabled,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.base,
    }
    palette = QPalette()
    for name, value in colours.items():
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, name, QColor(theme.disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(theme.strong_border))
    return palette


def style_sheet_of(theme: Tokens) -> str:
    return Template(STYLE_SHEET.read_text(encoding="utf-8")).substitute(asdict(theme))
