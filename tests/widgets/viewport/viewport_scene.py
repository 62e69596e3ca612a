"""A small world of splats around the small drive, and hands for a viewport on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog, Track
from core.scene import Actor, Scene, Sky
from core.splats import GaussianCloud
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.viewport import Viewport, frames
from widgets.viewport.cpu_splats import CpuSplats
from widgets.viewport.gl_splats import GlSplats
from widgets.viewport.layers import LAYERS
from widgets.viewport.orbit import OrbitCamera
from widgets.viewport.painter import SplatPainter

SIZE = (480, 320)
SKY = (0.2, 0.4, 0.8)
RED, GREEN, BLUE = (0.9, 0.1, 0.1), (0.1, 0.8, 0.2), (0.1, 0.2, 0.95)


def splats(*rows: tuple[Any, ...], opacity: float = 0.99) -> GaussianCloud:
    """Round splats from (place, radius, colour) or (place, radius, colour, opacity)."""
    count = len(rows)
    return GaussianCloud(
        means_m=np.array([row[0] for row in rows], np.float32).reshape(-1, 3),
        quaternions=np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        scales_m=np.array([[row[1]] * 3 for row in rows], np.float32).reshape(-1, 3),
        opacities=np.array([row[3] if len(row) > 3 else opacity for row in rows], np.float32),
        colours=np.array([row[2] for row in rows], np.float32).reshape(-1, 3),
    )


def scene_of(log: DrivingLog, static: GaussianCloud, actors: tuple[Actor, ...] = ()) -> Scene:
    return Scene(
        name="small",
        start_ns=log.start_ns,
        duration_s=log.duration_s,
        static=static,
        actors=actors,
        sky=Sky.plain(SKY),
    )


def solid(log: DrivingLog, name: str, colour: tuple[float, float, float], number: int = 1) -> Actor:
    """An actor of a track, its box filled with opaque splats."""
    track = next(one for one in log.tracks if one.id == name)
    axes = [np.linspace(-0.42, 0.42, 7) * size for size in track.size_m]
    places = np.stack(np.meshgrid(*axes), -1).reshape(-1, 3)
    return Actor(number, track, splats(*((place, 0.16, colour) for place in places)))


def moving(track: Track, speed_mps: float) -> Track:
    """The same actor, driving along world x."""
    from dataclasses import replace

    positions = track.poses.poses.translation.copy()
    positions[:, 0] += (track.t_ns - track.t_ns[0]) * 1e-9 * speed_mps
    return replace(track, poses=PoseTrack(track.t_ns, Pose.from_heading(np.zeros(len(positions)), positions)))


def street(seed: int = 1, count: int = 500) -> GaussianCloud:
    """Ground, walls and thin things in all colours and directions, without two of one depth."""
    chance = np.random.default_rng(seed)
    places = chance.uniform([2, -9, 0], [45, 9, 5], (count, 3))
    places[: count // 2, 2] = chance.normal(0, 0.05, count // 2)
    turns = chance.normal(size=(count, 4))
    return GaussianCloud(
        means_m=places.astype(np.float32),
        quaternions=(turns / np.linalg.norm(turns, axis=1, keepdims=True)).astype(np.float32),
        scales_m=np.exp(chance.uniform(np.log(0.05), np.log(0.9), (count, 3))).astype(np.float32),
        opacities=chance.uniform(0.2, 0.99, count).astype(np.float32),
        colours=chance.uniform(0, 1, (count, 3)).astype(np.float32),
    )


class View:
    """A viewport on the small drive, with hands and eyes. All layers but the splats are off."""

    def __init__(
        self, qtbot: QtBot, painter: type[CpuSplats] | type[GlSplats], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def chosen(found: object) -> SplatPainter:
            return painter()

        monkeypatch.setattr(frames, "choose_painter", chosen)
        self.qtbot = qtbot
        self.log = small_drive()
        self.playback, self.selection = Playback(), Selection()
        self.view = Viewport(self.playback, self.selection)
        qtbot.addWidget(self.view)
        self.view.resize(*SIZE)
        self.playback.set_range(0.0, self.log.duration_s)
        self.show_only()
        self.view.show()
        qtbot.waitExposed(self.view)
        qtbot.waitUntil(lambda: self.view.painter is not None, timeout=60_000)

    def show_only(self, *layers: str) -> None:
        for name in LAYERS:
            self.view.layers.set(name, name in {"static", "actors", *layers})

    def open(self, log: DrivingLog | None = None, scene: Scene | None = None) -> None:
        self.log = log or self.log
        self.view.set_log(self.log)
        self.view.set_scene(scene)

    def stand(self, x_m: float, y_m: float, z_m: float, yaw_rad: float = 0.0, pitch_rad: float = 0.0) -> None:
        """The free camera at a place."""
        camera = OrbitCamera((0.0, 0.0, 0.0), 5.0, yaw_rad, pitch_rad)
        self.view.set_camera(camera.moved(np.array([x_m, y_m, z_m]) - camera.position_m))

    def rest(self) -> None:
        """Wait until all is drawn as well as it can be."""
        self.qtbot.waitUntil(lambda: self.view.settled, timeout=60_000)

    def picture(self) -> NDArray[np.int64]:
        self.rest()
        return pixels_of(self.view.grab().toImage())

    def place(self, point_m: tuple[float, float, float]) -> QPointF:
        """Where a world point is seen, once all is at rest."""
        self.rest()
        pixels, _ = self.view.sight.to_view([point_m])
        return QPointF(*pixels[0]) / self.view.devicePixelRatioF()

    def pixel(self, point_m: tuple[float, float, float]) -> NDArray[np.int64]:
        picture, place = self.picture(), self.place(point_m)
        return picture[int(place.y()), int(place.x())]

    def move(self, at: QPointF, held: Qt.MouseButton = Qt.MouseButton.NoButton, **options: Any) -> None:
        self._send(QMouseEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, held, **options)

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        left = Qt.MouseButton.LeftButton
        self._send(QMouseEvent.Type.MouseButtonPress, at, left, left, modifiers)
        self._send(QMouseEvent.Type.MouseButtonRelease, at, left, Qt.MouseButton.NoButton, modifiers)

    def double_click(self, at: QPointF) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        self.click(at)
        self._send(QMouseEvent.Type.MouseButtonDblClick, at, left, left)
        self._send(QMouseEvent.Type.MouseButtonRelease, at, left, none)

    def drag(
        self,
        start: QPointF,
        delta: QPointF,
        button: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self.press(start, button, modifiers)
        for share in (0.5, 1.0):
            self.move(start + delta * share, button, modifiers=modifiers)
        self.release(start + delta, button, modifiers)

    def press(
        self,
        at: QPointF,
        button: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self._send(QMouseEvent.Type.MouseButtonPress, at, button, button, modifiers)

    def release(
        self,
        at: QPointF,
        button: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self._send(QMouseEvent.Type.MouseButtonRelease, at, button, Qt.MouseButton.NoButton, modifiers)

    def wheel(self, at: QPointF, steps: int) -> None:
        spot = QPointF(self.view.mapToGlobal(at.toPoint()))
        buttons, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(
            self.view, QWheelEvent(at, spot, QPoint(), QPoint(0, 120 * steps), buttons, none, phase, False)
        )

    def key(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        down: bool = True,
    ) -> bool:
        kind = QKeyEvent.Type.KeyPress if down else QKeyEvent.Type.KeyRelease
        event = QKeyEvent(kind, key, modifiers)
        QApplication.sendEvent(self.view, event)
        return event.isAccepted()

    def _send(
        self,
        kind: QMouseEvent.Type,
        at: QPointF,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        spot = QPointF(self.view.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(self.view, QMouseEvent(kind, at, spot, button, held, modifiers))


def pixels_of(image: QImage) -> NDArray[np.int64]:
    """(H, W, 3) of device pixels."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).astype(int)


def rgb(colour: tuple[float, float, float]) -> NDArray[np.int64]:
    return (np.array(colour) * 255).round().astype(int)
