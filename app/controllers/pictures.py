"""Feeds the views of the open log with decoded images and sweeps."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.controllers.image_loader import ImageLoader
from core.logs import DrivingLog
from widgets.camera_panel import CameraPanel
from widgets.plan_view import PlanView
from widgets.playback import Playback


class PictureFeed(QObject):
    """One loader per open log; the one before is closed with all its threads."""

    def __init__(self, playback: Playback, cameras: CameraPanel, plan: PlanView) -> None:
        super().__init__(cameras)
        self._playback = playback
        self._cameras = cameras
        self._plan = plan
        self._plan_lidar = False
        self.loader: ImageLoader | None = None
        cameras.overlays_changed.connect(self._want_sweeps)
        cameras.picture_size_changed.connect(self._resize)
        plan.lidar_changed.connect(self._plan_wants_lidar)

    def set_log(self, log: DrivingLog | None) -> None:
        self.close()
        if log is not None:
            self.loader = ImageLoader(log, self._playback, self)
            self.loader.image_ready.connect(self._cameras.show_image)
            self.loader.image_failed.connect(self._cameras.show_error)
            self.loader.sweep_ready.connect(self._cameras.show_sweep)
            self.loader.sweep_ready.connect(self._plan.show_sweep)
        self._cameras.set_log(log)
        self._plan.set_log(log)
        self._want_sweeps()
        if self.loader is not None:
            self.loader.refresh()

    def close(self) -> None:
        if self.loader is not None:
            self.loader.close()
            self.loader.deleteLater()
            self.loader = None

    def _resize(self, camera_name: str, width_px: int, height_px: int) -> None:
        if self.loader is not None:
            self.loader.set_target_size(camera_name, width_px, height_px)

    def _plan_wants_lidar(self, wanted: bool) -> None:
        self._plan_lidar = wanted
        self._want_sweeps()

    def _want_sweeps(self) -> None:
        if self.loader is not None:
            self.loader.set_sweeps_wanted(self._plan_lidar or self._cameras.overlays.is_on("lidar"))
