"""Splats drawn by the graphics card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.geometry.quaternion import matrix_from_quaternion
from widgets.points import ramp
from widgets.viewport import shaders
from widgets.viewport.batches import SQUARE, Batch
from widgets.viewport.painter import SplatTextures, WorldMaker
from widgets.viewport.sight import Sight
from widgets.viewport.splat_world import CLEAR_FROM, CLEAR_TO, ColourMode, SplatRequest, SplatWorld, rgb_of
from widgets.viewport.worker import LatestWorker

Floats = NDArray[np.float32]

ACROSS = 682  # splats in a row of the geometry's texture, three texels each
_COLOURS_ACROSS = 2048
_FOR_EVER_S = 1e9
_DEPTH_SCALE = 0.5  # of the frame, for the picture of depths that lines look up


@dataclass(frozen=True, eq=False)
class Packed:
    """A world as textures take it."""

    geometry: Floats  # (rows, 3 * ACROSS, 4)
    colours: Floats  # (rows, 2048, 4)


@dataclass(frozen=True, eq=False)
class SortedSplats:
    """What the card is to draw."""

    request: SplatRequest
    packed: Packed
    indices: Floats  # (n,) farthest first, as floats: gloo has no other attributes


class GlSplats(QObject):
    """Ellipses as instanced quads, sorted in a thread; poses of actors are looked up while drawing.

    Floats count exactly to 2²⁴, so the first 16.7 million splats are drawn.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = LatestWorker("viewport order", self)
        self._worker.done.connect(self._take)
        self._make: WorldMaker | None = None
        self._request: SplatRequest | None = None
        self._sorted: SortedSplats | None = None  # for an earlier request perhaps
        self._splats: SortedSplats | None = None
        # In the worker's hands only.
        self._world: tuple[WorldMaker, SplatWorld] | None = None
        self._packed: tuple[Floats, Packed] | None = None
        # In the drawing thread's hands only.
        self._batch: Batch | None = None
        self._on_card: SortedSplats | None = None
        self._targets: tuple[tuple[int, int], list[Any]] | None = None

    def set_world(self, make: WorldMaker | None) -> None:
        self._make = make
        self._request = self._sorted = None
        if make is None:
            self._splats = None  # those of another world stay until these are sorted

    def ask(self, request: SplatRequest) -> None:
        self._request = request
        if self._make is not None:
            self._worker.ask(partial(self._sort, self._make, request))
        if self._sorted is not None:
            # The card need not wait for the order: it hardly changes from one frame to the next.
            self._splats = replace(self._sorted, request=request)

    def splats(self) -> SortedSplats | None:
        return self._splats

    def shown(self) -> SplatRequest | None:
        """None: the card draws at once whatever is asked for."""
        return None

    @property
    def settled(self) -> bool:
        return self._make is None or (self._sorted is not None and self._sorted.request is self._request)

    def textures(self, splats: SortedSplats) -> SplatTextures:
        batch = self._filled(splats)
        lens = splats.request.sight.lens
        colours, depths = self._frames(lens.width, lens.height)
        draw_sorted(batch, colours, splats.request, splats.request.sight, deep=0.0)
        draw_sorted(batch, depths, splats.request, splats.request.sight.scaled(_DEPTH_SCALE), deep=1.0)
        return SplatTextures(colours.color_buffer, depths.color_buffer)

    def close(self) -> None:
        self._worker.close()

    def _sort(self, make: WorldMaker, request: SplatRequest) -> tuple[WorldMaker, SortedSplats]:
        from core.splats.sorting import back_to_front

        if self._world is None or self._world[0] is not make:
            self._world, self._packed = (make, make()), None
        world = self._world[1]
        geometry = geometry_of(world) if self._packed is None else self._packed[1].geometry
        colours = world.colours(request)
        if self._packed is None or self._packed[0] is not colours:
            self._packed = colours, Packed(geometry, colours_of(world, colours))
        means, _ = world.placed(request.nodes)
        order = back_to_front(means, request.sight.camera_from_world)
        return make, SortedSplats(request, self._packed[1], order.astype(np.float32))

    def _take(self, answer: tuple[WorldMaker, SortedSplats]) -> None:
        make, found = answer
        if make is self._make and self._request is not None:
            self._sorted = found
            self._splats = replace(found, request=self._request)
            self.changed.emit()

    def _filled(self, splats: SortedSplats) -> Batch:
        from vispy import gloo

        if self._batch is None:
            self._batch = Batch(shaders.SPLAT_VERTEX, shaders.SPLAT_FRAGMENT, SQUARE)
            table = rgb_of(ramp(np.linspace(0, 1, 256)))[None]
            self._batch.program["u_ramp"] = gloo.Texture2D(table, interpolation="linear", internalformat="rgb32f")
        program, before = self._batch.program, self._on_card
        if before is None or before.packed.geometry is not splats.packed.geometry:
            program["u_geometry"] = gloo.Texture2D(splats.packed.geometry, internalformat="rgba32f")
        if before is None or before.packed.colours is not splats.packed.colours:
            program["u_colours"] = gloo.Texture2D(splats.packed.colours, internalformat="rgba32f")
        if before is None or before.indices is not splats.indices:
            self._batch.fill(index=splats.indices)
        if before is None or before.request.nodes is not splats.request.nodes:
            program["u_nodes"] = gloo.Texture2D(splats.request.nodes.table(), internalformat="rgba32f")
        self._on_card = splats
        return self._batch

    def _frames(self, width: int, height: int) -> list[Any]:
        from vispy import gloo

        if self._targets is None or self._targets[0] != (width, height):
            small = max(round(height * _DEPTH_SCALE), 1), max(round(width * _DEPTH_SCALE), 1)
            colour = gloo.Texture2D(
                (height, width, 4), internalformat="rgba16f", interpolation="linear", wrapping="clamp_to_edge"
            )
            depth = gloo.Texture2D((*small, 4), internalformat="rgba32f", wrapping="clamp_to_edge")
            self._targets = (width, height), [gloo.FrameBuffer(color=colour), gloo.FrameBuffer(color=depth)]
        return self._targets[1]


