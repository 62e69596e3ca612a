"""The surfaces road users are made of, and the colours people buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.city.surfaces import Label, Material, Surface

Colour = tuple[float, float, float]


def srgb(code: str) -> Colour:
    """Linear RGB of a colour written as six hex digits of sRGB."""
    values = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear[0]), float(linear[1]), float(linear[2])


def choose(rng: np.random.Generator, choices: Sequence[tuple[str, float]]) -> str:
    """One of the names, each as likely as its weight."""
    weights = np.array([weight for _, weight in choices])
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))][0]


# Colour code, metallic 0..1, share: roughly what is registered in Europe.
_CAR_COLOURS = (
    ("e9e9e6", 0.0, 20),
    ("f4f3ee", 0.3, 5),
    ("0d0e10", 0.4, 14),
    ("1c1f24", 0.6, 6),
    ("4a4e53", 0.7, 14),
    ("6f7479", 0.7, 8),
    ("b4b8bb", 0.9, 11),
    ("1d3a66", 0.6, 6),
    ("2f6aa8", 0.5, 4),
    ("94a9bb", 0.7, 2),
    ("9c1a1c", 0.3, 5),
    ("6b1219", 0.5, 2),
    ("2f4a3a", 0.5, 2),
    ("8b7d68", 0.7, 2),
    ("c8bfae", 0.6, 1),
    ("c85a1e", 0.5, 1),
)


@dataclass(frozen=True)
class Palette:
    """Surfaces that carry the label of one class."""

    label: Label

    def plain(self, code: str, roughness: float = 0.8) -> Surface:
        return Surface(Material.PLAIN, self.label, srgb(code), parameters=(roughness,))

    def paint(self, code: str, metallic: float = 0.0, gloss: float = 0.9) -> Surface:
        return Surface(Material.CAR_PAINT, self.label, srgb(code), parameters=(gloss, metallic))

    def any_paint(self, rng: np.random.Generator) -> Surface:
        shares = np.array([share for _, _, share in _CAR_COLOURS], dtype=float)
        code, metallic, _ = _CAR_COLOURS[int(rng.choice(len(_CAR_COLOURS), p=shares / shares.sum()))]
        return self.paint(code, metallic)

    def glass(self, tint: float = 0.75) -> Surface:
        return Surface(Material.GLASS, self.label, srgb("20262b"), parameters=(tint,))

    def rubber(self, code: str = "1a1a1a") -> Surface:
        return Surface(Material.RUBBER, self.label, srgb(code))

    def metal(self, code: str = "b9bcc0", roughness: float = 0.35) -> Surface:
        return Surface(Material.METAL, self.label, srgb(code), parameters=(roughness,))

    def head_lamp(self) -> Surface:
        return Surface(Material.HEAD_LAMP, self.label, srgb("e4e9ee"))

    def tail_lamp(self) -> Surface:
        # Pure red: what little green and blue there is turns a bright lamp pink.
        return Surface(Material.TAIL_LAMP, self.label, srgb("b00303"))

    def plastic(self, code: str, second: str | None = None, stripe_m: float = 0.0) -> Surface:
        return Surface(Material.PLASTIC, self.label, srgb(code), srgb(second or code), (stripe_m,))

    def skin(self, code: str) -> Surface:
        return Surface(Material.SKIN, self.label, srgb(code))

    def cloth(self, code: str, second: str | None = None, pattern: int = 0, size_m: float = 0.0) -> Surface:
        """`pattern` 0 plain, 1 stripes, 2 check."""
        return Surface(Material.CLOTH, self.label, srgb(code), srgb(second or code), (float(pattern), size_m))

    def fur(self, code: str, second: str | None = None, patch_m: float = 0.1) -> Surface:
        return Surface(Material.FUR, self.label, srgb(code), srgb(second or code), (patch_m,))
