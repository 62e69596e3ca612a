"""One frame: backdrop, splats, and all that stands among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.scene import Sky
from widgets.viewport import shaders
from widgets.viewport.batches import SQUARE, Batch, FaceBatch, Faces, LineBatch, PointBatch, Segments
from widgets.viewport.gl_splats import lens_uniforms
from widgets.viewport.opengl import OffscreenGl
from widgets.viewport.painter import SplatPainter, SplatTextures
from widgets.viewport.sight import Sight
from widgets.viewport.surface import GlSurface

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class LineStyle:
    """How a layer of lines is drawn."""

    hidden: float = 0.0  # what is left behind splats
    fade_m: float = 1e6


@dataclass(frozen=True)
class Backdrop:
    """Colours behind everything, at the horizon and up, where there is no sky."""

    low: Rgb
    high: Rgb
    with_sky: bool


class Stage:
    """Owns what lives on the graphics card. Layers are lines, faces and points by name, drawn in order of coming."""

    def __init__(self, offscreen: OffscreenGl, painter: SplatPainter) -> None:
        self._surface = GlSurface(offscreen)
        self._painter = painter
        self._lines: dict[str, tuple[LineBatch, LineStyle]] = {}
        self._faces: dict[str, FaceBatch] = {}
        self._points: dict[str, PointBatch] = {}
        self._sky: Sky | None = None
        self._sky_texture: Any = None
        self._backdrop: Any = None
        self._nothing: SplatTextures | None = None

    def set_sky(self, sky: Sky | None) -> None:
        self._sky, self._sky_texture = sky, None

    def set_lines(self, name: str, lines: Segments, style: LineStyle | None = None) -> None:
        with self._surface.current():
            if name not in self._lines:
                self._lines[name] = LineBatch(), style or LineStyle()
            batch, known = self._lines[name]
            self._lines[name] = batch, style or known
            batch.show(lines)

    def set_faces(self, name: str, faces: Faces) -> None:
        with self._surface.current():
            self._faces.setdefault(name, FaceBatch()).show(faces)

    def set_points(self, name: str, places_m: NDArray[np.float32], colours: NDArray[np.float32]) -> None:
        with self._surface.current():
            self._points.setdefault(name, PointBatch()).show(places_m, colours)

    def clear(self) -> None:
        """Forget all layers."""
        self._lines.clear()
        self._faces.clear()
        self._points.clear()

    def draw(
        self, sight: Sight, splats: object | None, backdrop: Backdrop, ratio: float, shown: Mapping[str, bool]
    ) -> NDArray[np.uint32]:
        """The frame that a sight sees, 0xAARRGGBB (height, width).

        Args:
            sight: of the frame.
            splats: what their painter gave; none if None.
            backdrop: behind everything.
            ratio: device pixels per pixel of a line's width.
            shown: which layers; those not named are.
        """
        from vispy import gloo

        lens = sight.lens
        with self._surface.current():
            textures = self._empty() if splats is None else self._painter.textures(splats)
            with self._surface.frame(lens.width, lens.height):
                gloo.set_state(depth_test=False, blend=False, cull_face=False, depth_mask=True)
                gloo.clear(color=(0.0, 0.0, 0.0, 1.0), depth=True)
                self._draw_backdrop(sight, backdrop, textures)
                gloo.set_state(depth_test=True, blend=True, blend_func=("one", "one_minus_src_alpha"))
                self._draw_layers(sight, ratio, shown, textures)
                # gloo never restores this, and a clear of depths without it does nothing.
                gloo.set_state(depth_mask=True)
                return self._surface.pixels(lens.width, lens.height)

    def close(self) -> None:
        self._surface.close()

    def _draw_layers(self, sight: Sight, ratio: float, shown: Mapping[str, bool], textures: SplatTextures) -> None:
        from vispy import gloo

        common = {**lens_uniforms(sight), "splats": textures.colours, "depth": textures.depths}
        for name, points in self._points.items():
            if shown.get(name, True):
                points.draw(**common, size=2.4 * ratio, hidden=0.0)
        # Points hide each other and what lies behind them; lines and faces would only break each other into pieces.
        gloo.set_state(depth_mask=False)
        for name, (lines, style) in self._lines.items():
            if shown.get(name, True):
                lines.draw(**common, ratio=ratio, hidden=style.hidden, fade=style.fade_m)
        for name, faces in self._faces.items():
            if shown.get(name, True):
                faces.draw(**common, hidden=0.0)

    def _draw_backdrop(self, sight: Sight, backdrop: Backdrop, textures: SplatTextures) -> None:
        if self._backdrop is None:
            self._backdrop = Batch(shaders.BACKDROP_VERTEX, shaders.BACKDROP_FRAGMENT, None)
            self._backdrop.fill(corner=SQUARE[[0, 1, 2, 2, 1, 3]])
        lens = lens_uniforms(sight)
        self._backdrop.draw(
            splats=textures.colours,
            sky=self._sky_on_card(),
            has_sky=float(backdrop.with_sky and self._sky is not None),
            low=backdrop.low,
            high=backdrop.high,
            world_from_camera=sight.world_from_camera.rotation.T.astype(np.float32),
            lens=lens["lens"],
            frame=lens["frame"],
        )

    def _sky_on_card(self) -> Any:
        from vispy import gloo

        if self._sky_texture is None:
            dome = np.zeros((2, 4, 3), np.float32) if self._sky is None else self._sky.dome
            pixels = (np.clip(dome, 0, 1) * 255 + 0.5).astype(np.uint8)
            self._sky_texture = gloo.Texture2D(
                pixels, interpolation="linear", wrapping=("repeat", "clamp_to_edge"), internalformat="rgb8"
            )
        return self._sky_texture

    def _empty(self) -> SplatTextures:
        from vispy import gloo

        if self._nothing is None:
            one = gloo.Texture2D(np.zeros((1, 1, 4), np.float32), internalformat="rgba32f")
            self._nothing = SplatTextures(one, one)
        return self._nothing
