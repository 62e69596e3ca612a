"""The tool that chooses splats by a sphere or a box, to be deleted, hidden or given to an actor."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF

from core.scenario import Cleanup, Command, editing
from core.scenario.cleaning import splats_in
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.viewport.sight import Sight
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.rays import Ray, on_level
from widgets.viewport.tools.regions import DrawnRegion, Floats, Grip, Shape
from widgets.viewport.tools.tool import Tool, Touch

Action = Literal["delete", "hide", "assign"]
REACH_PX = 10.0
MOST_DOTS = 4000  # of chosen splats that are painted
_KEYS: dict[int, Action] = {Qt.Key.Key_Delete: "delete", Qt.Key.Key_H: "hide", Qt.Key.Key_A: "assign"}
_LINE, _DOT, _DARK = QColor(255, 176, 64), QColor(255, 96, 64, 190), QColor(16, 18, 22, 190)


class CleanTool(Tool):
    """A drag over the ground draws a region, whose handles change it; static splats in it are marked and counted."""

    asked = Signal(str)  # delete, hide or assign, by a key

    def __init__(self, scenario: ScenarioModel, playback: Playback, mover: ActorMover) -> None:
        super().__init__(mover)
        self._scenario = scenario
        self._playback = playback
        self._mover = mover
        self.shape = Shape.SPHERE
        self.region: DrawnRegion | None = None
        self._chosen: NDArray[np.floating] = np.zeros((0, 3))
        self._first: Floats | None = None  # where a region is drawn from
        self._held: Grip | None = None
        self._under: Grip | None = None
        scenario.changed.connect(self._count)

    @property
    def mode(self) -> tuple[str, str]:
        if self.region is None:
            return f"Choose splats by a {self.shape.value}", "Drag over the ground draws it, Esc leaves"
        hint = "Its handles move, widen and raise it; Del deletes, H hides, A gives to the selected actor, Esc drops it"
        return f"{self.count:,} splats chosen".replace(",", "\u202f"), hint

    @property
    def count(self) -> int:
        """How many splats are chosen."""
        return len(self._chosen)

    def begin(self, shape: Shape) -> None:
        """What the next drag draws."""
        self._mover.prepare()
        self.shape = shape
        self.drop()

    def drop(self) -> None:
        """Choose nothing."""
        self.region = self._first = self._held = None
        self._count()

    def command(self, action: Action, to: str | None = None) -> Command | None:
        """What deletes, hides or assigns the chosen splats; None if none are chosen."""
        scenario = self._scenario.scenario
        if scenario is None or self.region is None or not self.count:
            return None
        cleanup = Cleanup(action=action, regions=(self.region.region,), to=to, t_s=self._playback.t_s)
        return editing.clean_up(scenario, cleanup)

    def press(self, touch: Touch) -> bool:
        self._held = self._grip_under(touch)
        if self._held is not None:
            return True
        place, drive = self._ground(touch), self._scenario.drive
        if place is None or drive is None:
            return False
        self._first = place
        self.region = DrawnRegion.begun(self.shape, place, float(drive.ego_at(self._playback.t_s).heading))
        self._count()
        return True

    def drag(self, touch: Touch) -> None:
        if self.region is None:
            return
        ray = Ray.through(*touch.ray())
        if self._held is not None:
            self.region = self.region.pulled(self._held, ray)
        elif self._first is not None:
            place = on_level(ray, float(self._first[2]))
            if place is not None:
                self.region = self.region.stretched(self._first, place)
        self._count()

    def release(self, touch: Touch) -> None:
        self._first = self._held = None

    def hover(self, touch: Touch) -> bool:
        under = self._grip_under(touch)
        if under is not self._under:
            self._under = under
            self.changed.emit()
        return under is not None

    def cancel(self) -> bool:
        """Drop the region; whether there was one."""
        had_one = self.region is not None
        self.drop()
        return had_one

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the region, which these keys would else take for the selected actors."""
        return self.region is not None and event.key() in _KEYS and not event.modifiers()

    def key(self, event: QKeyEvent) -> bool:
        if self.wants(event):
            self.asked.emit(_KEYS[event.key()])
            return True
        return False

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        if self.region is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = max(1, len(self._chosen) // MOST_DOTS)
        painter.setPen(QPen(_DOT, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF(_seen(self._chosen[::step], sight, ratio)))
        for colour, width in ((_DARK, 3.4), (_LINE, 1.6)):
            painter.setPen(QPen(colour, width))
            for line in self.region.outlines():
                painter.drawPolyline(QPolygonF(_seen(line, sight, ratio)))
        for grip, place in self.region.grips().items():
            painter.setPen(QPen(_DARK, 1.5))
            painter.setBrush(_LINE.lighter(135) if grip in (self._under, self._held) else _LINE)
            for point in _seen(place[None], sight, ratio):
                painter.drawEllipse(point, 5.0, 5.0)
        painter.restore()

    def _grip_under(self, touch: Touch) -> Grip | None:
        if self.region is None:
            return None
        grips = self.region.grips()
        away = touch.distances_px(np.array(list(grips.values())))
        nearest = int(np.argmin(away))
        return list(grips)[nearest] if away[nearest] <= REACH_PX else None

    def _ground(self, touch: Touch) -> Floats | None:
        self._mover.prepare()
        snapper, drive = self._mover.snapper(), self._scenario.drive
        if snapper is None or drive is None:
            return None
        level_m = float(drive.ego_at(self._playback.t_s).translation[2])
        return snapper.under(Ray.through(*touch.ray()), level_m)

    def _count(self) -> None:
        drive = self._scenario.drive
        scene = None if drive is None else drive.scene
        if self.region is None or scene is None:
            self._chosen = np.zeros((0, 3))
        else:
            self._chosen = scene.static.means_m[splats_in(scene.static, [self.region.region])]
        self.changed.emit()


def _seen(points_m: NDArray[np.floating], sight: Sight, ratio: float) -> list[QPointF]:
    places, _ = sight.to_view(points_m)
    return [QPointF(x, y) for x, y in (places / ratio).tolist() if x == x]
