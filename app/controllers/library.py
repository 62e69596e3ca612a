"""The asset library of the window: what it offers, what that looks like, and putting it into the scene."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from app.asset_offers import Offer, city_offers, disk_offers, scene_offers
from app.demo import cache_folder
from app.jobs import Job
from core.scenario import OfAsset
from widgets.library import LibrarySheet
from widgets.library.sheet import PICTURE
from widgets.viewport.tools import PlaceTool

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from core.scenario.project.assets import AssetStore


def library_store() -> AssetStore:
    """The assets that were ever inserted or added, in the user's cache."""
    from core.scenario.project.assets import AssetStore

    return AssetStore(cache_folder() / "assets")


class LibraryController(QObject):
    """Nothing is made before the library is opened; then pictures come one after the other from a thread."""

    failed = Signal(object)  # UserError
    _drawn = Signal(object, str, object)  # the round, id of an item, picture

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.tool = PlaceTool(window.scenario, window.selection, window.playback, window.mover)
        self.sheet: LibrarySheet | None = None
        self._offers: dict[str, Offer] = {}
        self._round: threading.Event | None = None  # set when its pictures are not wanted any more
        self._thread: threading.Thread | None = None
        self._drawn.connect(self._show_picture, Qt.ConnectionType.QueuedConnection)

    @cached_property
    def store(self) -> AssetStore:
        """Imported with the first use of the library: no window waits for it at its start."""
        return library_store()

    def open(self) -> None:
        """Show the library; what it offers is looked for anew."""
        if self.sheet is None:
            self.sheet = LibrarySheet(self._window)
            self.sheet.chosen.connect(self.choose)
            self.sheet.folder_wanted.connect(self.choose_folder)
            self.sheet.finished.connect(lambda: self._stop())
        drive, store = self._window.scenario.drive, self.store
        job = Job(
            lambda: [*scene_offers(drive), *city_offers(), *disk_offers(store)], name="Asset library", parent=self
        )
        job.done.connect(self._show)
        job.failed.connect(self.failed)
        job.start()
        self.sheet.show()
        self.sheet.raise_()

    def choose(self, item_id: str) -> None:
        """Keep an asset with those that can be inserted, then take the tool that does so."""
        make = self._offers[item_id].make
        self._keep(lambda: self.store.add(make()))

    def choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, "Add an asset", str(Path.home()))
        if chosen:
            self.add(Path(chosen))

    def add(self, folder: Path) -> None:
        """Keep an asset of a folder, and take the tool that inserts it."""
        self._keep(lambda: self.store.add_folder(folder))

    def close(self) -> None:
        """Draw nothing any more, and wait for the thread."""
        thread = self._stop()
        if thread is not None:
            thread.join()
        if self.sheet is not None:
            self.sheet.close()

    def _keep(self, work: Callable[[], OfAsset]) -> None:
        job = Job(work, name="Keeping an asset", parent=self)
        job.done.connect(lambda kept: self._window.projects.keep_asset(self.store.folder / kept.asset, self._take))
        job.failed.connect(self.failed)
        job.start()

    def _take(self, asset: OfAsset) -> None:
        if self._window.scenario.scenario is not None:
            self.tool.load(asset)
            self._window.centre.show_scene()
            self._window.centre.viewport.take(self.tool)

    def _show(self, offers: Sequence[Offer]) -> None:
        if self.sheet is None:
            return
        self._offers = {offer.item.id: offer for offer in offers}
        self.sheet.set_items([offer.item for offer in offers])
        self._stop()
        wanted = self._round = threading.Event()
        self._thread = threading.Thread(target=lambda: self._draw(wanted, offers), name="asset pictures", daemon=True)
        self._thread.start()

    def _draw(self, over: threading.Event, offers: Sequence[Offer]) -> None:
        from core.scene.asset_pictures import asset_picture

        for offer in offers:
            if over.is_set():
                return
            picture = asset_picture(offer.make(), 2 * PICTURE.width(), 2 * PICTURE.height(), threads=1)
            if not over.is_set():
                self._drawn.emit(over, offer.item.id, picture)

    def _show_picture(self, of_round: threading.Event, item_id: str, picture: NDArray[np.uint8]) -> None:
        if self.sheet is not None and of_round is self._round:
            self.sheet.set_picture(item_id, picture)

    def _stop(self) -> threading.Thread | None:
        thread, self._thread = self._thread, None
        if self._round is not None:
            self._round.set()
            self._round = None
        return thread
