"""The pictures of a rig, with overlays through each camera's true lens.

Owns: the arrangement of cells, enlarging, overlays and their toggles, picking actors in pictures.
Does not own: reading or decoding; images and sweeps are given by `show_image` and `show_sweep`.

Decisions
- A picture is drawn with its own time and pose: boxes, lanes and points are projected for the instant that
  the image was taken, not for the playhead, so they sit on what is seen.
- A click on an actor selects it; a click on a title or anywhere else in a picture enlarges, again returns.
- Overlays are kept as paths in image pixels; a repaint scales them and projects nothing.
- Recording, render, difference and generated frame are pictures like any other: the panel says which are wanted,
  whoever makes them hands them over with the index of the image that they belong to, and overlays follow that.
- Any two sources can be wiped. The line is at the same share of all pictures: one drags it in one and compares all.
- All cells show the same source unless one was given its own, by a right click; its title says so. The zoom is the same
  share of all pictures.
- How far boxes lie from where a generated picture has their actors is worked out from where its maker found them and
  from the boxes as they are now, so it follows an edit at once.
- After an edit one cell is painted in a turn of the event loop, and only if the edit changed what is seen in it.
- The panel says how large each picture is (`picture_size_changed`), so that whoever decodes can also shrink.
"""

from widgets.camera_panel.overlays import OVERLAYS, Overlays
from widgets.camera_panel.panel import CameraPanel
from widgets.camera_panel.shown import Shown
from widgets.camera_panel.sources import Source

__all__ = ["OVERLAYS", "CameraPanel", "Overlays", "Shown", "Source"]
