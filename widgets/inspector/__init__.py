"""The inspector: the properties of what is selected, with units.

Owns: which properties there are, how they read, and which commands an edit of one makes. Does not own: the selection,
what a command does.

Decisions
- `describe` is a pure function of log, id and time; the panel only shows what it answers.
- An edit is applied by Enter and not by leaving a field, so that half a number never moves anything.
- Wide panels flow the sections into columns.
"""

from widgets.inspector.describe import Description, Property, Section, describe
from widgets.inspector.panel import InspectorPanel

__all__ = ["Description", "InspectorPanel", "Property", "Section", "describe"]
