"""Refine: a scene's own splats optimised until its pictures look like the recorded ones.

Owns: the splats of a scene as parameters, what is minimised, the optimiser, stopping with the best so far.
Does not own: where splats come from (lift or a network), drawing (`core/splats`), training of networks.

Decisions
- The same splats before and after: none is added or taken away, an actor's stay in the frame of its box. Lifespans,
  owners and provenance are kept.
- A scene is judged by six of the pictures that it is held against, eight times on the way; it is never worse than the
  one that was given. Held-out images are not even read.
- Means move in units of their splat's size, so that one rate fits near and far.
- Adam steps by rows, and forgets fast: a picture shows a tenth of the splats, and fifty steps of six pictures showed
  each of them some thirty times. Its usual form is half a decibel worse (see below).
- Twelve pictures a step: 0.3 dB more than six for 1.7 times as long, 0.47 s instead of 0.27 s a step on two cores.
- Colours stay between 0 and 1 in the picture only; what a splat holds may lie a little beyond.
- Exposures of cameras are learnt with the splats, from those of the scene on, and stay neutral in the mean.
  On pandaset_drive with 50 steps: 26.75 / .813; without any exposure 25.81 / .811.
- Names are imported when first used: the package itself loads no torch.

Measured from lift (64 k splats, 3 cameras of 128×224, 4 s, city seeds 21, 22, 23, every third frame held out; PSNR and
SSIM of held-out frames; six pictures a step; seconds of processor time on one thread, reading included):
    lift                       23.02 / .704
    + 50 steps (12 s)          27.88 / .892
    + 150 steps (33 s)         29.47 / .919
    pandaset_drive at 320×180, 6 cameras: lift 23.24 / .677, + 150 steps (56 s) 27.05 / .842

Tried on seed 21 with 50 steps (lift 22.16 / .708):
    usual Adam, rates of 3DGS for so few steps, two pictures a step     23.63 / .801
    half a cosine down to a tenth instead of a falling exponential       +0.27 dB
    down to a hundredth instead                                          -0.17
    Adam by rows, keeping (0.7, 0.99) instead of (0.9, 0.999)            +0.43
    four pictures a step / six                                           +1.0 / +1.6, time in proportion
    all rates doubled / means not                                        +0.22 / +0.39
    doubled again, means at a tenth of a size, keeping (0.5, 0.95)       +0.1
    the usual Adam with a larger epsilon (1e-6, 1e-5)                    -0.14, -0.66: faint splats matter too
    dissimilarity weighing 0.4 instead of 0.2                            -0.1, no better SSIM
    harmonics of degree 1                                                +0.0 for a fifth more time
From WorldRec's scene of seed 202 with 150 steps: 27.08 / .875; rates down to 0.02 instead of 0.1: 27.07 / .874.
From WorldRec's scenes of seeds 202 and 207, by later weights, with 150 steps: 27.22 / .877 and 25.18 / .860. Twice the
squared error beside the loss: +0.06 and +0.05 dB, SSIM -.0004 in the mean; keeping (0.5, 0.99): -0.06 and -0.07; means
at 0.15 of a size: -0.03 and 0.00; scales at two thirds of their rate: -0.01 and -0.02. None is worth a change.
From today's WorldRec's scenes of the same seeds (25.12 / .817 and 23.29 / .783), with 150 steps by pictures a step:
    6     27.21 / .879 and 25.31 / .864, 38 s of processor time
    9     27.29 / .882 and 25.44 / .868, 55 s
    12    27.37 / .884 and 25.53 / .871, 71 s, on one thread; 150 steps take two cores about 70 s (six: 40 s)
dissimilarity weighing 0.3 then, 0.5 (seed 207): -0.02 dB and +.0009, -0.11 and +.0011
From WorldRec's scene of seed 208 (26.25 / .818; 24.57 three metres beside the drive), with 50 steps:
    nothing said of depth                                                28.58 / .886; 25.17 beside
    surfaces held to where they were, weight 0.1 / 0.5                   28.72 / .888, 25.51; 28.54 / .885, 25.51
No splat ends invisible, so moving useless ones to where they are missed has little to work with.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.worldrec.refine.refining import refine
    from core.worldrec.refine.settings import Rates, Settings

__all__ = ["Rates", "Settings", "refine"]

_MODULES = {"Rates": "settings", "Settings": "settings", "refine": "refining"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"core.worldrec.refine.{_MODULES[name]}"), name)
