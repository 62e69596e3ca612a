"""From a stage's name to weights of a generator that heeds a scene."""

from __future__ import annotations

from pathlib import Path

import torch

from core.errors import UserError
from core.jwm.coupling import coupled, is_coupled
from core.training.jwm.joint import JointLearning, JointSamples
from core.training.jwm.repairing import Repairing
from core.training.jwm.stages import Joint, Repair
from core.training.processes import is_first
from core.training.sharded import whole
from core.training.worldgen.batches import Samples
from core.training.worldgen.flow import TeacherForced
from core.training.worldgen.lesson import Lesson
from core.training.worldgen.loop import Running
from core.training.worldgen.ode import FewSteps
from core.training.worldgen.stages import Ode, TeacherForcing
from core.training.worldgen.staging import train_lesson
from core.worldgen.model import WorldGen, WorldGenConfig
from core.worldgen.model.weights import load_worldgen, with_slots
from core.worldrec.model.weights import FILE as RECONSTRUCTION_FILE
from core.worldrec.model.weights import load_network, save_network


def run_joint_stage(
    stage: Repair | TeacherForcing | Ode,
    config: WorldGenConfig,
    samples: Samples,
    run: Path,
    out: Path,
    *,
    running: Running,
    start: Path | None = None,
    teacher: Path | None = None,
) -> Path:
    """Train a stage of a generator with scenes and write its weights, which name those that they come from, and their
    card beside them.

    Args:
        stage: which, and how.
        config: of a network that begins with nothing.
        samples: with priors, to learn from.
        run: folder of the run.
        out: file of the weights.
        running: how.
        start: weights to begin with, whether they take a prior already or not.
        teacher: weights of whoever teaches few steps.

    Raises:
        UserError: weights that the stage needs are missing or of another size, or the run's folder holds another
            network.
    """
    torch.manual_seed(running.seed)
    network = coupled(WorldGen(config) if start is None else load_worldgen(start))
    if not network.config.local_channels:  # weights of before there were any
        network = with_slots(network, local_channels=config.local_channels, innovation=config.innovation)
    lesson = _lesson(stage, network.requires_grad_(True).train(), teacher)
    return train_lesson(lesson, samples, run, out, running=running, parents={"start": start, "teacher": teacher})


def _lesson(stage: Repair | TeacherForcing | Ode, network: WorldGen, teacher: Path | None) -> Lesson:
    match stage:
        case Repair():
            return Repairing(network, stage)
        case Ode():
            if teacher is None:
                what = "Few steps are learned from the weights of the stage bridge"
                raise UserError(what, field="--teacher", remedy="Name their file.")
            return FewSteps(network, stage, _teacher(network, teacher))
        case _:
            return TeacherForced(network, stage)


def run_joint_learning(
    stage: Joint,
    samples: JointSamples,
    run: Path,
    out: Path,
    *,
    running: Running,
    start: Path,
    reconstruction: Path,
    teacher: Path | None = None,
) -> Path:
    """Train both networks together and write their weights: the generator's, and beside them WorldRec's.

    Args:
        stage: how.
        samples: to learn from.
        run: folder of the run.
        out: file of the generator's weights.
        running: how.
        start: weights of a generator that heeds a scene.
        reconstruction: weights of WorldRec.
        teacher: weights of who scores what is made, of the stage `bridge`; without them, the truth alone does.

    Raises:
        UserError: weights are missing or of another kind, or the run's folder holds other networks.
    """
    torch.manual_seed(running.seed)
    network = load_worldgen(start)
    if not is_coupled(network):
        remedy = "Choose one that was trained by `driftless train joint`."
        raise UserError("This generator did not learn to heed a scene", path=start, field="--from", remedy=remedy)
    learners = network.requires_grad_(True).train(), load_network(reconstruction).requires_grad_(True).train()
    scoring = None if teacher is None else _teacher(network, teacher)
    lesson = JointLearning(learners[0], stage, learners[1], samples.tokenizer, repairs=samples.repairs, teacher=scoring)
    parents = {"start": start, "reconstruction": reconstruction, "teacher": teacher}
    made = train_lesson(lesson, samples, run, out, running=running, parents=parents)
    mean = whole(lesson.mean_reconstruction)
    if is_first():
        save_network(mean, out.with_name(RECONSTRUCTION_FILE))
    return made


def _teacher(network: WorldGen, path: Path) -> WorldGen:
    """One that makes the same latents and chunks; it may have more to work with."""
    teacher = load_worldgen(path)
    makes = [(each.config.latent_channels, each.config.chunk, each.config.shift) for each in (teacher, network)]
    if makes[0] != makes[1] or not is_coupled(teacher):
        remedy = "Choose one that was trained by `driftless train joint --stage bridge`."
        raise UserError("The teacher is a network of another kind", path=path, field="--teacher", remedy=remedy)
    return teacher
