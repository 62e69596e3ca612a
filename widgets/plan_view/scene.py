"""What a plan of one log shows at one time, and what lies under a place of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from core.geometry import Pose
from core.logs import ActorClass, DrivingLog, LidarSweep
from core.logs.box_table import BoxesAt
from core.logs.names import actor_names
from widgets.chips import Chip, actor_text, draw_chips
from widgets.class_colours import EGO_RGB, class_colour
from widgets.plan_view import furniture, movers, painting
from widgets.plan_view.backdrop import Backdrop
from widgets.plan_view.ground import Ground, ground_of
from widgets.plan_view.viewpoint import Canvas
from widgets.points import points_image, ramp
from widgets.selection import EGO, Selection, camera_id
from widgets.theme import Tokens

Floats = NDArray[np.float64]

PICK_PX = 4.0  # around an actor's footprint
_WEDGE_LEAST_PX = 34.0
_LARGE_POINTS_PX_PER_M = 12.0
_HEIGHT_RANGE_M = (-2.0, 4.0)  # of lidar colours, around the ego's own height


class PlanScene:
    """A log with everything that is worked out once for it. Times are `t_ns` of the log."""

    def __init__(self, log: DrivingLog, ground: Ground | None = None) -> None:
        self._log = log
        self._boxes = log.box_table
        self._ground = ground or ground_of(log)
        self._colours = {track.id: class_colour(track.actor_class) for track in log.tracks}
        self._wedges = [movers.wedge_of(stream) for stream in log.cameras]
        self._lidar: tuple[object, QImage] | None = None
        self._backdrop = Backdrop(self._ground, log.ego.poses.translation, self._colours)

    def edited(self, log: DrivingLog) -> PlanScene:
        """That of the same drive after an edit, which moves no lane."""
        return PlanScene(log, ground_of(log, self._ground))

    def ego(self, t_ns: int) -> Pose:
        return self._log.ego.at(t_ns)

    def bounds_of_all(self) -> tuple[Floats, Floats]:
        """Low and high corner (2,) of the drive; of the tracks only the middle nine tenths, as some stray."""
        ego = self._log.ego.poses.translation[:, :2]
        low, high = ego.min(0), ego.max(0)
        if self._log.tracks:
            centres = np.concatenate([track.poses.poses.translation[:, :2] for track in self._log.tracks])
            low = np.minimum(low, np.percentile(centres, 5, axis=0))
            high = np.maximum(high, np.percentile(centres, 95, axis=0))
        return low, high

    def bounds_of(self, ids: frozenset[str], t_ns: int) -> tuple[Floats, Floats]:
        """Low and high corner (2,) of actors now or, while they do not exist, of their tracks; else of the ego."""
        boxes = self._boxes.at(t_ns)
        corners = movers.footprints(boxes)
        rows = {track.id: row for row, track in enumerate(boxes.tracks)}
        points = [
            corners[rows[track.id]] if track.id in rows else track.poses.poses.translation[:, :2]
            for track in self._log.tracks
            if track.id in ids
        ]
        found = np.concatenate(points or [movers.ego_outline(self.ego(t_ns))])
        return found.min(0), found.max(0)

    def actor_under(self, position: QPointF, canvas: Canvas, t_ns: int) -> str | None:
        boxes = self._boxes.at(t_ns)
        x_m, y_m = canvas.viewpoint.to_world(position, canvas.size)
        row = movers.actor_under(boxes, x_m, y_m, PICK_PX / canvas.viewpoint.px_per_m)
        return None if row is None else boxes.tracks[row].id

    def under(self, position: QPointF, canvas: Canvas, t_ns: int) -> str | None:
        """Id of the actor, the ego or the camera at a place, in this order."""
        actor = self.actor_under(position, canvas, t_ns)
        if actor is not None:
            return actor
        ego = self.ego(t_ns)
        if movers.holds(canvas.to_screen(movers.ego_outline(ego)), position.x(), position.y()):
            return EGO
        for wedge in self._wedges:
            if movers.holds(self._wedge_px(wedge, ego, canvas), position.x(), position.y()):
                return camera_id(wedge.name)
        return None

    def paint(
        self,
        painter: QPainter,
        canvas: Canvas,
        t_ns: int,
        selection: Selection,
        theme: Tokens,
        sweep: LidarSweep | None,
    ) -> None:
        view, ego, boxes = canvas.viewpoint, self.ego(t_ns), self._boxes.at(t_ns)
        self._backdrop.draw(painter, canvas, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_moving_lines(painter, canvas, t_ns, ego, selection)
        if sweep is not None:
            painter.drawImage(QPointF(0, 0), self._lidar_picture(sweep, canvas, float(ego.translation[2])))
        for wedge in self._wedges:
            strong = camera_id(wedge.name) in {*selection.ids, selection.hovered}
            painting.draw_wedge(painter, self._wedge_px(wedge, ego, canvas), theme, strong=strong)
        ego_px = canvas.to_screen(movers.ego_outline(ego))
        painting.draw_ego(painter, ego_px, theme, selected=EGO in selection.ids)
        self._paint_actors(painter, canvas, boxes, ego, selection, theme)
        furniture.draw_scale_bar(painter, view, canvas.size, theme)
        furniture.draw_compass(painter, QPointF(32, 32), float(ego.heading), theme, QColor(*EGO_RGB))

    def _paint_moving_lines(
        self, painter: QPainter, canvas: Canvas, t_ns: int, ego: Pose, selection: Selection
    ) -> None:
        """The tracks that stand out, and the road that the ego has covered."""
        painter.save()
        painter.setTransform(canvas.viewpoint.transform(canvas.size), True)
        painting.draw_strong_tracks(painter, self._ground, selection.ids | {selection.hovered or ""}, self._colours)
        passed = int(np.searchsorted(self._log.ego.t_ns, t_ns, side="right"))
        painting.draw_passed_path(painter, self._log.ego.poses.translation[:passed], ego.translation)
        painter.restore()

    def _paint_actors(
        self, painter: QPainter, canvas: Canvas, boxes: BoxesAt, ego: Pose, selection: Selection, theme: Tokens
    ) -> None:
        corners = canvas.to_screen(movers.footprints(boxes))
        strong = {*selection.ids, selection.hovered}
        weak: dict[ActorClass, list[int]] = {}
        for row, track in enumerate(boxes.tracks):
            if track.id not in strong:
                weak.setdefault(track.actor_class, []).append(row)
        for kind, rows in weak.items():
            painting.draw_actors(painter, corners[rows], class_colour(kind))
        chips = []
        for row, track in enumerate(boxes.tracks):
            if track.id in strong:
                colour, selected = self._colours[track.id], track.id in selection.ids
                painting.draw_strong_actor(painter, corners[row], colour, theme, selected=selected)
            if track.id in (selection.hovered, selection.current):
                distance_m = float(np.linalg.norm(boxes.world_from_box.translation[row] - ego.translation))
                top = QPointF(float(corners[row, :4, 0].mean()), float(corners[row, :4, 1].min()))
                name = actor_names(self._log)[track.id]
                chips.append(Chip(actor_text(name, distance_m), top, self._colours[track.id]))
        draw_chips(painter, chips, canvas.rect)

    def _wedge_px(self, wedge: movers.Wedge, ego: Pose, canvas: Canvas) -> Floats:
        length_m = max(movers.WEDGE_M, _WEDGE_LEAST_PX / canvas.viewpoint.px_per_m)
        return canvas.to_screen(movers.wedge_outline(wedge, ego, length_m))

    def _lidar_picture(self, sweep: LidarSweep, canvas: Canvas, ground_m: float) -> QImage:
        """The sweep coloured by height, kept until the sweep or the canvas changes."""
        key = (sweep.t_ns, canvas)
        if self._lidar is None or self._lidar[0] != key:
            points = sweep.points_m[np.argsort(sweep.points_m[:, 2], kind="stable")]
            low, high = _HEIGHT_RANGE_M
            colours = ramp(0.9 - 0.8 * (points[:, 2] - ground_m - low) / (high - low))
            pixels = (canvas.size * canvas.ratio).toSize()
            size = round((1 if canvas.viewpoint.px_per_m < _LARGE_POINTS_PX_PER_M else 2) * canvas.ratio)
            image = points_image(
                canvas.to_screen(points) * canvas.ratio, colours, pixels.width(), pixels.height(), size
            )
            image.setDevicePixelRatio(canvas.ratio)
            self._lidar = (key, image)
        return self._lidar[1]
