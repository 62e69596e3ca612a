"""The premise study: whether few steps, stages of training, and scene and generator as one are worth what is claimed.

Claimed is (Xiaomi Auto World Model, 2026): bidirectional training, then teacher forcing, distillation and distribution
matching give good pictures online in four steps, and working together with a reconstruction makes them more stable,
more consistent and truer. The arms of three axes are judged on the same drives, at multiples of what was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.evaluation.features import FixedFeatures, frechet_distance
from core.evaluation.film_cells import Figures, Pictures
from core.evaluation.film_quality import film_figures
from core.evaluation.generation import Generator
from core.evaluation.studies.arms import Alone, Arm, Control, Rendered, Shortened, Together, Tokenized
from core.evaluation.studies.consistency import consistency_figures
from core.evaluation.studies.counterfactual import Chosen
from core.evaluation.studies.guards import guard_figures
from core.evaluation.studies.regions import region_figures, shown_figures
from core.evaluation.studies.subject import Staging, Subject, in_unit
from core.evaluation.studies.summary import Missing
from core.jwm.coupling import REPAIR, is_coupled, level_of
from core.worldgen.model.config import Preset
from core.worldgen.shipped import STAGES, worldgen_weights_of
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.network import WorldRec

TRAINED_FRAMES = 24
"""Horizons are multiples of so many frames."""
STEPS, FEW, MANY = (1, 2, 4, 8), 4, 50
BIDIRECTIONAL, TEACHER_FORCING, ODE, DMD = STAGES
BRIDGE, FEW_STEPS, JOINT_STAGE = "bridge", "few-steps", "joint"
STUDENTS = (JOINT_STAGE, FEW_STEPS, DMD, ODE)
TEACHERS = (BRIDGE, TEACHER_FORCING)
_BEST_FIRST = (JOINT_STAGE, FEW_STEPS, BRIDGE, REPAIR)
_ALONE_FIRST = (DMD, ODE, TEACHER_FORCING)
_CONTROLS: tuple[Control, ...] = ("shuffled", "blank")


@dataclass(frozen=True, eq=False)
class PremiseArms:
    """Who is compared, and who stands for what in the rules; names of arms, None where weights are missing."""

    arms: Sequence[Arm]
    missing: list[Missing]
    generation: str | None
    serial: str | None
    joint: str | None
    blank: str | None
    shuffled: str | None


def premise_arms(
    chosen: Chosen, tokenizer: FrameTokenizer, drives: Sequence[Staging], *, grows_by: WorldRec, frames: int
) -> PremiseArms:
    """Arms along three axes: couplings go to the longest horizon, steps and stages as far as the first.

    Args:
        chosen: the generators.
        tokenizer: of their latents.
        drives: all that are studied; of another one's scene a control is told.
        grows_by: takes what was made into the scene.
        frames: of the longest horizon.
    """
    alone, coupled = _first(chosen.alone, _ALONE_FIRST), _first(chosen.coupled, _BEST_FIRST)
    long: list[Arm] = [Rendered()]
    generation = None if alone is None else Alone(alone, tokenizer, FEW)
    long += [] if generation is None else [generation]
    serial = joint = None
    controls: dict[Control, Together] = {}
    if coupled is not None:
        serial = Together(coupled, tokenizer, FEW, inventor=alone if alone and alone.name == DMD else None)
        joint = replace(serial, grows_by=grows_by)
        told = _CONTROLS if len(drives) > 1 else _CONTROLS[1:]
        controls = {each: replace(serial, control=each, drives=drives) for each in told}
        long += [serial, joint, *controls.values()]
    long.append(Tokenized(tokenizer, of_truth=True))
    named = {arm.name for arm in long}
    short = [arm for arm in _steps_and_stages(chosen, tokenizer, grows_by) if arm.name not in named]
    arms = [*(Shortened(arm, frames) for arm in long), *(Shortened(arm, TRAINED_FRAMES) for arm in short)]
    return PremiseArms(
        arms,
        chosen.missing,
        None if generation is None else generation.name,
        None if serial is None else serial.name,
        None if joint is None else joint.name,
        None if "blank" not in controls else controls["blank"].name,
        None if "shuffled" not in controls else controls["shuffled"].name,
    )


def _steps_and_stages(chosen: Chosen, tokenizer: FrameTokenizer, grows_by: WorldRec) -> list[Arm]:
    return [
        Together(each, tokenizer, steps, grows_by) if is_coupled(each.network) else Alone(each, tokenizer, steps)
        for each in chosen.generators
        for steps in _steps_of(each)
    ]


def _steps_of(generator: Generator) -> tuple[int, ...]:
    if level_of(generator.origin) is None:
        return (1,)
    if generator.name in STUDENTS:
        return STEPS
    return (FEW, MANY) if generator.name in TEACHERS else (MANY,)


def _first(generators: Sequence[Generator], order: Sequence[str]) -> Generator | None:
    """The one of the stage that comes first."""
    found = [each for each in generators if each.name in order]
    return min(found, key=lambda each: order.index(each.name)) if found else None


def with_stages(chosen: Chosen, preset: Preset) -> Chosen:
    """Those that were chosen, and the preset's other stages of training; what of these is not there is missing."""
    generators, missing = list(chosen.generators), list(chosen.missing)
    there = {each.name for each in generators} | {each.file.split("/")[0] for each in missing}
    for stage in STAGES:
        path = worldgen_weights_of(preset, stage)
        if stage in there or path.parent.name in there:
            continue
        if path.is_file():
            generators.append(Generator.of(path))
        else:
            command = f"driftless train worldgen --stage {stage}"
            missing.append(Missing(f"Stage {stage}, alone", f"{path.parent.name}/{path.name}", command))
    for stage in (BRIDGE, FEW_STEPS):
        if stage not in there:
            command = f"driftless train joint --stage {stage}"
            missing.append(Missing(f"Stage {stage}, with scene", "name it by --weights", command))
    return Chosen(generators, missing)


