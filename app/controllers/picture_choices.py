"""Which sources and overlays the camera pictures show, remembered per user."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.settings import SettingsStore
from widgets.camera_panel import OVERLAYS, CameraPanel


class PictureChoices(QObject):
    """Brings back what was on when the window was left: overlays, and cells with sources of their own. What all cells
    show begins with the recording, which is there at once."""

    def __init__(self, cameras: CameraPanel, store: SettingsStore) -> None:
        super().__init__(cameras)
        self._cameras, self._store = cameras, store
        for name in OVERLAYS:
            if name in store.values.overlays:
                cameras.overlays.set(name, store.values.overlays[name])
        cameras.set_own_sources(store.values.picture_sources)
        cameras.overlays_changed.connect(self._keep_overlays)
        cameras.source_changed.connect(self._keep_sources)

    def _keep_overlays(self) -> None:
        overlays = self._cameras.overlays
        self._store.update(overlays={name: overlays.is_on(name) for name in OVERLAYS})

    def _keep_sources(self) -> None:
        self._store.update(picture_sources=self._cameras.own_sources)
