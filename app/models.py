"""Which networks there are on this machine."""

from __future__ import annotations

from pathlib import Path

from core.jwm.shipped import coupled_weights_of
from core.worldgen.shipped import tokenizer_weights_of, worldgen_weights_of
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


def generator_lack(preset: str, coupling: str, weights: Path | None = None) -> str:
    """Why a coupling cannot be used here; empty if it can.

    Args:
        preset: the networks.
        coupling: who makes the pictures.
        weights: of a generator that takes the preset's place.
    """
    if coupling == "reconstruction":
        return ""
    alone = coupling == "generation"
    generator = weights or (worldgen_weights_of if alone else coupled_weights_of)(preset)
    lacking = [path for path in (generator, tokenizer_weights_of(preset)) if not path.is_file()]
    if not lacking:
        return ""
    where = " and ".join(str(Path(path.parent.name) / path.name) for path in lacking)
    how = "chain" if alone else "joint"
    return f"The weights of the generator are not here ({where}): `driftless train {how}` makes them"
