"""Tools: what the left button and keys do in the viewport while one of them is in hand.

Owns: the `Tool` that `Hands` give events to, and one module or package for each tool.
Does not own: commands (tools preview and do them on a `ScenarioModel`), when a tool is taken (actions do that).

Decisions
- The camera's gestures always come first, so that one can look around with any tool in hand.
- What a tool has no use for selects, as without it.
- Handles are painted over the frame, through the sight of the frame on the screen: they stay on what they belong to
  while the camera moves, and follow the pointer without waiting for a frame.
"""

from widgets.viewport.tools.tool import Tool, Touch

__all__ = ["Tool", "Touch"]
