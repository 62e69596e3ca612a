"""Tools: what the left button and keys do in the viewport while one of them is in hand.

Owns: the `Tool` that `Hands` give events to, and one module or package for each tool.
Does not own: commands (tools preview and do them on a `ScenarioModel`), when a tool is taken (actions do that).

Decisions
- The camera's gestures always come first, so that one can look around with any tool in hand.
- What a tool has no use for selects, as without it.
- A view only turns places of the pointer into rays; what a drag makes of rays (`ActorMover`) is the same in 3D and in
  the pictures of cameras.
- On the ground an actor is held by the middle of its underside, wherever it was grabbed: a roof above the horizon can
  be dragged, too, and the actor stays under the pointer.
- Splats are chosen by regions, also with the brush: a stroke is a line with a radius in metres, in the frame of those
  who own the splats. So a clean-up is small, gives the same without a window, and outlives another reconstruction.
- A brush asks what is seen under the pointer half-way between any two points of a stroke, too: on one surface inverse
  depths run evenly over the picture, so a slope is told from an edge, and no stroke cuts through the air.
- Axes are those of the actor that was selected last: forward, left and up mean more on a street than east and north.
- Handles are painted over the frame, through the sight of the frame on the screen: they stay on what they belong to
  while the camera moves, and follow the pointer without waiting for a frame.
"""

from widgets.viewport.tools.actor_tools import ActorTool, MoveTool, TurnTool
from widgets.viewport.tools.grip import ActorGrip
from widgets.viewport.tools.handles import Handle
from widgets.viewport.tools.mover import ActorMover
from widgets.viewport.tools.placing import PlaceTool
from widgets.viewport.tools.tool import Tool, Touch

__all__ = ["ActorGrip", "ActorMover", "ActorTool", "Handle", "MoveTool", "PlaceTool", "Tool", "Touch", "TurnTool"]
