"""How refinement goes about its work."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rates:
    """The first steps of each parameter, in its units."""

    means: float = 0.1  # of the splat's own size
    scales: float = 0.12  # of their logarithms
    quaternions: float = 0.08
    opacities: float = 0.4  # of their logits
    colours: float = 0.04
    harmonics: float = 0.003
    sky: float = 0.01
    gains: float = 0.003
    biases: float = 0.001


@dataclass(frozen=True)
class Settings:
    """Chosen by trial; the package's docstring says what they are worth."""

    rates: Rates = field(default_factory=Rates)
    last: float = 0.1  # share of the rates that is left at the last step, after half a cosine
    pictures: int = 12  # per step
    keep: tuple[float, float] = (0.5, 0.95)  # of earlier gradients and their squares
    dissimilarity: float = 0.3  # weight of 1 - SSIM, the rest is the absolute difference
    depth: float = 0.1  # weight of how far, relatively, surfaces have moved from where the scene had them
