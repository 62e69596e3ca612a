"""What a study asks for: an edited drive to be shown, the scene that knows it in part, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluation.film_cells import Pictures
from core.evaluation.generation import Truth
from core.jwm.drawing import Drawn, drawn_of, smaller_by
from core.jwm.prior import prior_from, sights_along
from core.jwm.relighting import Relighting
from core.logs import DrivingLog
from core.scene import Scene
from core.worldgen.conditions.building import layouts_of
from core.worldgen.conditions.film import Film
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.depths import shipped_depths
from core.worldgen.plan import Plan
from core.worldgen.tokenizer import FrameTokenizer

Mask = NDArray[np.bool_]

ALL, OBSERVED, UNOBSERVED, CHANGED = "all", "observed", "unobserved", "changed"
REGIONS = (ALL, OBSERVED, UNOBSERVED, CHANGED)
KNOWN, UNKNOWN = 0.9, 0.1
"""How well known a place is from which on it counts as observed, and below which as unobserved."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of each pixel (T, V, H, W) of the truth."""

    changed: Mask  # would look otherwise had no actor been edited
    standing: Mask  # shows no actor
    depth_m: NDArray[np.float32]  # along the optical axis, infinite for sky


@dataclass(eq=False)
class Subject:
    """`T` frames of `V` cameras, the first of which are given."""

    name: str
    log: DrivingLog
    scene: Scene  # after the edit
    plan: Plan
    truth: NDArray[np.uint8]  # (T, V, H, W, 3)
    tokenizer: FrameTokenizer
    look: Callable[[], Seen]
    threads: int | None = None  # that draw; all usable cores if None
    fine_truth: NDArray[np.uint8] | None = None  # (T, V, F · H, F · W, 3) as fine as takes are shown, if it is known
    fine_given: NDArray[np.uint8] | None = None  # the frames of the plan that are given, as fine
    whole: Subject | None = None  # of which these are the first frames

    @property
    def given(self) -> int:
        return len(self.plan.given)

    @property
    def pictures(self) -> Pictures:
        """The truth in [0, 1]."""
        return in_unit(self.truth)

    @property
    def shown(self) -> NDArray[np.uint8]:
        """The truth as takes are shown; films of scenes are as fine."""
        return self.truth if self.fine_truth is None else self.fine_truth

    @property
    def finer(self) -> int:
        return self.shown.shape[2] // self.truth.shape[2]

    def coarse(self, film: Pictures) -> Pictures:
        """A film at the size of the truth, by which regions and motion are known."""
        return smaller_by(film.shape[2] // self.truth.shape[2], film)

    @property
    def frame_s(self) -> float:
        return float(np.median(np.diff(self.plan.viewpoints.t_ns[:, 0]))) * 1e-9

    @cached_property
    def drawn(self) -> Drawn:
        """What the scene shows of all frames."""
        return self.fine_drawn.coarser(self.finer)

    @cached_property
    def fine_drawn(self) -> Drawn:
        """The same as fine as takes are shown."""
        if self.whole is not None:
            return Drawn(*(values[: len(self.truth)] for values in vars(self.whole.fine_drawn).values()))
        views = self.plan.viewpoints.resized(*self.shown.shape[2:4])
        return drawn_of(self.scene, self.plan.names, views, threads=self.threads)

    @cached_property
    def seen(self) -> Seen:
        if self.whole is not None:
            return Seen(*(values[: len(self.truth)] for values in vars(self.whole.seen).values()))
        return self.look()

    @cached_property
    def regions(self) -> Mapping[str, Mask]:
        """Which pixels (T, V, H, W) belong to each of `REGIONS`."""
        if self.whole is not None:
            return {name: mask[: len(self.truth)] for name, mask in self.whole.regions.items()}
        sights = sights_along(self.scene, self.plan.viewpoints, self.tokenizer.stride)
        with torch.inference_mode():
            prior = prior_from(self.drawn, *sights, self.tokenizer)
        known = prior.known[0, :, :, 0].cpu().numpy()
        stride = self.tokenizer.stride
        known = known.repeat(stride, 2).repeat(stride, 3)
        everything = np.ones(known.shape, bool)
        return {ALL: everything, OBSERVED: known > KNOWN, UNOBSERVED: known < UNKNOWN, CHANGED: self.seen.changed}

    def as_truth(self, relighting: Relighting | None = None) -> Truth:
        """The same for generators that take no scene, also as fine as takes are shown.

        Args:
            relighting: of the frames that are given.
        """
        views, larger = self.plan.viewpoints, tuple[Truth, ...]()
        if self.fine_truth is not None and self.fine_given is not None:
            fine = views.resized(*self.fine_truth.shape[2:4])
            larger = (self._as_truth(fine, self.fine_truth, self.fine_given, relighting),)
        return replace(self._as_truth(views, self.truth, self.plan.given, relighting), larger=larger)

    def _as_truth(
        self, views: Viewpoints, images: NDArray[np.uint8], given: NDArray[np.uint8], relighting: Relighting | None
    ) -> Truth:
        if relighting is not None and (depths := shipped_depths()) is not None:
            given = relighting.of_recorded(given, views.frames(0, len(given)), depths)
        film = Film(views, images, layouts_of(views, self.plan.ground), self.plan.weather)
        frames = torch.from_numpy(given).movedim(-1, 2).float() / 255
        with torch.inference_mode():
            latents = torch.stack([self.tokenizer.encode(frame) for frame in frames])
        return Truth(self.name, self.log, film, latents[None])

    def shorter(self, frames: int) -> Subject:
        """The first so many frames, the given ones among them."""
        if frames >= len(self.truth):
            return self
        plan = replace(self.plan, viewpoints=self.plan.viewpoints.frames(0, frames))
        fine = None if self.fine_truth is None else self.fine_truth[:frames]
        return replace(self, plan=plan, truth=self.truth[:frames], fine_truth=fine, whole=self)


@dataclass(eq=False)
class Staging:
    """A drive whose subject is worked out when it is asked for, and kept."""

    name: str
    make: Callable[[], Subject]

    @cached_property
    def subject(self) -> Subject:
        return self.make()


def in_unit(images: NDArray[np.uint8]) -> Pictures:
    return np.asarray(images / np.float32(255), np.float32)
