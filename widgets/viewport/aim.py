"""What the view is to show: which stock, from where, when, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.logs import LidarSweep
from widgets.playback import Playback
from widgets.selection import Selection, camera_name
from widgets.theme import Tokens
from widgets.viewport.layers import Layers
from widgets.viewport.orbit import FIELD_RAD, OrbitCamera
from widgets.viewport.painter import SplatPainter
from widgets.viewport.scenery import Look
from widgets.viewport.sight import Sight, letterboxed, wide
from widgets.viewport.splat_world import SplatRequest
from widgets.viewport.stock import Stock


@dataclass(frozen=True)
class Canvas:
    """What a frame is drawn for, in device pixels."""

    width_px: int
    height_px: int
    ratio: float  # device pixels per pixel
    theme: Tokens


class Aim:
    """Puts together what is asked of those who draw; itself it holds the stock and the camera only."""

    def __init__(self, playback: Playback, selection: Selection, layers: Layers, canvas: Callable[[], Canvas]) -> None:
        self.playback = playback
        self.selection = selection
        self.layers = layers
        self.stock: Stock | None = None
        self.sweep: LidarSweep | None = None
        self.camera = OrbitCamera()  # the free one, also while a rig's is looked through
        self.through: str | None = None
        self._canvas = canvas
        self._sight_made: tuple[object, Sight] | None = None

    def moment_s(self) -> float:
        """The playhead; through a camera, the time of its picture."""
        return self.playback.t_s if self.stock is None else self.stock.moment_s(self.through, self.playback.t_s)

    def height_m(self) -> float:
        """Of the free camera above the street, as far as the ego path tells."""
        place_m = self.camera.position_m
        return place_m[2] - (0.0 if self.stock is None else self.stock.ground_m(place_m))

    def sight(self) -> Sight:
        """The same object while it would be equal."""
        canvas = self._canvas()
        width, height = canvas.width_px, canvas.height_px
        stream = None if self.stock is None else self.stock.camera(self.through)
        key = self.camera if stream is None else (stream, self.moment_s()), width, height
        if self._sight_made is None or self._sight_made[0] != key:
            if self.stock is None or stream is None:
                made = wide(self.camera.pose, FIELD_RAD, width, height)
            else:
                pose = self.stock.pose_of(stream, self.playback.t_s)
                made = letterboxed(pose, stream.camera, width, height)
            self._sight_made = key, made
        return self._sight_made[1]

    def splat_key(self, *, moving: bool) -> tuple[object, ...]:
        """Equal while splats are to be drawn alike."""
        selection, layers = self.selection, self.layers
        shown = *self._splat_layers().values(), layers.mode, layers.scale
        return self.stock, self.sight(), self.moment_s(), selection.ids, selection.hovered, *shown, moving

    def splat_request(self, stock: Stock, *, moving: bool) -> SplatRequest:
        selection, t_s = self.selection, self.moment_s()
        nodes = stock.nodes_at(t_s, **self._splat_layers(), selected=selection.ids, hovered=selection.hovered)
        through = self.through is not None
        return SplatRequest(self.sight(), t_s, nodes, self.layers.mode, self.layers.scale, moving, not through)

    def look(self, painter: SplatPainter | None) -> Look:
        """What is to be drawn now; where splats come late, everything is drawn as they are."""
        sight, t_s, late = self.sight(), self.moment_s(), None if painter is None else painter.shown()
        if late is not None and late.sight.frame == sight.frame:
            sight, t_s = late.sight, late.t_s
        selection, canvas = self.selection, self._canvas()
        names = {camera_name(one) for one in (*selection.ids, selection.hovered) if one is not None}
        with_grid = self.stock is not None and self.stock.scene is None
        around = self.camera if with_grid else OrbitCamera()
        return Look(
            stock=self.stock,
            sweep=self.sweep,
            splats=None if painter is None else painter.splats(),
            sight=sight,
            t_s=t_s,
            centre_m=around.target_m,
            distance_m=around.distance_m,
            ratio=canvas.ratio,
            selected=selection.ids,
            hovered=selection.hovered,
            camera_names=frozenset(name for name in names if name is not None),
            through=self.through,
            theme=canvas.theme,
            layers=self.layers.shown(),
            mode=self.layers.mode,
            current=selection.current,
        )

    def _splat_layers(self) -> dict[str, bool]:
        return {name: self.layers.is_on(name) for name in ("static", "actors")}
