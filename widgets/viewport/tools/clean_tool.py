"""What all tools that choose splats have in common: the chosen ones can be deleted, hidden or given away."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter

from core.geometry import Pose
from core.scenario import Cleanup, Command, Placement, editing
from core.scenario.choosing import Mask, Placed, Places
from core.splats import GaussianCloud
from widgets.playback import Playback
from widgets.scenario import ScenarioModel
from widgets.viewport.sight import Sight
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.tool import Tool

Action = Literal["delete", "hide", "assign", "owner"]
MOST_DOTS = 20_000  # of chosen splats that are painted
_KEYS: dict[int, Action] = {
    Qt.Key.Key_Delete: "delete",
    Qt.Key.Key_Return: "delete",
    Qt.Key.Key_Enter: "delete",
    Qt.Key.Key_H: "hide",
    Qt.Key.Key_A: "assign",
}
LINE, DARK = QColor(255, 176, 64), QColor(16, 18, 22, 190)
_DOT = QColor(255, 96, 64)


class CleanTool(Tool):
    """Chooses splats of one owner by regions, and marks and counts them."""

    asked = Signal(str)  # an Action, by a key

    def __init__(self, scenario: ScenarioModel, playback: Playback, mover: ActorMover) -> None:
        super().__init__(mover)
        self._scenario = scenario
        self._playback = playback
        self._mover = mover
        self.of: str | None = None
        """The actor whose splats are chosen; None: those of the static world."""
        self._cloud: GaussianCloud | None = None  # in which `_places` are
        self._places = Places(np.zeros((0, 3)))
        self._mask: Mask = np.zeros(0, bool)
        scenario.changed.connect(self._on_scenario)

    # What each tool does in its way

    @property
    def regions(self) -> tuple[Placed, ...]:
        """What chooses the splats, in the frame of their owner."""
        return ()

    @property
    def purpose(self) -> tuple[str, str]:
        """For the status bar, while no splats are chosen: what one is doing, and the next keys."""
        raise NotImplementedError

    @property
    def hint(self) -> str:
        """The next keys while splats are chosen."""
        return f"Del deletes, H hides, A gives to the {'selected actor' if self.of is None else 'world'}"

    def clear(self) -> None:
        """Forget all regions."""
        raise NotImplementedError

    # What they share

    @property
    def mode(self) -> tuple[str, str]:
        if not self.regions:
            title, hint = self.purpose
            return f"{title}{self._whose()}", f"{hint}, O changes whose, Esc leaves"
        return f"{self.count:,} splats{self._whose()} chosen".replace(",", "\u202f"), f"{self.hint}, Esc drops them"

    @property
    def count(self) -> int:
        """How many splats are chosen."""
        return int(np.count_nonzero(self._mask))

    def drop(self) -> None:
        """Choose nothing."""
        self.clear()
        self.recount()

    def choose_of(self, actor: str | None) -> None:
        """Choose splats of an actor, or of the static world, from now on."""
        if actor != self.of:
            self.of = actor
            self.drop()

    def command(self, action: Literal["delete", "hide", "assign"], to: str | None = None) -> Command | None:
        """What deletes, hides or assigns the chosen splats; None if none are chosen."""
        scenario = self._scenario.scenario
        if scenario is None or not self.count:
            return None
        t_s, way = self._playback.t_s, self._between(self.of, to) if action == "assign" else None
        cleanup = Cleanup(action=action, regions=self.regions, of=self.of, to=to, t_s=t_s, to_from_of=way)
        return editing.clean_up(scenario, cleanup)

    def cancel(self) -> bool:
        """Drop what is chosen; whether there was anything."""
        had_some = bool(self.regions)
        self.drop()
        return had_some

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the chosen splats, which these keys would else take for the selected actors."""
        return self._asked(event) is not None

    def key(self, event: QKeyEvent) -> bool:
        asked = self._asked(event)
        if asked is not None:
            self.asked.emit(asked)
        return asked is not None

    def paint(self, painter: QPainter, sight: Sight, ratio: float) -> None:
        pose, rows = self.world_from_owner(), np.flatnonzero(self._mask)
        if self._cloud is not None and pose is not None and len(rows):
            means_m = self._cloud.means_m[rows[:: -(-len(rows) // MOST_DOTS)]]
            _draw_dots(painter, sight.to_view(pose.apply(means_m))[0], sight, ratio)

    def world_from_owner(self) -> Pose | None:
        """At the playhead; None while the actor whose splats are chosen is not there."""
        drive = self._scenario.drive
        if self.of is None or drive is None:
            return Pose.identity()
        box = drive.track(self.of).box_at(drive.log.t_ns(self._playback.t_s)) if drive.knows(self.of) else None
        return None if box is None else box.world_from_box

    def recount(self) -> None:
        """Choose anew by all regions."""
        self._take_cloud()
        self._mask = self._places.chosen(self.regions)
        self.changed.emit()

    def mark(self, region: Placed) -> None:
        """Choose by a further region."""
        self._places.mark(region, self._mask)
        self.changed.emit()

    def catch_up(self) -> None:
        """Choose among the splats that the owner has now."""
        if self._take_cloud():
            self.recount()

    def _on_scenario(self) -> None:
        if self.regions:
            self.catch_up()

    def _take_cloud(self) -> bool:
        """Keep to the splats that the owner has now; whether they are others than before."""
        before, self._cloud = self._cloud, self._splats()
        if self._cloud is before:
            return False
        self._places = Places(np.zeros((0, 3)) if self._cloud is None else self._cloud.means_m)
        return True

    def _splats(self) -> GaussianCloud | None:
        """None where there are none of the owner."""
        drive = self._scenario.drive
        scene = None if drive is None else drive.scene
        if scene is None or self.of is None:
            return None if scene is None else scene.static
        return next((actor.cloud for actor in scene.actors if actor.track.id == self.of), None)

    def _between(self, of: str | None, to: str | None) -> Placement | None:
        """to_from_of of two owners as they are seen now; None while nobody knows."""
        drive = self._scenario.drive
        if drive is None or not all(one is None or drive.knows(one) for one in (of, to)):
            return None
        world_from = [Pose.identity() if one is None else drive.pose_at(one, self._playback.t_s) for one in (of, to)]
        return Placement.of(world_from[1].inverse() @ world_from[0])

    def _whose(self) -> str:
        drive = self._scenario.drive
        return "" if self.of is None or drive is None or not drive.knows(self.of) else f" of {drive.name(self.of)}"

    def _asked(self, event: QKeyEvent) -> Action | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        if event.key() == Qt.Key.Key_O:
            return "owner"
        return _KEYS.get(event.key()) if self.regions else None


def _draw_dots(painter: QPainter, places_px: NDArray[np.float64], sight: Sight, ratio: float) -> None:
    """Paint places (n, 2) as squares of two device pixels: in a picture, as thousands of points would take too long."""
    width, height, left, top = sight.frame
    with np.errstate(invalid="ignore"):
        inside = ((places_px >= (left, top)) & (places_px < (left + width - 1, top + height - 1))).all(1)
    x, y = (places_px[inside] - (left, top)).astype(int).T
    pixels = np.zeros((height, width), np.uint32)
    for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        pixels[y + down, x + right] = _DOT.rgba()
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(left, top) / ratio, image)


def seen(points_m: NDArray[np.floating], sight: Sight, ratio: float) -> list[QPointF]:
    """Where points (n, 3) are seen in a view of so many device pixels per pixel, without those behind."""
    places, _ = sight.to_view(points_m)
    return [QPointF(x, y) for x, y in (places / ratio).tolist() if x == x]
