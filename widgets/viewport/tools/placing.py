"""The tool that puts a new actor where one clicks."""

from __future__ import annotations

from math import pi

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from core.geometry import Pose
from core.scenario import OfAsset, editing
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.selection import Selection
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.rays import Ray
from widgets.viewport.tools.tool import Tool, Touch

_QUARTER_RAD = pi / 4


class PlaceTool(Tool):
    """The actor is seen under the pointer until a click puts it there; further clicks put further ones."""

    def __init__(self, scenario: ScenarioModel, selection: Selection, playback: Playback, mover: ActorMover) -> None:
        super().__init__(mover)
        self._scenario = scenario
        self._selection = selection
        self._playback = playback
        self._mover = mover
        self._asset: OfAsset | None = None
        self._turned_rad = 0.0

    @property
    def mode(self) -> tuple[str, str]:
        name = "" if self._asset is None else self._asset.name
        return f"Insert {name}", "Click puts it there, R turns it, Ctrl snaps to the lane, Esc leaves"

    def load(self, asset: OfAsset) -> None:
        """What the next click inserts."""
        self._asset, self._turned_rad = asset, 0.0
        self._mover.prepare()
        self.changed.emit()

    def hover(self, touch: Touch) -> bool:
        pose, scenario = self._pose(touch), self._scenario.scenario
        if self._asset is None or scenario is None:
            return False
        self._scenario.preview(None if pose is None else editing.insert_asset(scenario, self._asset, pose)[0])
        return pose is not None

    def leave(self) -> None:
        self.cancel()

    def press(self, touch: Touch) -> bool:
        pose = self._pose(touch)
        self._scenario.preview(None)
        scenario = self._scenario.scenario
        if self._asset is None or scenario is None or pose is None:
            return False
        command, name = editing.insert_asset(scenario, self._asset, pose)
        if self._scenario.do(command):
            self._selection.select(name)
        return True

    def wants(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_R and event.modifiers() == Qt.KeyboardModifier.NoModifier

    def key(self, event: QKeyEvent) -> bool:
        """R turns by an eighth."""
        if self.wants(event):
            self._turned_rad += _QUARTER_RAD
            self.changed.emit()
            return True
        return False

    def cancel(self) -> bool:
        """Nothing is held: leaving the tool takes its preview away."""
        if self._scenario.is_previewing:
            self._scenario.preview(None)
        return False

    def _pose(self, touch: Touch) -> Pose | None:
        """world_from_box of the asset under the pointer; None where there is no ground."""
        snapper, drive = self._mover.snapper(), self._scenario.drive
        if snapper is None or drive is None or self._asset is None:
            return None
        ray, ego = Ray.through(*touch.ray()), drive.ego_at(self._playback.t_s)
        place = snapper.under(ray, float(ego.translation[2]))
        if place is None:
            return None
        height_m = self._asset.size_m[2]
        stood = Pose.from_heading(ego.heading, place)
        if touch.snaps:
            stood = snapper.standing(stood, height_m)
        heading = float(stood.heading) + self._turned_rad
        return Pose.from_heading(heading, [*stood.translation[:2], snapper.ground_m(stood.translation) + height_m / 2])
