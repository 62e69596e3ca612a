"""What all parameter models have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

Positive = Annotated[FiniteFloat, Field(gt=0)]


class Parameters(BaseModel):
    """Numbers that describe a motion: a frozen value that a scenario holds and a journal writes as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")
