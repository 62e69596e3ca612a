"""Drives that show the scene as it is, without a generator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from core.jwm.drawing import drawn_of
from core.scene import Scene
from core.worldgen.generating import MadeChunk
from core.worldgen.plan import Plan


def reconstructed(
    scene: Scene,
    plan: Plan,
    *,
    chunk: int,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Iterator[MadeChunk]:
    """The frames of a plan as the scene shows them, in chunks as a generator would make them.

    Args:
        scene: after all edits.
        plan: what to show.
        chunk: frames that are yielded at once.
        threads: how many share the drawing; all usable cores if None.
        between: called before each picture; may raise to end.
    """
    for begin, end in plan.chunks(chunk):
        began_s = time.perf_counter()
        drawn = drawn_of(scene, plan.names, plan.viewpoints.frames(begin, end), threads=threads, between=between)
        yield MadeChunk(begin, drawn.rgb, time.perf_counter() - began_s, 0.0, 0.0)
