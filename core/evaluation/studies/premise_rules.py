"""When the premise holds: rules with their thresholds, fixed before anything ran.

Each rule is about a margin, a weighted sum of figures of arms that has to be below zero, film by film; the interval of
its mean decides. Thresholds are those of the protocol in the project's notes (section 3), which takes its anchor from
CausalDrive (2026): seven per cent more Fréchet distance for a twenty-fifth of the time. Where the protocol names a
distance that needs downloaded weights, the labelled substitute stands: the distance of fixed features for FVD and KID,
one less SSIM for LPIPS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.evaluation.studies.arms import GENERATION, JOINT, RECONSTRUCTION, steps_told
from core.evaluation.studies.films import Films
from core.evaluation.studies.intervals import Interval, Unit, combined
from core.evaluation.studies.premise import (
    BRIDGE,
    DMD,
    FEW,
    FEW_STEPS,
    MANY,
    ODE,
    TEACHER_FORCING,
    TRAINED_FRAMES,
    PremiseArms,
)

Verdict = Literal["supported", "not supported", "undecided"]

MOST_DISTANCE, MOST_DISSIMILARITY = 1.10, 1.05  # of the teacher's
MOST_SEAM, LEAST_MOTION = 1.15, 0.9
MOST_DRIFT = 0.7  # of that of generation only

STEPS, STAGES, COUPLING = "Few steps", "Stages", "Scene and generator as one"


@dataclass(frozen=True)
class Term:
    """A figure of an arm, and how it counts."""

    factor: float
    arm: str | None  # None: its weights are missing
    figure: str


@dataclass(frozen=True)
class Rule:
    """What has to be below zero."""

    claim: str
    says: str
    terms: tuple[Term, ...]
    constant: float = 0.0


@dataclass(frozen=True)
class Decided:
    """A rule, the margin that was found, and what follows."""

    rule: Rule
    margin: Interval | None  # None: films of an arm are missing
    verdict: Verdict


def rules_of(arms: PremiseArms, horizons: Sequence[int]) -> list[Rule]:
    """All rules, whether their arms are there or not.

    Args:
        arms: who stands for what.
        horizons: frames.
    """
    return [*_steps_rules(), *_stages_rules(), *_coupling_rules(arms, horizons)]


def decided(rules: Sequence[Rule], films: Films) -> list[Decided]:
    """What the films say about rules."""
    return [_decided(rule, films) for rule in rules]


def claims_of(found: Sequence[Decided]) -> dict[str, Verdict]:
    """A claim is supported if all of its rules are, and not if one is not."""
    claims: dict[str, list[Verdict]] = {}
    for each in found:
        claims.setdefault(each.rule.claim, []).append(each.verdict)
    return {claim: _together(verdicts) for claim, verdicts in claims.items()}


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    if "not supported" in verdicts:
        return "not supported"
    return "undecided" if "undecided" in verdicts else "supported"


def _decided(rule: Rule, films: Films) -> Decided:
    values: list[tuple[float, Mapping[Unit, float | None]]] = [
        (term.factor, {} if term.arm is None else films.values(term.arm, term.figure)) for term in rule.terms
    ]
    margin = combined(values, rule.constant)
    if margin is None or margin.low is None or margin.high is None:
        return Decided(rule, margin, "undecided")
    if margin.high < 0:
        return Decided(rule, margin, "supported")
    return Decided(rule, margin, "not supported" if margin.low >= 0 else "undecided")


def _steps_rules() -> list[Rule]:
    pairs = (
        (f"{JOINT}, {FEW_STEPS}, {steps_told(FEW)}", f"{JOINT}, {BRIDGE}, {steps_told(MANY)}"),
        (f"{GENERATION}, {DMD}, {steps_told(FEW)}", f"{GENERATION}, {TEACHER_FORCING}, {steps_told(MANY)}"),
    )
    rules = []
    for student, teacher in pairs:

        def rule(says: str, *terms: Term, constant: float = 0.0, of: str = student, by: str = teacher) -> Rule:
            return Rule(STEPS, f"{of} against {by}: {says}", terms, constant)

        at = f"@{TRAINED_FRAMES}"
        rules += [
            rule(
                "feature distance at most 10 % more",
                Term(1, student, f"feature_distance{at}"),
                Term(-MOST_DISTANCE, teacher, f"feature_distance{at}"),
            ),
            rule(
                "1 - SSIM at most 5 % more",
                Term(1, student, f"dissimilarity{at}"),
                Term(-MOST_DISSIMILARITY, teacher, f"dissimilarity{at}"),
            ),
            rule("seams at most 1.15 of the truth's", Term(1, student, f"seam{at}"), constant=-MOST_SEAM),
            rule(
                "motion at least 0.9 of the teacher's",
                Term(LEAST_MOTION, teacher, f"motion{at}"),
                Term(-1, student, f"motion{at}"),
            ),
            rule("drift no steeper", Term(1, student, f"drift{at}"), Term(-1, teacher, f"drift{at}")),
        ]
    return rules


def _stages_rules() -> list[Rule]:
    few = steps_told(FEW)
    removed = (
        (f"{GENERATION}, {ODE}, {few}", f"{GENERATION}, {TEACHER_FORCING}, {few}", "feature_distance"),
        (f"{GENERATION}, {DMD}, {few}", f"{GENERATION}, {ODE}, {few}", "drift"),
        (f"{JOINT}, {FEW_STEPS}, {few}", f"{JOINT}, {BRIDGE}, {few}", "dissimilarity"),
    )
    return [
        Rule(
            STAGES,
            f"{kept} has less {figure.replace('_', ' ')} than {without}",
            (Term(1, kept, f"{figure}@{TRAINED_FRAMES}"), Term(-1, without, f"{figure}@{TRAINED_FRAMES}")),
        )
        for kept, without, figure in removed
    ]


def _coupling_rules(arms: PremiseArms, horizons: Sequence[int]) -> list[Rule]:
    rules = []
    for frames in horizons:
        times = f"{frames / TRAINED_FRAMES:g}×"

        def less(
            says: str, one: str | None, other: str | None, figure: str, factor: float = 1.0, sign: int = 1
        ) -> Rule:
            at = f"{figure}@{frames}"  # noqa: B023 - called before the next horizon
            return Rule(COUPLING, f"{times}: {says}", (Term(sign, one, at), Term(-sign * factor, other, at)))  # noqa: B023

        alone, joint, serial = arms.generation, arms.joint, arms.serial
        rules += [
            less("joint is truer than the scene alone (PSNR)", joint, RECONSTRUCTION, "psnr/all", sign=-1),
            less("also where nothing was observed (PSNR)", joint, RECONSTRUCTION, "psnr/unobserved", sign=-1),
            less("joint is truer than generation alone (PSNR)", joint, alone, "psnr/all", sign=-1),
            less("shuffled prior is worse than blank (1 - SSIM)", arms.blank, arms.shuffled, "dissimilarity"),
        ]
        if frames > TRAINED_FRAMES:
            rules += [
                less("joint drifts at most 0.7 as steeply as generation alone", joint, alone, "drift", MOST_DRIFT),
                less("joint drifts less than serial", joint, serial, "drift"),
                less("joint's cameras agree more than those of generation alone", joint, alone, "cross_view"),
                less("joint's cameras agree more than serial's", joint, serial, "cross_view"),
            ]
    return rules
