"""Keeps what is on the stage in step with what is to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from core.logs import LidarSweep
from widgets.points import ramp
from widgets.theme import Tokens
from widgets.viewport import furniture
from widgets.viewport.opengl import OffscreenGl
from widgets.viewport.painter import SplatPainter
from widgets.viewport.sight import Sight
from widgets.viewport.splat_world import ColourMode, rgb_of
from widgets.viewport.stage import Backdrop, LineStyle, Stage
from widgets.viewport.stock import Stock

HEIGHT_RANGE_M = (-2.0, 4.0)  # of lidar colours, around the ego's own height
_STYLES = {
    "lanes": LineStyle(hidden=0.08, fade_m=260.0),
    "tracks": LineStyle(hidden=0.06),
    "path": LineStyle(hidden=0.2),
    "frusta": LineStyle(hidden=0.15),
    "boxes": LineStyle(hidden=0.1),
}


@dataclass(frozen=True, eq=False)
class Look:
    """What one frame shows."""

    stock: Stock | None
    sweep: LidarSweep | None
    splats: object | None  # what their painter gave
    sight: Sight
    t_s: float
    centre_m: tuple[float, float, float]  # around which the ground grid lies
    distance_m: float  # from there
    ratio: float  # device pixels per pixel
    selected: frozenset[str]
    hovered: str | None
    camera_names: frozenset[str]  # whose frusta stand out
    through: str | None  # the camera that is looked through
    theme: Tokens
    layers: dict[str, bool]
    mode: ColourMode
    current: str | None = None  # id of what was selected last, which is labelled

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for looks that are drawn alike."""
        return *(value for value in vars(self).values() if not isinstance(value, dict)), *self.layers.values()


class Scenery:
    """Draws looks; what did not change is not sent again. Belongs to the thread that made it."""

    def __init__(self, offscreen: OffscreenGl, painter: SplatPainter) -> None:
        self._stage = Stage(offscreen, painter)
        self._sent: dict[str, object] = {}

    def draw(self, look: Look) -> NDArray[np.uint32]:
        """The frame, 0xAARRGGBB (height, width)."""
        drive = None if look.stock is None else look.stock.recorded or look.stock.log
        if self._new("drive", drive):
            self._stage.clear()
            self._sent = {"drive": drive}
        scene = None if look.stock is None else look.stock.scene
        sky = None if scene is None else scene.sky
        if self._new("sky", sky):
            self._stage.set_sky(sky)
        if look.stock is not None:
            self._send(look.stock, look)
        free = look.through is None
        # A selected actor keeps its box and track where the layers of all others are off.
        shown = look.layers | {"actors": True, "tracks": True}
        shown["frusta"] = look.layers["frusta"] and free
        shown["ego"] = look.layers["boxes"] and free
        # The ground of a scene is its own.
        shown["grid"] = look.layers["grid"] and (look.stock is None or look.stock.scene is None)
        return self._stage.draw(look.sight, look.splats, backdrop_of(look), look.ratio, shown)

    def close(self) -> None:
        self._stage.close()

    def _send_sweep(self, stock: Stock, sweep: LidarSweep | None) -> None:
        """Coloured by height above the ego's ground."""
        if sweep is None:
            self._stage.set_points("lidar", np.zeros((0, 3), np.float32), np.zeros((0, 4), np.float32))
            return
        low, high = HEIGHT_RANGE_M
        ground_m = float(stock.log.ego.at(sweep.t_ns).translation[2])
        colours = rgb_of(ramp(0.9 - 0.8 * (sweep.points_m[:, 2] - ground_m - low) / (high - low)))
        self._stage.set_points("lidar", sweep.points_m, np.column_stack([colours, np.ones(len(colours), np.float32)]))

    def _send(self, stock: Stock, look: Look) -> None:
        log, t_ns = stock.log, stock.log.t_ns(look.t_s)
        text, accent = look.theme.colour("text"), look.theme.colour("accent")
        over_splats = stock.scene is not None
        line = QColor(255, 255, 255) if over_splats else text
        ego = log.ego.at(t_ns)
        strong = look.selected | {look.hovered or ""}
        step_m = 10.0 ** max(np.ceil(np.log10(look.distance_m / 40)), 0)
        cell = tuple(int(value // (10 * step_m)) for value in look.centre_m[:2])
        if self._new("grid", (cell, step_m, look.theme)):
            ground_m = float(log.ego.poses.translation[0, 2])
            lines = furniture.grid_around(look.centre_m, ground_m, step_m, text)
            self._stage.set_lines("grid", lines, LineStyle(fade_m=30 * step_m + look.distance_m))
        if look.layers["lidar"] and self._new("lidar", look.sweep):
            self._send_sweep(stock, look.sweep)
        if look.layers["lanes"] and self._new("lanes", (over_splats, look.theme)):
            lanes = furniture.lanes_of(log, line, look.theme.colour("warning"))
            self._stage.set_lines("lanes", lanes, _STYLES["lanes"])
        tracks = frozenset(track.id for track in log.tracks) if look.layers["tracks"] else frozenset()
        if self._new("tracks", (stock, bool(tracks), strong)):
            self._stage.set_lines("tracks", furniture.tracks_of(log, tracks | look.selected, strong), _STYLES["tracks"])
        if self._new("path", (log.ego, t_ns)):
            self._stage.set_lines("path", furniture.ego_path_of(log, t_ns), _STYLES["path"])
        if self._new("frusta", (log.ego, log.cameras, t_ns, look.camera_names, look.theme)):
            cameras = furniture.camera_poses(log, ego)
            self._stage.set_lines("frusta", furniture.frusta_of(cameras, look.camera_names, accent), _STYLES["frusta"])
        if self._new("boxes", (stock, t_ns, look.selected, look.hovered, look.layers["boxes"])):
            boxes = stock.boxes_at(look.t_s)
            lines, faces = furniture.boxes_of(
                boxes, look.selected, look.hovered, every=look.layers["boxes"], filled=not over_splats
            )
            self._stage.set_lines("actors", lines, _STYLES["boxes"])
            self._stage.set_faces("actors", faces)
            outline = furniture.ego_outline(ego, selected="ego" in look.selected, hovered=look.hovered == "ego")
            self._stage.set_lines("ego", outline, _STYLES["boxes"])

    def _new(self, name: str, state: object) -> bool:
        """Whether a layer was last sent in another state."""
        if name in self._sent and self._sent[name] == state:
            return False
        self._sent[name] = state
        return True


def backdrop_of(look: Look) -> Backdrop:
    low, high = look.theme.colour("raised"), look.theme.colour("base")
    return Backdrop(
        (low.redF(), low.greenF(), low.blueF()),
        (high.redF(), high.greenF(), high.blueF()),
        look.mode is ColourMode.RGB and look.layers["static"],
    )
