"""How the stages are trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.training.options import StageName
from core.worldgen.model.config import Preset

Count = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Stage(BaseModel):
    """What all stages have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Count
    batch: Count = 8  # of one device
    frames: Count = 12
    rate: float = 3e-4
    optimizer: Literal["adamw", "muon"] = "adamw"
    first_beta: float = 0.9
    warm_up: Count = 100
    cool_down: Share = 0.2  # of the steps, the last ones: the rate falls to nothing
    averaging: float = 0.999  # of the weights that are kept
    clip: float = 1.0  # of the gradient's norm
    given: Share = 0.5  # of the clips begin with a clean chunk
    alone: Share = 0.3  # of the batches are of a single camera
    drop: Share = 0.1  # of each condition
    drop_all: Share = 0.1
    wear: Share = 0.3  # most noise in a reference
    save_every: Count = 50
    check_every: Count = 250
    least_motion: float = 0.0  # of that of the truth; a run ends below
    most_saturation: float = float("inf")  # of that of the truth; a run ends above

    def pace(self, done: int) -> float:
        """Share of the rate after so many steps: it rises, stays, and falls (as in Hu et al., "MiniCPM", 2024)."""
        left = (self.steps - done) / max(self.cool_down * self.steps, 1)
        return min(1.0, (done + 1) / self.warm_up, left)


class Bidirectional(Stage):
    """Flow matching, every frame seeing every other."""

    name: Literal["bidirectional"] = "bidirectional"


class TeacherForcing(Stage):
    """Flow matching of each chunk after clean earlier ones."""

    name: Literal["teacher-forcing"] = "teacher-forcing"
    own_past: Share = 0.0  # of the batches see what the network itself makes of earlier chunks
    past_steps: Count = 2  # in which it makes them


class Ode(Stage):
    """Few steps in place of the causal teacher's many."""

    name: Literal["ode"] = "ode"
    method: Literal["trajectories", "consistency"] = "trajectories"
    student_steps: Count = 4
    teacher_steps: Count = 48  # a multiple of the student's
    guidance: float = 0.0  # cond + g · (cond − uncond)
    draws: Count = 4  # points of each trajectory that a step learns from


class Matching(Stage):
    """What stages have that match the distribution of what is made with that of the data."""

    student_steps: Count = 4
    critic_rate: float = 2e-5
    critic_updates: Count = 5  # for each of the student
    guidance: float = 3.0  # of the real score: cond + g · (cond − uncond)
    least_level: float = 0.02  # of noise at which scores are compared
    most_level: float = 0.98


class Dmd(Matching):
    """Matching the distribution of rollouts with that of the data."""

    name: Literal["dmd"] = "dmd"
    context: Literal["self", "gt"] = "self"  # whose chunks the student sees before its own
    likeness: float = 0.0  # weight of what is unlike the truth beside the direction of the scores
    likeness_over: Count = 4  # latents each way, of whose means and deviations it is
    constancy: float = 0.0  # weight of what is not where the last picture and its depths say
    actors: float = 1.0  # how much a latent of an actor counts in that, which is held to the truth
    recalls: Annotated[int, Field(ge=0)] = 0  # steps that learn that from the truth, for each that rolls out
    astray: Share = 0.0  # of the rollouts have other levels of noise than the sampler
    matching: float = 1.0  # weight of the direction of the scores; 0: they are not asked, the critic learns nothing
    adversarial: float = 0.0  # weight of what a discriminator wants; 0: there is none
    discriminator_rate: float = 1e-3
    own_past: Share = 0.0  # of what is recalled is so after what the student makes of earlier chunks


AnyStage = Bidirectional | TeacherForcing | Ode | Dmd

STAGES: dict[Preset, dict[StageName, AnyStage]] = {
    "tiny": {
        "bidirectional": Bidirectional(steps=5000, batch=4, rate=1e-3, optimizer="muon"),
        "teacher-forcing": TeacherForcing(steps=2000, batch=4, rate=6e-4, optimizer="muon", own_past=0.5),
        "ode": Ode(steps=1000, batch=4, rate=2e-4, warm_up=20, averaging=0.99, method="consistency", teacher_steps=24),
        "dmd": Dmd(
            steps=1500,
            batch=2,
            frames=24,
            rate=3e-4,
            first_beta=0.0,
            warm_up=20,
            averaging=0.99,
            clip=10.0,
            check_every=250,
            critic_rate=1e-4,
            critic_updates=1,
            guidance=1.0,
            likeness=6.0,
            constancy=2.0,
            actors=2.0,
            astray=0.3,
            adversarial=0.5,
            own_past=0.5,
            recalls=2,
            given=1.0,
            least_motion=0.6,
            most_saturation=1.4,
        ),
    },
    "base": {
        "bidirectional": Bidirectional(steps=30_000, batch=16, frames=21, rate=1e-4, warm_up=1000),
        "teacher-forcing": TeacherForcing(steps=5000, batch=16, frames=21, rate=1e-5),
        "ode": Ode(steps=2000, batch=8, frames=21, rate=1e-5, averaging=0.99, guidance=3.0),
        "dmd": Dmd(
            steps=6000,
            batch=8,
            frames=21,
            rate=2e-6,
            critic_rate=4e-7,
            first_beta=0.0,
            averaging=0.99,
            clip=10.0,
            check_every=300,
            least_motion=0.6,
            most_saturation=1.4,
        ),
    },
}
"""Values of the published recipes where the size is theirs (Self-Forcing, Causal-Forcing); tiny is ours: on processors
a step along whole trajectories takes four times as long as one of consistency."""
