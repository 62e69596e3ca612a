"""Reconstructing from the window, with the real engine and a small network: asked, seen on the way, kept, stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driven_windows import BUILT_MS, open_and_build, pixels
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from core.scenario import editing
from core.scene import Scene
from widgets.camera_panel import Source
from widgets.reconstruct_dialog import Choices, ReconstructDialog

pytestmark = pytest.mark.usefixtures("small_network")

FEW = Choices(window_s=(0.0, 0.3), hold_out=3)
ENDLESS = Choices(window_s=(0.0, 0.3), refine_steps=100_000)


@pytest.fixture
def opened(
    window: MainWindow, small_pandaset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> MainWindow:
    """A log without a scene; nothing is built by itself."""
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path / "cache"))
    with qtbot.waitSignal(window.log_shown, timeout=60_000):
        window.open(small_pandaset)
    qtbot.waitUntil(lambda: not window.scenes.busy, timeout=60_000)
    return window


def type_key(
    window: MainWindow, key: Qt.Key, qtbot: QtBot, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """As the window system sends it: to whatever has the focus."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)


def asked(window: MainWindow, qtbot: QtBot) -> ReconstructDialog:
    """The dialog, opened by its key."""
    type_key(window, Qt.Key.Key_R, qtbot, Qt.KeyboardModifier.ControlModifier)
    dialog = window.reconstruction.dialog
    assert dialog is not None
    qtbot.waitExposed(dialog)
    return dialog


def wait_for_worth(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.reconstruction.card is not None, timeout=BUILT_MS)


