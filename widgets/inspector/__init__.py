"""The inspector: the properties of what is selected, with units.

Owns: which properties there are and how they read. Does not own: the selection, editing (nothing is edited here yet).

Decisions
- `describe` is a pure function of log, id and time; the panel only shows what it answers.
- Wide panels flow the sections into columns.
"""

from widgets.inspector.describe import Description, Property, Section, describe
from widgets.inspector.panel import InspectorPanel

__all__ = ["Description", "InspectorPanel", "Property", "Section", "describe"]
