"""What a training run can be asked. Imports no torch: the command line may."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

StageName = Literal["bidirectional", "teacher-forcing", "ode", "dmd"]
"""Of WorldGen's training, in order."""
JointStageName = Literal["repair", "bridge", "few-steps", "joint", "finish", "relight"]
"""Of JWM's training, in order."""
PIXELWISE: tuple[JointStageName, ...] = ("finish", "relight")
"""Stages of small networks."""
StrategyName = Literal["ddp", "fsdp"]
"""How processes that torchrun started train together: each holds whole networks, or a shard of each."""


class TrainingOptions(BaseModel):
    """How one network is trained. Asked for again with the same run folder, a run goes on where it stopped."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: Literal["worldrec", "depth", "tokenizer", "worldgen", "chain", "priors", "joint"]
    run: Path  # folder of the run's state
    cache: Path  # folder of the city's logs and the samples
    preset: Literal["tiny", "base"] = "tiny"
    logs: tuple[Path, ...] = ()  # logs, or folders of logs
    cities: int = Field(default=0, ge=0)  # drives of the demo city to learn from, made while training goes on
    steps: PositiveInt | None = None  # None: what suits the preset
    batch: PositiveInt | None = None  # that each device learns from at once; None: what suits the stage
    height: PositiveInt | None = None  # pixels of the pictures that WorldGen learns from; None: of those it begins with
    alone: float | None = Field(default=None, ge=0, le=1)
    """Share of WorldGen's batches that are of a single camera; None: what suits the stage."""
    matching: float | None = Field(default=None, ge=0)
    """Weight of the scores in `dmd`, 0 to leave all to the discriminator; None: what suits the preset."""
    out: Path | None = None  # file of the weights; None: in the run's folder
    start: Path | None = None  # weights to begin with
    stage: StageName | JointStageName | None = None  # of WorldGen or of JWM
    teacher: Path | None = None  # weights that teach the stage
    tokenizer: Path | None = None  # weights of it; None: those that are shipped, or that the chain trains
    device: Literal["auto", "cpu", "cuda"] = "auto"
    strategy: StrategyName = "ddp"
    seed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _something_to_learn_from(self) -> Self:
        if not self.logs and not self.cities:
            raise ValueError("there is nothing to learn from: name logs, or a number of cities")
        return self

    @model_validator(mode="after")
    def _stage_of_network(self) -> Self:
        for network, stages in {"worldgen": get_args(StageName), "joint": get_args(JointStageName)}.items():
            if self.network == network and self.stage not in stages:
                raise ValueError(f"name a stage: {', '.join(stages[:-1])} or {stages[-1]}")
        return self

    @model_validator(mode="after")
    def _scores_where_there_are_some(self) -> Self:
        if self.matching is not None and (self.network, self.stage) != ("worldgen", "dmd"):
            raise ValueError("only the stage dmd has scores to match: leave --matching out")
        return self

    @model_validator(mode="after")
    def _sharded_where_it_helps(self) -> Self:
        small = self.network not in ("worldgen", "chain", "joint") or self.stage in PIXELWISE
        if self.strategy == "fsdp" and small:
            raise ValueError("only generators are sharded; this network is small, and fits each device: --strategy ddp")
        return self