def press(window: MainWindow, text: str, qtbot: QtBot) -> None:
    """A button of the card."""
    card = window.reconstruction.card
    assert card is not None
    (button,) = (button for button in card.findChildren(QPushButton) if button.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_key_and_palette_open_the_dialog_and_escape_closes_it(opened: MainWindow, qtbot: QtBot) -> None:
    dialog = asked(opened, qtbot)
    qtbot.waitUntil(lambda: "rocessor" in dialog.device.text() or "GiB" in dialog.device.text(), timeout=BUILT_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened.reconstruction.dialog is None
    type_key(opened, Qt.Key.Key_P, qtbot, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(QApplication.focusWidget(), "reconstr")
    assert opened.palette_sheet.matches[0].title == "Reconstruct…"
    type_key(opened, Qt.Key.Key_Return, qtbot)
    again = opened.reconstruction.dialog
    assert again is not None
    qtbot.keyClick(again, Qt.Key.Key_Escape)
    assert not opened.scenes.is_building


def test_a_scene_grows_sharper_until_its_worth_is_told(opened: MainWindow, qtbot: QtBot) -> None:
    viewport, views = opened.centre.viewport, list[NDArray[np.int16]]()
    previews: list[Scene] = []
    opened.scenes.previewed.connect(previews.append)
    dialog = asked(opened, qtbot)
    qtbot.mouseClick(dialog.steps.button(0), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.hold_out.button(3), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewport.settled, timeout=BUILT_MS)
    views.append(pixels(viewport))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert opened.status.work.isVisible()
    assert "Reconstructing" in opened.status.work.text.text()
    assert not opened.actions_["scene.reconstruct"].isEnabled()
    qtbot.waitUntil(lambda: bool(previews), timeout=BUILT_MS)
    assert opened.status.unfinished.isVisible()
    qtbot.waitUntil(lambda: np.abs(pixels(viewport) - views[0]).max(-1).mean() > 5, timeout=BUILT_MS)
    views.append(pixels(viewport))
    wait_for_worth(opened, qtbot)
    assert not opened.status.unfinished.isVisible()
    assert not opened.status.work.isVisible()
    qtbot.waitUntil(lambda: viewport.settled and (pixels(viewport) != views[1]).any(), timeout=BUILT_MS)
    card, scene = opened.reconstruction.card, opened.scenes.scene
    assert card is not None
    assert scene is not None
    assert card.figures["Splats"].replace("\u202f", "") == str(len(scene))
    assert card.figures["PSNR, held out"].endswith(" dB")
    shown = opened.inspector.shown()
    assert shown["Splats"].replace("\u202f", "") == str(len(scene))
    assert shown["Made by"] == "WorldRec tiny"
    assert "dB, SSIM" in shown["Held-out images"]
    assert opened.store.values.reconstruction_pace is not None
    press(opened, "Show the difference", qtbot)
    assert opened.cameras.source is Source.DIFFERENCE
    press(opened, "Close", qtbot)
    assert opened.reconstruction.card is None
    assert asked(opened, qtbot).choices == Choices(hold_out=3)


def test_the_new_scene_takes_the_place_of_the_lifted_one_and_is_found_again(
    building: MainWindow, small_pandaset: Path, qtbot: QtBot
) -> None:
    open_and_build(building, small_pandaset, qtbot)
    assert building.log is not None
    qtbot.waitUntil(lambda: building.inspector.shown().get("Made by") == "Lifting, without a network")
    lifted, track = building.scenes.scene, building.log.tracks[0].id
    building.cameras.set_source(Source.RENDER)
    cell = building.cameras.cell(building.log.cameras[0].name)
    qtbot.waitUntil(lambda: building.renders.idle and not cell.text, timeout=BUILT_MS)
    before = pixels(cell)
    assert building.scenario.scenario is not None
    building.scenario.do(editing.hide_actors(building.scenario.scenario, [track]))
    building.selection.select(building.log.tracks[1].id)
    building.scenes.reconstruct(FEW)
    wait_for_worth(building, qtbot)
    assert building.scenes.scene is not lifted
    assert building.scenario.scenario.actor(track).hidden
    assert building.selection.ids == {building.log.tracks[1].id}
    qtbot.waitUntil(
        lambda: building.renders.idle and not cell.text and (pixels(cell) != before).any(), timeout=BUILT_MS
    )
    made = building.scenes.scene
    assert made is not None
    building.scenario.undo()
    building.actions_["log.close"].trigger()
    assert building.reconstruction.card is None
    open_and_build(building, small_pandaset, qtbot)
    assert building.scenes.scene is not None
    assert len(building.scenes.scene) == len(made)
    building.selection.clear()
    qtbot.waitUntil(lambda: building.inspector.shown().get("Made by") == "WorldRec tiny")


def test_cancelled_before_it_is_refined_the_old_scene_stays(
    building: MainWindow, small_pandaset: Path, qtbot: QtBot
) -> None:
    open_and_build(building, small_pandaset, qtbot)
    lifted, previews = building.scenes.scene, list[Scene | None]()
    building.scenes.previewed.connect(previews.append)
    # At the first picture of the new one.
    building.scenes.previewed.connect(lambda scene: building.scenes.cancel())
    with qtbot.waitSignal(building.scenes.ended, timeout=BUILT_MS):
        building.scenes.reconstruct(FEW)
    assert previews[-1] is None
    assert building.scenes.scene is lifted
    assert not building.status.unfinished.isVisible()
    assert building.toasts.toasts == []
    assert building.actions_["scene.reconstruct"].isEnabled()


def test_stopped_while_it_is_refined_the_best_so_far_is_kept(opened: MainWindow, qtbot: QtBot) -> None:
    opened.scenes.reconstruct(ENDLESS)
    qtbot.waitUntil(lambda: "refining" in opened.status.work.text.text(), timeout=BUILT_MS)
    assert "best so far" in opened.status.work.cancel_button.toolTip()
    qtbot.mouseClick(opened.status.work.cancel_button, Qt.MouseButton.LeftButton)
    assert "keeping the best so far" in opened.status.work.text.text()
    wait_for_worth(opened, qtbot)
    assert opened.has_scene()
    qtbot.waitUntil(lambda: opened.inspector.shown().get("Made by") == "WorldRec tiny, refined until stopped")


def test_a_scene_of_a_part_goes_on_along_the_log(opened: MainWindow, qtbot: QtBot) -> None:
    extend, previews = opened.actions_["scene.extend"], list[Scene | None]()
    assert not extend.isEnabled()
    opened.scenes.reconstruct(Choices(window_s=(0.0, 0.2)))
    wait_for_worth(opened, qtbot)
    first = opened.scenes.scene
    assert first is not None
    qtbot.waitUntil(extend.isEnabled, timeout=BUILT_MS)
    extend.trigger()
    dialog = opened.reconstruction.dialog
    assert dialog is not None
    assert dialog.choices.window_s == (0.2, 0.4)
    opened.scenes.previewed.connect(previews.append)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert "Extending" in opened.status.work.text.text()
    wait_for_worth(opened, qtbot)
    assert previews
    longer = opened.scenes.scene
    assert longer is not None
    assert longer.window_s == (0.0, 0.4)
    assert len(longer) > len(first)
    opened.selection.clear()
    qtbot.waitUntil(lambda: opened.inspector.shown().get("Stretch") == "0.00 s to 0.40 s")


def test_closing_the_log_ends_it(opened: MainWindow, qtbot: QtBot) -> None:
    opened.scenes.reconstruct(ENDLESS)
    qtbot.waitUntil(lambda: opened.status.unfinished.isVisible(), timeout=BUILT_MS)
    opened.actions_["log.close"].trigger()
    assert not opened.scenes.is_building
    assert not opened.status.work.isVisible()
    assert not opened.status.unfinished.isVisible()
    qtbot.waitUntil(lambda: not opened.engine.busy, timeout=BUILT_MS)
    assert not opened.has_scene()
    assert opened.toasts.toasts == []


def test_weights_that_are_damaged_or_missing_are_told(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    weights = tmp_path / "models" / "worldrec-tiny" / "worldrec.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"nothing of the kind")
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "models"))
    with qtbot.waitSignal(opened.scenes.failed, timeout=BUILT_MS):
        qtbot.keyClick(asked(opened, qtbot), Qt.Key.Key_Return)
    (toast,) = opened.toasts.toasts
    assert "weights" in toast.text
    assert str(weights) in toast.text
    assert toast.offer_button is not None
    weights.unlink()
    dialog = asked(opened, qtbot)
    assert dialog.preset_remark.text() == "The weights of tiny are not here"
    assert not dialog.start.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
