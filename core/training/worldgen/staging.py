"""From a stage's name to its weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from core.errors import UserError
from core.networks.files import hash_of
from core.training.options import StageName
from core.training.processes import is_first, wait_for_all
from core.training.sharded import whole
from core.training.worldgen.batches import Samples
from core.training.worldgen.card import write_card
from core.training.worldgen.dmd import MatchedDistribution
from core.training.worldgen.flow import TeacherForced, WholeClips
from core.training.worldgen.lesson import Lesson
from core.training.worldgen.loop import Running, train_stage
from core.training.worldgen.ode import FewSteps
from core.training.worldgen.stages import AnyStage, Bidirectional, Dmd, Ode, TeacherForcing
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.model.wan import load_wan
from core.worldgen.model.weights import Origin, load_worldgen, origin_of, save_worldgen
from core.worldgen.reference import referring_for

NEEDS: Mapping[StageName, Mapping[str, StageName]] = {
    "bidirectional": {},
    "teacher-forcing": {"start": "bidirectional"},
    "ode": {"start": "teacher-forcing", "teacher": "teacher-forcing"},
    "dmd": {"start": "ode", "teacher": "bidirectional"},
}
"""Of which stages the weights are that a stage begins with, and those that teach it."""


def run_stage(
    stage: AnyStage,
    config: WorldGenConfig,
    samples: Samples,
    run: Path,
    out: Path,
    *,
    running: Running,
    start: Path | None = None,
    teacher: Path | None = None,
) -> Path:
    """Train a stage and write its weights, which name those that they come from, and their card beside them.

    Args:
        stage: which, and how.
        config: of a network that begins with nothing, or with Wan's weights; of any, how large pictures are.
        samples: to learn from.
        run: folder of the run.
        out: file of the weights.
        running: how.
        start: weights to begin with; also a folder of those of Wan 2.1.
        teacher: weights of whoever teaches.

    Raises:
        UserError: weights that the stage needs are missing or of another size, or the run's folder holds another
            network.
    """
    given = {"start": start, "teacher": teacher}
    for role, needed in NEEDS[stage.name].items():
        if given[role] is None:
            what = f"The stage {stage.name} needs the weights of the stage {needed}"
            raise UserError(what, field="--from" if role == "start" else f"--{role}", remedy="Name their file.")
    torch.manual_seed(running.seed)
    begun, teaching = (None if path is None else _loaded(path, config) for path in (start, teacher))
    return train_lesson(lesson_of(stage, config, begun, teaching), samples, run, out, running=running, parents=given)


def train_lesson(
    lesson: Lesson,
    samples: Samples,
    run: Path,
    out: Path,
    *,
    running: Running,
    parents: Mapping[str, Path | None],
) -> Path:
    """Train what a lesson teaches and write its weights, and their card beside them.

    Args:
        lesson: of a stage.
        samples: to learn from.
        run: folder of the run.
        out: file of the weights.
        running: how.
        parents: weights that it began with and that taught, by their roles.
    """
    stage = lesson.stage
    lesson.referring = referring_for(lesson.network.config, samples.pictures, anew=lesson.anew)
    trained = train_stage(lesson, samples, run, running)
    hashes = {role: _hash_of(path) for role, path in parents.items() if path is not None}
    origin = Origin(
        stage=stage.name,
        steps=trained.steps,
        seed=running.seed,
        parents=hashes,
        anew=lesson.anew,
        repairs=lesson.repairs,
    )
    average = whole(lesson.average)
    if is_first():
        save_worldgen(average, out, origin)
        write_card(out, stage, average, origin, trained, samples.described)
    wait_for_all()
    return out


def _loaded(path: Path, config: WorldGenConfig) -> WorldGen:
    if path.is_dir():
        return load_wan(path, config)
    network = load_worldgen(path)
    network.config = network.config.model_copy(update={"image_height": config.image_height})
    return network


def _hash_of(path: Path) -> str:
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    return "+".join(hash_of(file) for file in files)


def lesson_of(stage: AnyStage, config: WorldGenConfig, start: WorldGen | None, teacher: WorldGen | None) -> Lesson:
    """What a stage learns, from weights or from nothing.

    Raises:
        UserError: start and teacher do not fit each other.
    """
    network = (start or WorldGen(config)).requires_grad_(True).train()
    if teacher is not None and teacher.config != network.config:
        raise UserError("The teacher is a network of another size", field="--teacher", remedy="Choose one preset.")
    match stage:
        case Bidirectional():
            return WholeClips(network, stage)
        case TeacherForcing():
            return TeacherForced(network, stage)
        case Ode():
            assert teacher is not None
            return FewSteps(network, stage, teacher)
        case Dmd():
            assert teacher is not None
            return MatchedDistribution(network, stage, teacher)


def run_chain(
    stages: Mapping[StageName, AnyStage],
    config: WorldGenConfig,
    samples: Samples,
    folder: Path,
    running: Running,
) -> dict[StageName, Path]:
    """Train all stages one after the other, each from what came of the ones before; goes on where it stopped.

    Raises:
        UserError: a run's folder holds another network.
    """
    made: dict[StageName, Path] = {}
    for name, stage in stages.items():
        out = folder / f"{name}.safetensors"
        if not out.exists() or origin_of(out).steps < stage.steps:
            running.tell(f"Stage {name}")
            needs = {role: made[needed] for role, needed in NEEDS[name].items()}
            run_stage(stage, config, samples, folder / name, out, running=running, **needs)
        made[name] = out
        if running.stopped():
            break
    return made
