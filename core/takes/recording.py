"""A take while it grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.scenario import Scenario
from core.takes.store import TakeStore
from core.takes.take import Chunk, Take, TakeCamera, TakePlan


class TakeRecorder:
    """Writes the chunks of a run. The take begins with the first one: a run that failed before leaves nothing."""

    def __init__(self, plan: TakePlan, scenario: Scenario) -> None:
        """
        Args:
            plan: what was asked for.
            scenario: the document that the run shows.
        """
        self.take: Take | None = None
        self.scenario = scenario
        self._plan = plan

    @classmethod
    def going_on(cls, take: Take, scenario: Scenario) -> Self:
        """For the rest of a take that was interrupted."""
        made = cls(take, scenario)
        made.take = take
        return made

    def record(
        self, store: TakeStore, chunk: Chunk, pictures: Mapping[str, NDArray[np.uint8]], models: Mapping[str, str]
    ) -> Take:
        """Write the next chunk; on return it is on the disk.

        Args:
            store: where the take lies now.
            chunk: the frames.
            pictures: (frames, height, width, 3) RGB of each camera.
            models: hash of each network that made them, by role.

        Raises:
            UserError: it does not follow, or cannot be written.
        """
        if self.take is None:
            sizes = {name: images.shape[1:3] for name, images in pictures.items()}
            cameras = [TakeCamera(name=name, width=width, height=height) for name, (height, width) in sizes.items()]
            self.take = store.create(self._plan, self.scenario, cameras, models)
        store.append(self.take, chunk, {name: list(images) for name, images in pictures.items()})
        return self.take
