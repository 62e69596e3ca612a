"""The street as a drive that studies ask for, and networks that have learned nothing to make it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from jwm_street import CHUNK, HEIGHT, log_and_scene, plan_of, small_generator, small_tokenizer

from core.evaluation.studies.subject import Seen, Subject
from core.worldgen.conditions.film import film_of
from core.worldgen.model.weights import Origin, save_worldgen
from core.worldrec.model.config import WorldRecConfig
from core.worldrec.model.network import WorldRec

FRAMES = 3 * CHUNK


@cache
def subject(name: str = "street", *, half: bool = False, fine: bool = False) -> Subject:
    """The street, unedited; the pixels that an edit would have changed are said to be those of the upper half.

    Args:
        name: of the drive.
        half: whether the splats to the left are gone.
        fine: whether the truth is known twice as fine.
    """
    log, scene = log_and_scene()
    plan = plan_of(log, FRAMES)
    truth = film_of(log, plan.viewpoints.size).images[: len(plan)]
    if half:
        scene = replace(scene, static=scene.static[scene.static.means_m[:, 1] < 0], observed=None)
    upper = np.zeros(truth.shape[:-1], bool)
    upper[:, :, : HEIGHT // 2] = True
    seen = Seen(upper, ~upper, np.full(truth.shape[:-1], 10, np.float32))
    size = tuple(2 * side for side in plan.viewpoints.size)
    finer = {}
    if fine:
        images = film_of(log, size).images
        finer = {"fine_truth": images[: len(plan)], "fine_given": images[:CHUNK]}
    return Subject(name, log, scene, plan, truth, small_tokenizer(), lambda: seen, threads=1, **finer)


def weights(folder: Path, stage: str) -> Path:
    """A file of a generator that heeds a scene, as a stage of training would have made it."""
    path = folder / f"{stage}.safetensors"
    save_worldgen(small_generator().network, path, Origin(stage=stage, steps=1, seed=0))
    return path


def small_worldrec() -> WorldRec:
    sizes = {"image_width": 4, "image_blocks": 1, "splat_width": 8, "query_width": 8, "heads": 2}
    return WorldRec(WorldRecConfig.model_validate({"rounds": 1, "max_splats": 4000, **sizes}))
