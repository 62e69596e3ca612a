"""Panel vans and minibuses."""

from __future__ import annotations

import numpy as np

from core.city.actors.cars import (
    ARCH_R,
    CORNER_R,
    PAINT,
    Lines,
    Style,
    add_details,
    add_skin,
)
from core.city.actors.cars import GLASS as GLASS_TAG
from core.city.actors.coachwork import BELT, SCREEN, add_wheels
from core.city.actors.palette import Palette, choose
from core.city.actors.shapes import Sculpture

_VAN = Style(
    5.4, 2.0, 2.35, 3.4, 0.95, 0.345, 0.24, 0.95, 1.25, 1.26, 1.26, 0.0, 0.17, 0.33, 0.7, 1.22, 1.24, quarter_end=1.15
)
_SMALL = Style(
    4.5, 1.85, 1.85, 2.8, 0.88, 0.325, 0.22, 0.82, 1.1, 1.12, 1.12, 0.07, 0.28, 0.5, 0.9, 1.22, 1.25, quarter_end=1.14
)


def build_van(sculpture: Sculpture, palette: Palette, rng: np.random.Generator, phase: float) -> None:
    """A van standing on z = 0; `phase` turns its wheels."""
    name = choose(rng, [("panel", 50), ("minibus", 25), ("small", 25)])
    base = _SMALL if name == "small" else _VAN
    stretch, rise = rng.uniform(0.97, 1.06), rng.uniform(0.96, 1.12)
    style = Style(
        **{
            **vars(base),
            "length": base.length * stretch,
            "wheelbase": base.wheelbase * stretch,
            "height": base.height * (rise if name != "small" else 1.0),
        }
    )
    lines = Lines(style)
    tags = lines.tags()
    if name != "minibus":
        tags[13:CORNER_R, BELT] = PAINT
    else:
        tags[ARCH_R + 2 : CORNER_R - 1, BELT] = GLASS_TAG
    tags[CORNER_R - 1, SCREEN] = GLASS_TAG if name != "panel" or rng.random() < 0.5 else PAINT
    white = palette.paint("ecece8")
    paint = white if rng.random() < 0.6 else palette.any_paint(rng)
    add_skin(sculpture, palette, lines, tags, paint)
    add_wheels(sculpture, palette, lines.axles, style.width / 2 * 0.97, 0.22, phase, rim=palette.metal("85888c"))
    add_details(sculpture, palette, lines, taxi=False)
