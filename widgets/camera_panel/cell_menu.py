"""What one cell is to show, asked by a right click."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QWidget

from widgets.camera_panel.shown import Shown
from widgets.camera_panel.sources import Source


def cell_menu(
    parent: QWidget, shown: Shown, *, is_own: bool, show: Callable[[Shown], None], follow: Callable[[], None]
) -> QMenu:
    """A menu of the sources of one cell.

    Args:
        parent: over which it opens.
        shown: by the cell now.
        is_own: whether that is something else than the other cells show.
        show: lets this cell show something.
        follow: lets it show what the others do.
    """
    menu = QMenu(parent)
    for source in Source:
        action = menu.addAction(source.title)
        action.setCheckable(True)
        action.setChecked(source is shown.source)
        action.triggered.connect(lambda _=False, one=source: show(shown.showing(one)))
    wipes = menu.addMenu("Wipe with")
    for source in Source:
        if source is not shown.source:
            action = wipes.addAction(source.title)
            action.setCheckable(True)
            action.setChecked(source is shown.wiped)
            action.triggered.connect(lambda _=False, one=source: show(shown.wiped_with(one)))
    menu.addSeparator()
    same = menu.addAction("Same as all pictures")
    same.setEnabled(is_own)
    same.triggered.connect(lambda: follow())
    return menu
