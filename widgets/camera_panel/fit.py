"""What is said of how well boxes agree with a generated picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from core.jwm.misfit import Misfit, Sighting, misfit_of
from core.logs import CameraStream
from widgets.camera_panel.seen_boxes import SeenBox, Size

_FAR = 0.03  # of the picture's height: two pixels of 64
_FAR_COLOUR, _NEAR_COLOUR = QColor(255, 193, 77), QColor(255, 255, 255)


class Fit:
    """The misfit of one picture, asked at each repaint and worked out anew only when boxes or picture are others."""

    def __init__(self) -> None:
        self.sightings: Sequence[Sighting] = ()
        self.size_px: Size = (0, 0)  # of the picture
        self._known: tuple[object, object, Misfit] | None = None

    def show(self, sightings: Sequence[Sighting], size_px: Size) -> None:
        """Another picture, in which actors were looked for or not."""
        self.sightings, self.size_px = sightings, size_px

    def misfit(self, stream: CameraStream, index: int, seen: list[SeenBox]) -> Misfit:
        """How far the boxes that an image shows lie from where the picture has them."""
        if self._known is None or self._known[0] is not seen or self._known[1] is not self.sightings:
            sighted = {one.actor for one in self.sightings}
            boxes = [box for box in seen if box.track.id in sighted]
            middles = dict(zip((box.track.id for box in boxes), _middles(stream, index, boxes), strict=True))
            self._known = seen, self.sightings, misfit_of(self.sightings, middles, self.size_px)
        return self._known[2]

    def note(self, misfit: Misfit) -> tuple[str, QColor]:
        """Of all boxes of the picture; an empty text for none."""
        if not misfit.by_actor:
            return "", _NEAR_COLOUR
        mean, lost = misfit.mean_px, misfit.lost
        parts = [] if mean is None else [f"Misfit {mean:.1f} px"]
        parts += [f"{lost} not found"] if lost else []
        is_far = lost > 0 or (mean is not None and mean > _FAR * self.size_px[1])
        return ", ".join(parts), _FAR_COLOUR if is_far else _NEAR_COLOUR

    @staticmethod
    def words(misfit: Misfit, actor: str) -> str:
        """Of one actor; empty for one that was not judged."""
        if actor not in misfit.by_actor:
            return ""
        px = misfit.by_actor[actor]
        return "not found in the picture" if px is None else f"misfit {px:.1f} px"


def _middles(stream: CameraStream, index: int, boxes: Sequence[SeenBox]) -> list[tuple[float, float]]:
    """Shares of width and height at which the middles of boxes are."""
    if not boxes:
        return []
    camera = stream.camera
    places = np.array([box.box.world_from_box.translation for box in boxes])
    pixels, _ = camera.project(stream.world_from_camera[index].inverse().apply(places))
    shares = (pixels + 0.5) / (camera.width, camera.height)
    return [(float(x), float(y)) for x, y in shares]
