"""What stands among the splats: boxes, paths, lanes, lidar, the grid; light and dark; without OpenGL."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot
from viewport_scene import BLUE, GREEN, RED, View, moving, pixels_of, rgb, scene_of, solid, splats

from core.logs import LidarSweep
from widgets.class_colours import EGO_RGB
from widgets.playback import Playback
from widgets.selection import Selection
from widgets.theme import DARK, LIGHT
from widgets.theme.tokens import palette_of
from widgets.viewport import Viewport, opengl
from widgets.viewport.layers import LAYERS, MODES, LayersPanel
from widgets.viewport.opengl import OpenGl
from widgets.viewport.splat_world import ColourMode

EDGE = (18.0, 3.9, 0.75)  # on the car's near left edge, half way up


def near(picture: np.ndarray, view: View, point_m: tuple[float, float, float]) -> np.ndarray:
    """The pixels (n, 3) around a world point."""
    place = view.place(point_m)
    x, y = int(place.x()), int(place.y())
    return picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)


def has_line(view: View, point_m: tuple[float, float, float]) -> bool:
    """Whether a selected, so white, edge is seen at a world point."""
    return bool((near(view.picture(), view, point_m).min(-1) > 200).any())


@pytest.mark.parametrize(("x_m", "seen"), [(8.0, False), (30.0, True)])
def test_splats_cover_what_is_behind_them_only(both: View, x_m: float, seen: bool) -> None:
    wall = [((x_m, y, z), 0.8, GREEN) for y in np.arange(-6, 9, 0.8) for z in np.arange(-3, 5, 0.8)]
    both.open(scene=scene_of(both.log, splats(*wall)))
    both.stand(0, 0, 1)
    both.selection.select("car")
    assert has_line(both, EDGE) == seen


def test_a_veil_lets_lines_shine_through(both: View) -> None:
    both.open(scene=scene_of(both.log, splats(((8, 1.56, 0.9), 2.5, RED, 0.4))))
    both.stand(0, 0, 1)
    both.selection.select("car")
    beside = near(both.picture(), both, EDGE)
    assert 120 < beside[:, 2].max() < 235  # white behind red
    both.selection.clear()
    assert near(both.picture(), both, EDGE)[:, 2].max() < 150


def test_a_log_without_a_scene_shows_boxes_path_lanes_cameras_and_grid(one: View) -> None:
    one.open(replace(one.log, tracks=(moving(one.log.tracks[0], 4.0),)))
    one.stand(-4, 6, 6, yaw_rad=-0.4, pitch_rad=-0.4)
    empty = one.picture()
    for layer in ("boxes", "path", "lanes", "frusta", "grid", "tracks", "labels"):
        one.show_only(layer)
        assert (np.abs(one.picture() - empty).max(-1) > 12).sum() > 40, layer
    one.show_only("path")
    on_path = near(one.picture(), one, (4.0, 0.0, 0.05))
    assert np.abs(on_path - np.array(EGO_RGB)).max(-1).min() < 110


def test_lidar_shows_while_wanted(one: View) -> None:
    one.open()
    one.stand(0, 0, 1)
    wanted = []
    one.view.lidar_changed.connect(wanted.append)
    one.view.show_sweep(0, LidarSweep(one.log.start_ns, np.array([[15, 8, 1]], np.float32), np.ones(1, np.float32)))
    before = one.pixel((15, 8, 1))
    one.view.layers.set("lidar", True)
    assert wanted == [True]
    assert np.abs(one.pixel((15, 8, 1)) - before).max() > 60
    one.view.show_sweep(1, None)
    assert np.abs(one.pixel((15, 8, 1)) - before).max() < 5


def test_points_are_covered_by_splats_before_them(both: View) -> None:
    both.open(scene=scene_of(both.log, splats(((10, 0, 1), 0.8, GREEN))))
    both.stand(0, 0, 1)
    both.view.layers.set("lidar", True)
    for x_m, covered in ((15.0, True), (6.0, False)):
        points = np.array([[x_m, 0, 1]], np.float32)
        both.view.show_sweep(0, LidarSweep(both.log.start_ns, points, np.ones(1, np.float32)))
        difference = np.abs(both.pixel((x_m, 0, 1)) - rgb(GREEN)).max()
        assert (difference < 15) == covered


def test_a_selected_actor_is_tinted_and_boxed_even_where_boxes_are_off(both: View) -> None:
    both.open(scene=scene_of(both.log, splats(((60, 0, 1), 0.1, GREEN)), (solid(both.log, "car", BLUE),)))
    both.stand(0, 0, 1)
    plain = both.pixel((20, 3, 0.75))
    both.selection.select("car")
    tinted = both.pixel((20, 3, 0.75))
    assert (tinted[:2] > plain[:2] + 20).all()
    assert has_line(both, (18.0, 3.9, 1.5))


def test_the_backdrop_follows_the_theme(one: View) -> None:
    one.open()
    one.view.setPalette(palette_of(DARK))
    dark = one.picture()[5, 5]
    one.view.setPalette(palette_of(LIGHT))
    light = one.picture()[5, 5]
    assert dark.max() < 90
    assert light.min() > 200


def test_closing_the_scene_leaves_the_log(one: View) -> None:
    one.open(scene=scene_of(one.log, splats(((10, 2, 1), 0.5, RED))))
    one.stand(0, 0, 1)
    one.rest()
    one.view.set_scene(None)
    assert np.abs(one.pixel((10, 2, 1)) - rgb(RED)).max() > 60
    one.view.set_log(None)
    assert len(np.unique(one.picture()[100:].reshape(-1, 3), axis=0)) < 40


def test_the_panel_switches_layers_modes_and_size(one: View, qtbot: QtBot) -> None:
    layers = one.view.layers
    panel = LayersPanel(layers)
    qtbot.addWidget(panel)
    assert {box.text() for box in panel.findChildren(QCheckBox)} == {title for title, _ in LAYERS.values()}
    panel.boxes["lanes"].click()
    assert layers.is_on("lanes")
    layers.set("lanes", False)
    assert not panel.boxes["lanes"].isChecked()
    assert set(panel.modes) == set(MODES)
    panel.modes[ColourMode.OWNER].click()
    assert layers.mode is ColourMode.OWNER
    panel.slider.setValue(40)
    assert layers.scale == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("found", "told"),
    [(OpenGl(), "No OpenGL"), (OpenGl("old card", "2.1 Mesa 9", (2, 1)), "2.1 Mesa 9 (old card)")],
)
def test_without_a_usable_opengl_the_view_says_so(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, found: OpenGl, told: str
) -> None:
    monkeypatch.setattr(opengl, "find_opengl", lambda surface: found)
    log_view = Viewport(Playback(), Selection())
    qtbot.addWidget(log_view)
    log_view.resize(600, 400)
    log_view.show()
    qtbot.waitUntil(lambda: log_view.problem is not None)
    texts = " ".join(line.text() for line in log_view.findChildren(QLabel) if line.isVisible())
    assert told in texts
    assert "3.3" in texts
    assert "driver" in texts
    assert told in (log_view.problem or "")
    log_view.look_through_selected()
    log_view.frame_all()
    log_view.set_log(None)
    assert len(np.unique(pixels_of(log_view.grab().toImage()).reshape(-1, 3), axis=0)) > 2


def test_software_opengl_is_told_from_a_graphics_card() -> None:
    assert OpenGl("llvmpipe (LLVM 15.0.6, 256 bits)", "4.5", (4, 5)).software
    assert OpenGl("Google SwiftShader", "3.3", (3, 3)).software
    assert not OpenGl("NVIDIA GeForce RTX 4070/PCIe/SSE2", "4.6", (4, 6)).software


def test_closing_ends_all_threads(both: View) -> None:
    both.open(scene=scene_of(both.log, splats(((10, 2, 1), 0.5, RED))))
    assert any(thread.name.startswith("viewport") for thread in threading.enumerate())
    both.view.close()
    assert not any(thread.name.startswith("viewport") for thread in threading.enumerate())
