"""The outliner: what a log holds, as a tree with a search field.

Owns: showing, filtering and selecting. Does not own: the selection itself, properties (`widgets.inspector`).

Decisions
- Which actors exist at the playhead is looked up in sorted arrays, so that it can follow while the log plays.
"""

from widgets.outliner.listed import Listed
from widgets.outliner.panel import OutlinerPanel
from widgets.outliner.presence import Presence

__all__ = ["Listed", "OutlinerPanel", "Presence"]
