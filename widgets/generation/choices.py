"""What a run is asked for, as the user chooses it."""

from __future__ import annotations

from dataclasses import dataclass

from core.takes.take import Coupling

STEPS = (1, 2, 4, 8, 50)
HEIGHTS = (128, 180, 360, 720)
FIRST_HEIGHT = 180
COUPLINGS: tuple[tuple[Coupling, str, str], ...] = (
    ("joint", "Joint", "The scene tells the generator what is where, and takes up what it makes"),
    ("serial", "Serial", "The scene tells the generator what is where, and stays as it is"),
    ("generation", "Generation only", "The generator works from the first pictures, boxes and lanes"),
    ("reconstruction", "Reconstruction only", "The scene is drawn along the path, without a generator"),
)


@dataclass(frozen=True)
class RunChoices:
    coupling: Coupling
    frames: int
    steps: int
    seed: int
    cameras: tuple[str, ...] | None  # None: all
    height: int | None = None  # pixels, of pictures that no generator makes
