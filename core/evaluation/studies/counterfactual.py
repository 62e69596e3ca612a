"""The counterfactual benchmark: edited drives, as scene and generators show them, against what would have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.evaluation.film_cells import Figures, Pictures
from core.evaluation.generation import Generator, check_alike
from core.evaluation.studies.arms import Arm, Rendered, Tokenized, arms_of
from core.evaluation.studies.regions import region_figures, shown_figures
from core.evaluation.studies.subject import Subject, in_unit
from core.evaluation.studies.summary import Missing
from core.jwm.coupling import is_coupled
from core.jwm.shipped import coupled_weights_of
from core.networks.files import models_folder
from core.worldgen.model.config import Preset
from core.worldgen.shipped import STUDENT, worldgen_weights_of
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.network import WorldRec

COUPLED_COMMAND = "driftless train joint --stage repair, then --stage bridge, then --stage few-steps"
ALONE_COMMAND = "driftless train chain"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The generators of a study, and what is missing."""

    generators: list[Generator]
    missing: list[Missing]

    @property
    def coupled(self) -> list[Generator]:
        """Those that heed a scene."""
        return [each for each in self.generators if is_coupled(each.network)]

    @property
    def alone(self) -> list[Generator]:
        return [each for each in self.generators if not is_coupled(each.network)]


def chosen_generators(named: Sequence[Path], preset: Preset, tokenizer: FrameTokenizer) -> Chosen:
    """The generators that were named; of a kind of which none was, the preset's.

    Raises:
        UserError: one that was named cannot be read, or they do not go with each other and the tokenizer.
    """
    generators, missing = [Generator.of(path) for path in named], []
    kinds = (
        (True, coupled_weights_of(preset), "A generator that heeds a scene: serial and joint", COUPLED_COMMAND),
        (False, worldgen_weights_of(preset), f"A generator alone ({STUDENT})", ALONE_COMMAND),
    )
    for heeds, path, what, command in kinds:
        if any(is_coupled(each.network) == heeds for each in generators):
            continue
        if path.is_file():
            generators.append(Generator.of(path))
        else:
            missing.append(Missing(what, str(path.relative_to(models_folder())), command))
    if generators:
        check_alike(generators, tokenizer)
    return Chosen(generators, missing)


def counterfactual_arms(
    chosen: Chosen, tokenizer: FrameTokenizer, *, steps: int, grows_by: WorldRec, relit: bool = False
) -> list[Arm]:
    """The scene alone, also relit if drives are shown under other weathers, every coupling, and what the tokenizer
    costs."""
    couplings = arms_of(chosen.generators, tokenizer, steps=steps, grows_by=grows_by)
    rendered = [Rendered(), *(Rendered(each.path) for each in chosen.coupled[:1] if relit)]
    return [*rendered, *couplings, Tokenized(tokenizer, of_truth=False), Tokenized(tokenizer, of_truth=True)]


def counterfactual_figures(subject: Subject, film: Pictures) -> Figures:
    """Likeness to the edited truth by regions, cameras and seconds, and as it is shown."""
    sizes = {"given": subject.given, "names": subject.plan.names, "frame_s": subject.frame_s}
    figures = region_figures(subject.pictures, subject.coarse(film), subject.regions, **sizes)  # type: ignore[arg-type]
    return figures | shown_figures(in_unit(subject.shown), film, given=subject.given)
