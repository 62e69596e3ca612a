"""Splats drawn by the CPU rasteriser, for machines whose OpenGL is software too."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from widgets.viewport.painter import SplatTextures, WorldMaker
from widgets.viewport.splat_world import SplatRequest, SplatWorld
from widgets.viewport.worker import LatestWorker

MOVING_BUDGET_S = 0.05
MOVING_SCALES = (0.5, 0.35, 0.25)
STALE_S = 1.0  # a picture that is this late no longer holds the rest of the frame back


@dataclass(frozen=True, eq=False)
class SplatPicture:
    """A picture of splats in memory."""

    request: SplatRequest
    scale: float  # of its size to that of the frame
    colours: NDArray[np.uint8]  # (H, W, 4) premultiplied
    depths_m: NDArray[np.float32]  # (H, W) along the optical axis
    seconds: float  # that it took


@dataclass(frozen=True, eq=False)
class _Made:
    world: SplatWorld
    of: WorldMaker


class CpuSplats(QObject):
    """Pictures made in a thread: small while something moves, and in full once all rests."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = LatestWorker("viewport splats", self)
        self._worker.done.connect(self._take)
        self._make: WorldMaker | None = None
        self._made: _Made | None = None  # in the worker's hands only
        self._request: SplatRequest | None = None
        self._asked_s = 0.0
        self._moving_scale = MOVING_SCALES[0]
        self.picture: SplatPicture | None = None
        self._textures: tuple[SplatPicture, SplatTextures] | None = None  # in the drawing thread's hands only

    def set_world(self, make: WorldMaker | None) -> None:
        self._make, self._request = make, None
        if make is None:
            self.picture = None  # another world's picture stays until there is one of this

    def ask(self, request: SplatRequest) -> None:
        if self._make is not None:
            if self.settled:
                self._asked_s = time.perf_counter()
            self._request = request
            scale = self._moving_scale if request.moving else 1.0
            self._worker.ask(partial(self._draw, self._make, request, scale))

    def shown(self) -> SplatRequest | None:
        late = time.perf_counter() - self._asked_s > STALE_S
        return None if self.picture is None or (late and not self.settled) else self.picture.request

    @property
    def settled(self) -> bool:
        return self._request is None or (self.picture is not None and self.picture.request is self._request)

    def splats(self) -> SplatPicture | None:
        return self.picture

    def textures(self, splats: SplatPicture) -> SplatTextures:
        if self._textures is None or self._textures[0] is not splats:
            self._textures = splats, self._uploaded(splats, self._textures and self._textures[1])
        return self._textures[1]

    def close(self) -> None:
        self._worker.close()

    def _draw(self, make: WorldMaker, request: SplatRequest, scale: float) -> tuple[WorldMaker, SplatPicture]:
        if self._made is None or self._made.of is not make:
            self._made = _Made(make(), make)
        started_s = time.perf_counter()
        colours, depths = draw_splats(self._made.world, request, scale)
        return make, SplatPicture(request, scale, colours, depths, time.perf_counter() - started_s)

    def _take(self, answer: tuple[WorldMaker, SplatPicture]) -> None:
        make, picture = answer
        if make is not self._make:
            return
        self.picture = picture
        self._asked_s = time.perf_counter()
        if picture.request.moving:
            self._moving_scale = _scale_for(picture)
        self.changed.emit()

    @staticmethod
    def _uploaded(picture: SplatPicture, before: SplatTextures | None) -> SplatTextures:
        from vispy import gloo

        if before is not None and before.colours.shape == picture.colours.shape:
            before.colours.set_data(picture.colours)
            before.depths.set_data(picture.depths_m[..., None])
            return before
        options: dict[str, Any] = {"wrapping": "clamp_to_edge"}
        colours = gloo.Texture2D(picture.colours, interpolation="linear", internalformat="rgba8", **options)
        depths = gloo.Texture2D(picture.depths_m[..., None], internalformat="r32f", **options)
        return SplatTextures(colours, depths)


def draw_splats(
    world: SplatWorld, request: SplatRequest, scale: float = 1.0
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Premultiplied RGBA (H, W, 4) and depths (H, W) of what a request sees, its frame's size times `scale`."""
    from core.splats.rasteriser import rasterise
    from core.splats.threads import usable_cores

    sight = request.sight if scale == 1.0 else request.sight.scaled(scale)
    means, quaternions = world.placed(request.nodes)
    image = rasterise(
        means,
        quaternions,
        world.cloud.scales_m * np.float32(request.scale),
        world.opacities(request, means),
        world.shown_colours(request, means),
        sight.camera_from_world,
        sight.intrinsics,
        sight.lens.width,
        sight.lens.height,
        threads=max(usable_cores() - 1, 1),  # one is left for the window and what it draws
    )
    colours = np.empty((*image.alpha.shape, 4), np.uint8)
    colours[..., :3] = np.clip(image.rgb * np.float32(255) + np.float32(0.5), 0, 255)
    colours[..., 3] = image.alpha * np.float32(255) + np.float32(0.5)
    return colours, image.depth_m


def _scale_for(picture: SplatPicture) -> float:
    """The largest size that would have kept to the budget; time falls a little slower than the number of pixels."""
    for scale in MOVING_SCALES:
        if picture.seconds * (scale / picture.scale) ** 1.5 <= MOVING_BUDGET_S:
            return scale
    return MOVING_SCALES[-1]