class PremiseFigures:
    """What a film is worth at each horizon that it reaches: names end with `@` and frames."""

    def __init__(self, horizons: Sequence[int], chunk: int) -> None:
        """
        Args:
            horizons: frames after the given ones.
            chunk: frames that are made at once.
        """
        self._horizons, self._chunk = horizons, chunk
        self._features = FixedFeatures()

    def __call__(self, subject: Subject, film: Pictures) -> Figures:
        figures: Figures = {}
        for frames in self._horizons:
            length = subject.given + frames
            if length <= len(film):
                shorter = subject.shorter(length)
                part = self._of(shorter, subject.coarse(film[:length]))
                part |= shown_figures(in_unit(shorter.shown), film[:length], given=subject.given)
                figures |= {f"{name}@{frames}": value for name, value in part.items()}
        return figures

    def _of(self, subject: Subject, film: Pictures) -> Figures:
        truth, given = subject.pictures, subject.given
        sizes = {"given": given, "frame_s": subject.frame_s}
        figures = film_figures(truth, film, chunk=self._chunk, **sizes)  # type: ignore[arg-type]
        drifts = [abs(value) for name, value in figures.items() if name.endswith("_drift") and value is not None]
        figures["drift"] = max(drifts)
        figures["dissimilarity"] = 1 - (figures["ssim"] or 0.0)
        known, made = (self._features(each[given:].reshape(-1, *each.shape[2:])) for each in (truth, film))
        figures["feature_distance"] = frechet_distance(made, known)
        regions = region_figures(truth, film, subject.regions, names=subject.plan.names, **sizes)  # type: ignore[arg-type]
        figures |= {name: value for name, value in regions.items() if name.count("/") == 1}
        figures |= {
            name: value for name, value in regions.items() if name.startswith("psnr/all/") and name.endswith(" s")
        }
        return figures | consistency_figures(subject, film) | guard_figures(truth, film, **sizes)  # type: ignore[arg-type]
