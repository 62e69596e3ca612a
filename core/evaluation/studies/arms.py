"""Who makes the films of a study: the scene alone, a generator alone, or both, as an engine's job would have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch

from core.evaluation.film_cells import Pictures
from core.evaluation.generation import Generator, made_by, shown
from core.evaluation.studies.subject import Staging, Subject, in_unit
from core.jwm.coupling import Coupling, is_coupled, level_of, told_of
from core.jwm.detail import FILE as FINISHER
from core.jwm.detail import finisher_beside
from core.jwm.feedback import Feedback
from core.jwm.loop import coupled_chunks
from core.jwm.prior import Prior, channels_of
from core.jwm.recordings import Recordings
from core.jwm.relighting import FILE as RELIGHTER
from core.jwm.relighting import Relighting, relighting_beside
from core.networks.files import hash_of
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.weather import recorded_weather
from core.worldgen.depths import shipped_depths
from core.worldgen.generating import Generator as Streaming
from core.worldgen.generating import Inventor, MadeChunk
from core.worldgen.shipped import STUDENT
from core.worldgen.tokenizer import FrameTokenizer
from core.worldrec.model.network import WorldRec

RECONSTRUCTION, THROUGH_TOKENIZER = "reconstruction", "reconstruction through the tokenizer"
CEILING = "truth through the tokenizer"
"""What a generator alone cannot exceed; one that heeds a scene can, by the detail that it takes from the render."""
GENERATION, SERIAL, JOINT = "generation", "serial", "joint"
Control = Literal["shuffled", "blank"]


class Arm(Protocol):
    """One way to make a film."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> tuple[object, ...]:
        """All that its films depend on beside the drive and the seed."""

    @property
    def seeded(self) -> bool:
        """Whether another seed makes another film."""

    def film(self, subject: Subject, seed: int) -> Pictures:
        """Pictures (T, V, H, W, 3) in [0, 1] of the truth's size or as fine as takes are shown, those that are given
        among them."""


@dataclass(frozen=True, eq=False)
class Rendered:
    """The edited scene as it is, or as the relighter beside some weights shows it under the edited weather."""

    relit_beside: Path | None = None
    seeded: bool = False

    @property
    def name(self) -> str:
        return RECONSTRUCTION if self.relit_beside is None else f"{RECONSTRUCTION}, relit"

    @property
    def key(self) -> tuple[object, ...]:
        return () if self.relit_beside is None else (_relighter_of(self.relit_beside),)

    def film(self, subject: Subject, seed: int) -> Pictures:
        made = subject.fine_drawn.rgb
        relighting = None if self.relit_beside is None else _relighting(self.relit_beside, subject)
        if relighting is not None:
            made = relighting.of(made, subject.fine_drawn)
        return in_unit(np.concatenate([subject.shown[: subject.given], made[subject.given :]]))


@dataclass(frozen=True, eq=False)
class Tokenized:
    """What the tokenizer leaves of the render, or of the truth itself."""

    tokenizer: FrameTokenizer
    of_truth: bool
    key: tuple[object, ...] = ()
    seeded: bool = False

    @property
    def name(self) -> str:
        return CEILING if self.of_truth else THROUGH_TOKENIZER

    def film(self, subject: Subject, seed: int) -> Pictures:
        images = subject.truth if self.of_truth else subject.drawn.rgb
        with torch.inference_mode():
            frames = torch.from_numpy(images[subject.given :]).movedim(-1, 2).float() / 255
            latents = torch.stack([self.tokenizer.encode(frame) for frame in frames])
        return np.concatenate([in_unit(subject.plan.given), shown(latents, self.tokenizer)])


@dataclass(frozen=True, eq=False)
class Alone:
    """A generator that is told path, boxes, lanes and weather, and no scene; under another weather it begins with what
    the relighter beside some weights makes of the first pictures."""

    generator: Generator
    tokenizer: FrameTokenizer
    steps: int
    relit_beside: Path | None = None
    seeded: bool = True

    @property
    def name(self) -> str:
        return f"{GENERATION}, {self.generator.name}, {steps_told(self.steps)}"

    @property
    def key(self) -> tuple[object, ...]:
        made = self.generator.hash, self.steps
        return made if self.relit_beside is None else (*made, _relighter_of(self.relit_beside))

    def film(self, subject: Subject, seed: int) -> Pictures:
        beside, changes = self.relit_beside, subject.plan.changes
        relighting = _relighting(beside, subject) if changes and beside is not None else None
        truth, changes = subject.as_truth(relighting).of(self.generator), changes and relighting is None
        return made_by(self.generator, truth, self.tokenizer, steps=self.steps, seed=seed, changes=changes)[0]


