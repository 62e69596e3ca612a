"""What is chosen, and what there is to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from core.logs import DrivingLog


@dataclass(frozen=True)
class Choices:
    """How a log is to be reconstructed."""

    window_s: tuple[float, float] | None = None  # from and to, since the log's start; None: all of it
    cameras: tuple[str, ...] | None = None  # None: all
    preset: str = "tiny"
    refine_steps: int = 0
    hold_out: int = 0  # of every so many images of each camera the last is only measured on; 0: none
    extends: bool = False  # whether the scene that is there goes on; else a new one takes its place


@dataclass(frozen=True)
class PresetOffer:
    """A network that can be chosen, unless it lacks something."""

    name: str
    title: str
    tip: str
    lack: str = ""  # why it cannot be chosen


def stretch_of(choices: Choices, log: DrivingLog) -> tuple[float, float]:
    """From and to in seconds, whatever was chosen."""
    return choices.window_s or (0.0, log.duration_s)
