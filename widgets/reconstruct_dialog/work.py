"""How much there is to do for a reconstruction, and about how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.logs import DrivingLog
from core.scene.stretches import length_of
from widgets.reconstruct_dialog.choices import Choices, stretch_of

MOST_OF_A_CAMERA = 28
"""The network looks at so many images of a camera at most, evenly spread; of a long stretch at so many times more."""

_OPENING_S = 4.0
_LOOKING_S = 0.45  # for each image that the network looks at, noting and comparing included
_STEP_S = 1.3


@dataclass(frozen=True)
class Work:
    """Counts of images and steps."""

    images: int  # of the chosen cameras in the stretch, those that are held out included
    held_out: int
    looked_at: int
    pixels: int  # of all these images but those that are held out, as recorded
    steps: int

    @property
    def seconds(self) -> float:
        """On two cores of a processor; about proportional on other machines."""
        return _OPENING_S + _LOOKING_S * self.looked_at + _STEP_S * self.steps


def work_of(log: DrivingLog, choices: Choices) -> Work:
    first_s, last_s = stretch_of(choices, log)
    chosen = [stream for stream in log.cameras if choices.cameras is None or stream.name in choices.cameras]
    most = round(MOST_OF_A_CAMERA * length_of(log, (first_s, last_s)))
    images = held_out = looked_at = pixels = 0
    for stream in chosen:
        inside = np.flatnonzero((stream.t_ns >= log.t_ns(first_s)) & (stream.t_ns <= log.t_ns(last_s)))
        out = int((inside % choices.hold_out == choices.hold_out - 1).sum()) if choices.hold_out else 0
        used = len(inside) - out
        images += len(inside)
        held_out += out
        looked_at += min(used, most)
        pixels += used * stream.camera.width * stream.camera.height
    return Work(images, held_out, looked_at, pixels, choices.refine_steps)


def about(seconds: float) -> str:
    """A time that is only estimated: `20 s`, `4 min`, `1.5 h`."""
    if seconds < 100:
        step = 5 if seconds > 10 else 1
        return f"{max(round(seconds / step) * step, 1)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
