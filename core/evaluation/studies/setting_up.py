"""What both studies begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.evaluation.film_cells import FilmCells
from core.evaluation.generation import least_height
from core.evaluation.studies.counterfactual import Chosen, chosen_generators
from core.evaluation.studies.drives import Place, StudyDrive, drives_in
from core.evaluation.studies.subject import Staging, Subject
from core.networks.files import hash_of
from core.worldgen.model.config import PRESETS
from core.worldgen.shipped import tokenizer_weights_of
from core.worldgen.tokenizer import FrameTokenizer, load_tokenizer
from core.worldrec.model.network import WorldRec
from core.worldrec.model.weights import load_network, weights_of

REVISION = 6
"""Of what films are judged by; films that were judged by another are judged anew."""


@dataclass(frozen=True, eq=False)
class Bench:
    """Networks, drives, and where films are kept."""

    tokenizer: FrameTokenizer
    reconstruction: WorldRec
    chosen: Chosen
    chunk: int
    drives: list[Staging]
    cells: FilmCells


def set_up(
    place: Place,
    count: int,
    named: Sequence[Path],
    tokenizer: Path | None,
    *,
    frames: int,
    folder: Path,
    threads: int,
) -> Bench:
    """Load networks; of drives nothing is made before it is asked for.

    Args:
        place: where drives are.
        count: of them.
        named: weights of generators.
        tokenizer: its weights; None: the preset's.
        frames: to make of each drive.
        folder: of the report.
        threads: that draw.

    Raises:
        UserError: a network cannot be read, or they do not go with each other.
    """
    tokens, scenes = tokenizer or tokenizer_weights_of(place.preset), weights_of(place.preset)
    pictures = load_tokenizer(tokens)
    chosen = chosen_generators(named, place.preset, pictures)
    config = chosen.generators[0].network.config if chosen.generators else PRESETS[place.preset]
    height = least_height(chosen.generators) if chosen.generators else config.image_height
    sizes = {"height": height, "chunk": config.chunk, "frames": frames, "threads": threads}
    stagings = [Staging(each.name, partial(_subject, each, pictures, sizes)) for each in drives_in(place, count)]
    common = f"{hash_of(tokens)} {hash_of(scenes)} {place.seconds} {height} {config.chunk} {frames} {REVISION}"
    return Bench(pictures, load_network(scenes), chosen, config.chunk, stagings, FilmCells(folder, common))


def _subject(drive: StudyDrive, tokenizer: FrameTokenizer, sizes: dict[str, int]) -> Subject:
    return drive.subject(tokenizer, **sizes)
