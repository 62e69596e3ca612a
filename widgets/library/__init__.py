"""The asset library: actors that can be put into the scene, each with its picture and the sides that were seen.

Owns: showing, searching and choosing. Does not own: where assets come from, and inserting them.
"""

from widgets.library.items import LibraryItem
from widgets.library.sheet import LibrarySheet

__all__ = ["LibraryItem", "LibrarySheet"]
