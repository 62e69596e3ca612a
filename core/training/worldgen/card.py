"""The card of a network: what it is, where it comes from, what it measures."""

from __future__ import annotations

from pathlib import Path

from core.networks.files import hash_of
from core.training.worldgen.loop import Trained
from core.training.worldgen.stages import AnyStage
from core.worldgen.model import WorldGen
from core.worldgen.model.weights import Origin

_TITLES = {
    "psnr": "likeness to the truth, PSNR in dB",
    "motion": "motion, of the truth's",
    "saturation": "saturation, of the truth's",
    "loss": "loss of the stage",
}


def write_card(weights: Path, stage: AnyStage, network: WorldGen, origin: Origin, trained: Trained, data: str) -> None:
    """Write the card beside the weights: the same name, but Markdown."""
    parameters = sum(value.numel() for value in network.parameters())
    ended = f"; ended early: {trained.collapse}" if trained.collapse else ""
    facts = {
        "weights": f"`{weights.name}`, hash {hash_of(weights)}, {parameters:,} parameters",
        "parents": ", ".join(f"{role} {parent}" for role, parent in origin.parents.items()) or "none",
        "data": data,
        "steps": f"{trained.steps} of {stage.steps}{ended}",
        "seed": str(origin.seed),
        "wall time, device": f"{trained.seconds / 60:.1f} min, {trained.device}",
        "sampler": "new noise in each step" if origin.anew else "Euler steps along the flow",
    }
    facts |= {name: str(value) for name, value in stage.model_dump().items() if name not in ("name", "steps")}
    lines = [f"# WorldGen, stage {origin.stage}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    if trained.held_out:
        lines += ["", "On drives that it did not learn from, after the first chunk:", "", "| | |", "|---|---|"]
        lines += [f"| {_TITLES[name]} | {value:.3g} |" for name, value in trained.held_out.items()]
    weights.with_suffix(".md").write_text("\n".join(lines) + "\n")
