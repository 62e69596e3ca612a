"""How the stages of JWM are trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.training.options import JointStageName
from core.training.worldgen.stages import Count, Matching, Ode, Share, Stage, TeacherForcing
from core.worldgen.model.config import Preset


class Repair(Stage):
    """Renders made good in one step, without any noise (J0)."""

    name: Literal["repair"] = "repair"
    drop: float = 0.0
    drop_all: float = 0.0


class Joint(Matching):
    """Both networks together (J3)."""

    name: Literal["joint"] = "joint"
    interface: Literal["open", "stopped"] = "open"  # whether gradients of the generator reach WorldRec
    matching: float = 1.0  # weight of what scores say, where there is a teacher, beside how far the truth is
    drives: Share = 0.5  # of the steps learn from drives whose priors are kept, the others from a picture of a scene
    reconstruction_rate: float = 1e-5
    reconstruction_weight: float = 1.0
    photometric_weight: float = 0.1


class Pixelwise(BaseModel):
    """What stages of small networks of pixels have, each with half a cosine of the rate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Count
    width: Count = 16
    batch: Count = 12
    crop: Count = 64  # pixels, as fine as takes are shown
    rate: float = 1e-3
    warm_up: Count = 50
    averaging: float = 0.995  # of the weights that are kept
    dissimilarity: float = 1.0  # weight of 1 - SSIM, halved, beside the error
    check_every: Count = 250
    save_every: Count = 250


class Finish(Pixelwise):
    """What a generator made, corrected in pixels by what the render shows; by the logarithm of the squared error."""

    name: Literal["finish"] = "finish"
    unknown: float = 0.3  # weight of the same where nobody looked


class Relight(Pixelwise):
    """Pictures of the city as they would be under another weather."""

    name: Literal["relight"] = "relight"
    unsaid: Share = 0.3  # of the pictures whose own weather is not told; they look as other cameras would have them
    rough: Share = 0.5  # of them, as soft as renders may be, with depths that are a little wrong


AnyJointStage = Repair | TeacherForcing | Ode | Joint | Finish | Relight

JOINT_STAGES: Mapping[Preset, Mapping[JointStageName, AnyJointStage]] = {
    "tiny": {
        "repair": Repair(steps=3000, batch=4, rate=6e-4, optimizer="muon", warm_up=50, alone=0.5),
        "bridge": TeacherForcing(steps=3000, batch=4, rate=3e-4, optimizer="muon", warm_up=50, alone=0.5),
        "few-steps": Ode(
            steps=1000, batch=4, rate=1e-4, averaging=0.99, method="consistency", teacher_steps=24, alone=0.5
        ),
        "joint": Joint(
            steps=1000,
            batch=4,
            rate=1e-4,
            warm_up=20,
            averaging=0.99,
            alone=0.5,
            matching=0.2,
            critic_rate=5e-5,
            critic_updates=1,
            guidance=0.0,
        ),
        "finish": Finish(steps=3000),
        "relight": Relight(steps=4000, check_every=500),
    },
    "base": {
        "repair": Repair(steps=10_000, batch=16, frames=21, rate=1e-4, warm_up=1000),
        "bridge": TeacherForcing(steps=10_000, batch=16, frames=21, rate=1e-5, warm_up=1000),
        "few-steps": Ode(steps=3000, batch=8, frames=21, rate=1e-5, averaging=0.99, method="consistency", guidance=3.0),
        "joint": Joint(steps=2000, batch=16, frames=21, rate=1e-6, critic_rate=2e-7, averaging=0.99),
        "finish": Finish(steps=30_000, width=48, crop=128, rate=1e-3),
        "relight": Relight(steps=30_000, width=48, crop=128),
    },
}
"""The noise of a bridge (J1) and its distillation (J2) are learned as those of a drive from nothing: what a sample
starts from is part of its conditions."""
