"""Which networks there are on this machine."""

from __future__ import annotations

from core.worldrec.shipped import weights_of
from widgets.reconstruct_dialog import PresetOffer

_PRESETS = (
    ("tiny", "Tiny", "Small enough for a processor"),
    ("base", "Base", "For a graphics card: more splats, sharper"),
)


def preset_offers() -> list[PresetOffer]:
    """All presets; those without weights tell so."""
    return [
        PresetOffer(name, title, tip, "" if weights_of(name).is_file() else f"The weights of {name} are not here")
        for name, title, tip in _PRESETS
    ]
