"""How everything looks: tokens for light and dark, the palette and style sheet made of them, icons, fonts.

Owns: colours of the interface, paddings, icons. Does not own: colours of actor classes (`widgets.class_colours`).

Decisions
- Fusion on every platform: one look to design and to test.
- A view that paints asks `tokens(widget.palette())`; there is no global theme to fall out of step with.
- Icons are glyphs painted in the palette's colours at paint time, so a switch of theme needs no reloading.
"""

from widgets.theme.icons import icon
from widgets.theme.switch import ThemeMode, ThemeSwitch
from widgets.theme.tokens import DARK, LIGHT, Tokens, tokens

__all__ = ["DARK", "LIGHT", "ThemeMode", "ThemeSwitch", "Tokens", "icon", "tokens"]
