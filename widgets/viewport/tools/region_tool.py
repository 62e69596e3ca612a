"""The tool that chooses splats by a sphere or a box that is drawn over the ground."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter, QPen, QPolygonF

from core.scenario.choosing import Placed, moved
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.viewport.sight import Sight
from widgets.viewport.tools.clean_tool import DARK, LINE, CleanTool, seen
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.rays import Ray, on_level
from widgets.viewport.tools.regions import DrawnRegion, Floats, Grip, Shape
from widgets.viewport.tools.tool import Touch

REACH_PX = 10.0


class RegionTool(CleanTool):
    """A drag over the ground draws a region, whose handles change it. It stays in the world, whoever moves there."""

    def __init__(self, scenario: ScenarioModel, playback: Playback, mover: ActorMover) -> None:
        super().__init__(scenario, playback, mover)
        self.shape = Shape.SPHERE
        self.region: DrawnRegion | None = None
        self._before: DrawnRegion | None = None  # the gesture
        self._first: Floats | None = None  # where a region is drawn from
        self._held: Grip | None = None
        self._under: Grip | None = None
        playback.t_changed.connect(self._on_time)

    @property
    def regions(self) -> tuple[Placed, ...]:
        pose = self.world_from_owner()
        return () if self.region is None or pose is None else (moved(self.region.region, pose.inverse()),)

    @property
    def purpose(self) -> tuple[str, str]:
        return f"Choose splats by a {self.shape.value}", "Drag over the ground draws it"

    @property
    def hint(self) -> str:
        return f"Its handles move, widen and raise it; {super().hint}"

    def begin(self, shape: Shape) -> None:
        """What the next drag draws."""
        self._mover.prepare()
        self.shape = shape
        self.drop()

    def clear(self) -> None:
        self.region = self._before = self._first = self._held = None

    def press(self, touch: Touch) -> bool:
        self._before = self.region
        self._held = self._grip_under(touch)
        if self._held is not None:
            return True
        place, drive = self._ground(touch), self._scenario.drive
        if place is None or drive is None:
            return False
        self._first = place
        self.region = DrawnRegion.begun(self.shape, place, float(drive.ego_at(self._playback.t_s).heading))
        self.recount()
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
        self.recount()

    def release(self, touch: Touch) -> None:
        self._first = self._held = self._before = None

    def hover(self, touch: Touch) -> bool:
        under = self._grip_under(touch)
        if under is not self._under:
            self._under = under
            self.changed.emit()
        return under is not None

    def let_go(self) -> None:
        if self._first is not None or self._held is not None:
            self.region, self._first, self._held = self._before, None, None
            self.recount()

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        super().paint(painter, sight, ratio)
        if self.region is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((DARK, 3.4), (LINE, 1.6)):
            painter.setPen(QPen(colour, width))
            for line in self.region.outlines():
                painter.drawPolyline(QPolygonF(seen(line, sight, ratio)))
        for grip, place in self.region.grips().items():
            painter.setPen(QPen(DARK, 1.5))
            painter.setBrush(LINE.lighter(135) if grip in (self._under, self._held) else LINE)
            for point in seen(place[None], sight, ratio):
                painter.drawEllipse(point, 5.0, 5.0)
        painter.restore()

    def _on_time(self) -> None:
        if self.region is not None and self.of is not None:
            self.recount()

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
