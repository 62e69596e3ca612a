"""Takes of a scenario: what window and command line have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.engine import GeneratedChunk, GenerateRequest
from core.logs import DrivingLog
from core.scenario import Scenario
from core.takes import Chunk, TakeFrames, TakePlan

if TYPE_CHECKING:
    from widgets.generation import RunChoices

MOST_HZ = 10.0
GIVEN = 4
"""Frames of the log that a run of the presets begins after."""


def rate_hz_of(log: DrivingLog) -> float:
    """Frames in a second of a run: ten, or what the slowest camera has."""
    return min([MOST_HZ, *(stream.hz for stream in log.cameras if stream.hz)])


def first_frame_s(log: DrivingLog) -> float:
    """When the first frame of a run is, since the log's start."""
    begin_ns = max((int(stream.t_ns[0]) for stream in log.cameras if len(stream)), default=log.start_ns)
    return log.t_s(begin_ns) + GIVEN / rate_hz_of(log)


def frames_possible(log: DrivingLog) -> int:
    """How many frames a run can have as long as it does not go on beyond the log."""
    begin_ns = max((int(stream.t_ns[0]) for stream in log.cameras if len(stream)), default=0)
    end_ns = min((int(stream.t_ns[-1]) for stream in log.cameras if len(stream)), default=0)
    return max(int((end_ns - begin_ns) * 1e-9 * rate_hz_of(log) + 0.5) + 1 - GIVEN, 1)


def plan_of(
    asked: RunChoices | GenerateRequest,
    log: DrivingLog,
    scenario: Scenario,
    steps: Sequence[str],
    *,
    parent: TakeFrames | None = None,
    first_frame: int = 0,
) -> TakePlan:
    """What a take says of how it was asked for.

    Args:
        asked: what the run is to be.
        log: that it is of.
        scenario: that it shows.
        steps: titles of all edits that led there.
        parent: the take whose frames before `first_frame` it shares.
        first_frame: of its own.
    """
    return TakePlan(
        parent=None if parent is None else parent.take.number,
        first_frame=first_frame,
        frames=asked.frames,
        coupling=asked.coupling,
        steps=asked.steps,
        seed=asked.seed,
        weather=scenario.conditions.weather,
        scenario_hash=scenario.document_hash,
        edits=tuple(steps),
        log_name=log.name,
        licence=log.licence,
    )


def chunk_of(value: GeneratedChunk) -> Chunk:
    """What a take keeps of an answer of the engine."""
    return Chunk(**value.model_dump(include=set(Chunk.model_fields)))
