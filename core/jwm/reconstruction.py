"""Drives that show the scene as it is, without a generator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from core.jwm.drawing import drawn_of
from core.jwm.made import CoupledChunk
from core.jwm.relighting import Relighting
from core.jwm.sightings import sightings_of
from core.scene import Scene
from core.worldgen.plan import Plan


def reconstructed(
    scene: Scene,
    plan: Plan,
    *,
    chunk: int,
    relighting: Relighting | None = None,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Iterator[CoupledChunk]:
    """The frames of a plan as the scene shows them, in chunks as a generator would make them.

    Args:
        scene: after all edits.
        plan: what to show.
        chunk: frames that are yielded at once.
        relighting: to another weather.
        threads: how many share the drawing; all usable cores if None.
        between: called before each picture; may raise to end.
    """
    for begin, end in plan.chunks(chunk):
        began_s = time.perf_counter()
        viewpoints = plan.viewpoints.frames(begin, end)
        drawn = drawn_of(scene, plan.names, viewpoints, threads=threads, between=between)
        shown = drawn.rgb if relighting is None else relighting.of(drawn.rgb, drawn)
        drawn_s = time.perf_counter() - began_s
        sightings = sightings_of(drawn.rgb, drawn, scene, plan.names, viewpoints)
        yield CoupledChunk(begin, shown, drawn_s, 0.0, 0.0, sightings=sightings, fine=shown)
