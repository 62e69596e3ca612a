"""How long scene and generator take to stream, whatever the weights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal, NamedTuple

import torch

from core.jwm.coupling import coupled, inventor_of, level_of
from core.jwm.detail import Finisher, finisher_beside
from core.jwm.drawing import finer_for
from core.jwm.feedback import Feedback
from core.jwm.loop import coupled_chunks
from core.jwm.reconstruction import reconstructed
from core.jwm.recordings import Recordings
from core.jwm.shipped import coupled_weights_of
from core.logs import DrivingLog
from core.scene import Scene
from core.worldgen.generating import Generator, Inventor, MadeChunk
from core.worldgen.model import PRESETS, WorldGen
from core.worldgen.model.weights import origin_of
from core.worldgen.planning import planned
from core.worldgen.shipped import tokenizer_weights_of
from core.worldgen.tokenizer.frames import STRIDE
from core.worldgen.tokenizer.weights import load_tokenizer
from core.worldrec.model.weights import load_network, weights_of

_STEPS = 4


class StreamTiming(NamedTuple):
    """By the clock; by the processor, of all threads together."""

    first_s: float  # until the first chunk is there, networks and first pictures read on the way
    frame_set_s: float  # of one frame of all cameras, in the chunks after the first
    processor_s: float  # the same


def time_stream(
    log: DrivingLog, scene: Scene, coupling: Literal["reconstruction", "serial", "joint"], frames: int
) -> StreamTiming:
    """Stream frames of all cameras of a log as a coupling makes them, at the size and on the device of the preset
    `tiny`; by a network that has learned nothing if no weights are shipped.

    Raises:
        UserError: weights or an image cannot be read, or the log has too few pictures.
    """
    began_s = time.perf_counter()
    chunks = _chunks(log, scene, coupling, frames)
    made = len(next(chunks).images)
    first_s, worked_s = time.perf_counter() - began_s, time.process_time()
    rest = sum(len(chunk.images) for chunk in chunks)
    seconds, processor_s = time.perf_counter() - began_s - first_s, time.process_time() - worked_s
    assert made + rest == frames
    return StreamTiming(first_s, seconds / rest, processor_s / rest)


def _chunks(log: DrivingLog, scene: Scene, coupling: str, frames: int) -> Iterator[MadeChunk]:
    config = PRESETS["tiny"]
    # A scene alone is drawn at the size at which the others' pictures are shown.
    finer = finer_for(config.image_height) if coupling == "reconstruction" else 1
    height, multiple = finer * config.image_height, finer * config.patch * STRIDE
    plan = planned(log, None, given=config.chunk, frames=frames, height=height, multiple=multiple)
    if coupling == "reconstruction":
        return reconstructed(scene, plan, chunk=config.chunk)
    weights = coupled_weights_of("tiny")
    level: float | None = None
    finisher: Finisher | None = Finisher().eval().requires_grad_(False)
    inventor: Inventor | None = None
    if weights.is_file():
        generator = Generator.load(weights, tokenizer_weights_of("tiny"), torch.device("cpu"))
        level = level_of(origin_of(weights))
        finisher = finisher_beside(weights)
        inventor = inventor_of(generator, "tiny", _STEPS) if level is None else None
    else:
        network = coupled(WorldGen(config)).eval().requires_grad_(False)
        generator = Generator(network, load_tokenizer(tokenizer_weights_of("tiny")), torch.device("cpu"), True)
    return coupled_chunks(
        generator,
        scene,
        plan,
        seed=0,
        steps=1 if level is None else _STEPS,
        feedback=Feedback(load_network(weights_of("tiny"))) if coupling == "joint" else None,
        level=level,
        inventor=inventor,
        finisher=finisher,
        recordings=Recordings(log, scene),
    )
