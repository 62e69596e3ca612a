"""One colour for each thing that can be wrong with a motion: paths, stripes and lists agree."""

from __future__ import annotations

from PySide6.QtGui import QColor

from core.scenario.motion import GRAVITY, Kind

# Hits are red, leaving the road is orange, the wheel violet, the pedals yellow, what cannot be believed grey-blue.
_RGB = {
    Kind.OVERLAP: (255, 64, 64),
    Kind.OFF_ROAD: (255, 128, 32),
    Kind.TIME_TO_COLLISION: (255, 120, 140),
    Kind.CURVATURE: (196, 96, 255),
    Kind.LATERAL: (228, 120, 255),
    Kind.BRAKING: (255, 206, 40),
    Kind.ACCELERATION: (240, 224, 90),
    Kind.JERK: (214, 190, 120),
    Kind.UNTRUSTED: (116, 140, 190),
}
FINE = QColor(64, 214, 140)


def flaw_colour(kind: Kind) -> QColor:
    return QColor(*_RGB[kind])


FLAW_COLOURS = [*(flaw_colour(kind) for kind in GRAVITY), FINE]
"""In the order of `GRAVITY`; the last one, also found at -1, is for where all is well."""