@dataclass(frozen=True, eq=False)
class Together:
    """A generator that heeds the scene, which takes in what was made (`joint`) or stays as it is (`serial`).

    A control is told another drive's scene (`shuffled`) or one that shows nothing (`blank`); what it makes belongs into
    no scene and gets no detail of one, so it is always serial.
    """

    generator: Generator
    tokenizer: FrameTokenizer
    steps: int
    grows_by: WorldRec | None = None  # makes it joint
    inventor: Generator | None = None  # makes up what the scene does not know, beside one that repairs
    control: Control | None = None
    drives: Sequence[Staging] = ()  # among them that of which `shuffled` shows the scene

    @property
    def name(self) -> str:
        made = self.generator.name if self._level is None else f"{self.generator.name}, {steps_told(self.steps)}"
        coupling = SERIAL if self.grows_by is None else JOINT
        return f"{coupling}, {made}" if self.control is None else f"{self.control} prior, {made}"

    @property
    def key(self) -> tuple[object, ...]:
        finisher = self.generator.path.with_name(FINISHER)
        beside = hash_of(finisher) if finisher.exists() else None, _relighter_of(self.generator.path)
        made = self.generator.hash, self.steps, *beside
        return made if self._invents is None else (*made, self._invents.hash)

    @property
    def seeded(self) -> bool:
        return self._level is not None or self._invents is not None

    @property
    def _invents(self) -> Generator | None:
        return self.inventor if self._level is None and self.control is None else None

    @property
    def _level(self) -> float | None:
        return level_of(self.generator.origin)

    def film(self, subject: Subject, seed: int) -> Pictures:
        streaming = self._streaming(self.generator)
        steps = 1 if self._level is None else self.steps
        if self.control is not None:
            further = self._misled(subject)
            return _joined(subject, streaming.make(subject.plan, seed=seed, steps=steps, further=further))
        made = coupled_chunks(
            streaming,
            subject.scene,
            subject.plan,
            seed=seed,
            steps=steps,
            feedback=None if self.grows_by is None else Feedback(self.grows_by),
            level=self._level,
            inventor=None if self._invents is None else self._inventor(self._invents),
            finisher=finisher_beside(self.generator.path),
            recordings=Recordings(subject.log, subject.scene, threads=subject.threads),
            relighting=_relighting(self.generator.path, subject),
            threads=subject.threads,
        )
        return _joined(subject, made)

    def _streaming(self, generator: Generator) -> Streaming:
        return Streaming(generator.network, self.tokenizer, torch.device("cpu"), generator.anew)

    def _inventor(self, generator: Generator) -> Inventor:
        return Inventor(replace(self._streaming(generator), depths=shipped_depths()), self.steps)

    def _misled(self, subject: Subject) -> Misled:
        others = (drive.subject for drive in self.drives if drive.name != subject.name)
        other = next(others) if self.control == "shuffled" else None
        return Misled(other, self.tokenizer, self._level)


class Misled:
    """Tells a generator about another scene than its own, or about none."""

    def __init__(self, other: Subject | None, tokenizer: FrameTokenizer, level: float | None) -> None:
        self._tokenizer, self._level = tokenizer, level
        self._coupling = None
        if other is not None:
            self._coupling = Coupling(other.scene, other.plan, tokenizer, level=level, threads=other.threads)

    def __call__(self, begin: int, end: int, conditions: Conditions) -> Conditions:
        if self._coupling is not None:
            return self._coupling.told(begin, end, conditions)
        return told_of(conditions, self._nothing(conditions), self._level)

    def _nothing(self, conditions: Conditions) -> Prior:
        assert conditions.rays is not None
        none = torch.zeros_like(conditions.rays[:, :, :, :1])
        channels = none.expand(-1, -1, -1, channels_of(self._tokenizer.channels), -1, -1)
        return Prior(channels.contiguous(), none, none)


@dataclass(frozen=True, eq=False)
class Shortened:
    """The first frames of what an arm makes."""

    arm: Arm
    frames: int  # after those that are given

    @property
    def name(self) -> str:
        return self.arm.name

    @property
    def key(self) -> tuple[object, ...]:
        return *self.arm.key, self.frames

    @property
    def seeded(self) -> bool:
        return self.arm.seeded

    def film(self, subject: Subject, seed: int) -> Pictures:
        return self.arm.film(subject.shorter(subject.given + self.frames), seed)


def arms_of(generators: Sequence[Generator], tokenizer: FrameTokenizer, *, steps: int, grows_by: WorldRec) -> list[Arm]:
    """Those of generators: one that heeds a scene works serially and jointly, another alone. Of these the student makes
    up what scenes do not know."""
    arms: list[Arm] = []
    inventor = next((each for each in generators if each.name == STUDENT), None)
    relit_beside = next((each.path for each in generators if is_coupled(each.network)), None)
    for generator in generators:
        if is_coupled(generator.network):
            serial = Together(generator, tokenizer, steps, inventor=inventor)
            arms += [serial, replace(serial, grows_by=grows_by)]
        else:
            arms.append(Alone(generator, tokenizer, steps, relit_beside))
    return arms


def _relighter_of(weights: Path) -> str | None:
    """The hash of the relighter beside weights."""
    path = weights.with_name(RELIGHTER)
    return hash_of(path) if path.exists() else None


def _relighting(weights: Path, subject: Subject) -> Relighting | None:
    recorded, asked = recorded_weather(subject.log), subject.plan.weather
    return relighting_beside(weights, recorded, asked, torch.device("cpu"))


def steps_told(steps: int) -> str:
    return f"{steps} step{'s' if steps > 1 else ''}"


def _joined(subject: Subject, chunks: Iterable[MadeChunk]) -> Pictures:
    """As fine as they are shown, where the truth is known so."""
    made = [chunk.shown if subject.finer > 1 else chunk.images for chunk in chunks]
    given = subject.shown[: subject.given] if made[0].shape[2] > subject.plan.given.shape[2] else subject.plan.given
    return in_unit(np.concatenate([given, *made]))