def draw_sorted(batch: Batch, target: Any, request: SplatRequest, sight: Sight, *, deep: float) -> None:
    """Draw colours, or with `deep` 1 depths, into a frame buffer of the sight's size."""
    from vispy import gloo

    with target:
        gloo.set_viewport(0, 0, sight.lens.width, sight.lens.height)
        gloo.set_state(depth_test=False, blend=True, blend_func=("one", "one_minus_src_alpha"))
        gloo.clear(color=(0.0, 0.0, 0.0, 0.0), depth=False)
        batch.draw(
            **lens_uniforms(sight),
            bounds=bounds_of(sight),
            scale=request.scale,
            clear=(CLEAR_FROM, CLEAR_TO) if request.clears else (0.0, 0.0),
            t=request.t_s,
            by_depth=float(request.mode is ColourMode.DEPTH),
            deep=deep,
        )


def lens_uniforms(sight: Sight) -> dict[str, Any]:
    """Uniforms of every program that looks through a sight; gloo takes matrices column by column."""
    lens = sight.lens
    return {
        "camera_from_world": sight.camera_from_world.T.astype(np.float32),
        "lens": (lens.fx, lens.fy, lens.cx, lens.cy),
        "frame": (lens.width, lens.height),
    }


def bounds_of(sight: Sight) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of directions beyond which a splat keeps its shape, as the CPU rasteriser's."""
    from core.splats.tile_lists import Lens

    values = Lens.checked(sight.camera_from_world, sight.intrinsics, sight.lens.width, sight.lens.height).values
    left, right, top, bottom = values[4:].tolist()
    return left, right, top, bottom


def geometry_of(world: SplatWorld) -> Floats:
    """Texels (rows, 3 * ACROSS, 4) of means, covariances, opacities and lives."""
    cloud, count = world.cloud, len(world)
    texels = np.zeros((-(-max(count, 1) // ACROSS) * ACROSS, 3, 4), np.float32)
    axes = matrix_from_quaternion(cloud.quaternions.astype(np.float64)) * cloud.scales_m[:, None, :]
    spread = axes @ np.swapaxes(axes, 1, 2)
    texels[:count, 0, :3] = cloud.means_m
    texels[:count, 0, 3] = world.nodes
    texels[:count, 1] = np.stack([spread[:, 0, 0], spread[:, 0, 1], spread[:, 0, 2], spread[:, 1, 1]], -1)
    texels[:count, 2, :2] = np.stack([spread[:, 1, 2], spread[:, 2, 2]], -1)
    texels[:count, 2, 2] = cloud.opacities
    if cloud.lifespans_s is not None:
        texels[:count, 2, 3] = cloud.lifespans_s[:, 0]
    return texels.reshape(-1, 3 * ACROSS, 4)


def colours_of(world: SplatWorld, colours: Floats) -> Floats:
    """Texels (rows, 2048, 4) of colours (n, 3), and half of each life."""
    count = len(world)
    texels = np.zeros((-(-max(count, 1) // _COLOURS_ACROSS) * _COLOURS_ACROSS, 4), np.float32)
    texels[:count, :3] = colours
    lives = world.cloud.lifespans_s
    texels[:count, 3] = _FOR_EVER_S if lives is None else np.minimum(lives[:, 1], _FOR_EVER_S)
    return texels.reshape(-1, _COLOURS_ACROSS, 4)
