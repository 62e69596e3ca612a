"""The loop: the scene tells what is there, the generator makes the next chunk, and the scene takes it in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from core.jwm.coupling import LEVEL, Coupling
from core.jwm.detail import Finisher, with_detail
from core.jwm.drawing import drawn_of, smaller_by
from core.jwm.feedback import Feedback
from core.jwm.made import CoupledChunk
from core.jwm.recordings import Recordings
from core.jwm.relighting import Relighting
from core.jwm.sightings import sightings_of
from core.scene import Scene
from core.worldgen.conditions import Conditions
from core.worldgen.generating import Generator, Inventor
from core.worldgen.plan import Plan


def coupled_chunks(
    generator: Generator,
    scene: Scene,
    plan: Plan,
    *,
    seed: int,
    steps: int,
    feedback: Feedback | None = None,
    level: float | None = LEVEL,
    tokens: bool = True,
    inventor: Inventor | None = None,
    finisher: Finisher | None = None,
    recordings: Recordings | None = None,
    relighting: Relighting | None = None,
    threads: int | None = None,
    between: Callable[[], None] = lambda: None,
) -> Iterator[CoupledChunk]:
    """Make the frames of a plan by scene and generator together.

    Args:
        generator: that heeds a scene.
        scene: after all edits.
        plan: what to show; it begins with recorded frames.
        seed: the same makes the same frames on the same device.
        steps: of the sampler.
        feedback: takes what was made into the scene (`joint`); None leaves the scene as it is (`serial`).
        level: of noise where all is known; None to repair renders.
        tokens: whether the generator is told the scene's tokens, too.
        inventor: makes up what the scene does not know, beside a generator that repairs.
        finisher: that learned to finish this generator's pictures.
        recordings: of the log, whose detail the pictures may take.
        relighting: to another weather; only what is yielded is in that.
        threads: that draw; all usable cores if None.
        between: called before each picture and each pass of the network; may raise to end.

    Raises:
        UserError: a number is not finite.
    """
    if relighting is not None:
        plan = _as_recorded(plan, relighting, scene, threads)
    coupling = Coupling(scene, plan, generator.tokenizer, level=level, tokens=tokens, threads=threads, between=between)

    def told(begin: int, end: int, conditions: Conditions) -> Conditions:
        found = coupling.told(begin, end, conditions)
        if feedback is not None and end <= len(plan.given):
            feedback.begin(scene, plan.given[begin:end], coupling.seen)
        return found

    feedback_s = 0.0
    for made in generator.make(plan, seed=seed, steps=steps, inventor=inventor, further=told, between=between):
        began_s = time.perf_counter()
        end = made.begin + len(made.images)
        views, drawn, fetched = plan.viewpoints.frames(made.begin, end), coupling.seen.drawn, None
        if recordings is not None and finisher is not None:
            fine_views = views.resized(*coupling.fine.alpha.shape[2:])
            fetched = recordings.fetched(coupling.fine, coupling.scene, plan.names, fine_views)
        fine = with_detail(made.images, coupling.seen, coupling.fine, generator.tokenizer, finisher, fetched)
        images = smaller_by(fine.shape[2] // made.images.shape[2], fine)
        made = replace(made, images=images, decode_s=made.decode_s + time.perf_counter() - began_s)
        sightings = sightings_of(made.images, drawn, coupling.scene, plan.names, views)
        shown = made
        if relighting is not None:
            fine = relighting.of(fine, coupling.fine)
            shown = replace(made, images=smaller_by(fine.shape[2] // made.images.shape[2], fine))
        yield CoupledChunk(**vars(shown), sightings=sightings, fine=fine, feedback_s=feedback_s)
        if feedback is not None and end < len(plan):
            began_s = time.perf_counter()
            coupling.know(feedback.after(coupling.scene, plan, made, coupling.seen))
            feedback_s = time.perf_counter() - began_s


def _as_recorded(plan: Plan, relighting: Relighting, scene: Scene, threads: int | None) -> Plan:
    """The same plan in the light of the log. Where a take is gone on, its last pictures are in another: the scene's
    take their place."""
    plan = replace(plan, weather=relighting.recorded, share=1.0)
    if not plan.made:
        return plan
    views = plan.viewpoints.frames(0, len(plan.given))
    return replace(plan, given=drawn_of(scene, plan.names, views, threads=threads).rgb)
