"""The scene of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions import Action

if TYPE_CHECKING:
    from app.main_window import MainWindow


def scene_actions(window: MainWindow) -> list[Action]:
    scenes = window.scenes
    return [
        Action(
            id="scene.reconstruct",
            text="Reconstruct…",
            menu="Scene",
            handler=window.reconstruction.open,
            shortcuts=("Ctrl+R",),
            icon="creation-outline",
            tip="Make a better scene of this log, or of a part of it",
            enabled=scenes.can_reconstruct,
        ),
        Action(
            id="scene.extend",
            text="Extend the scene…",
            menu="Scene",
            handler=window.reconstruction.extend,
            icon="arrow-expand-right",
            tip="Let a scene of a part of this log go on along it",
            enabled=scenes.can_extend,
        ),
        Action(
            id="scene.build",
            text="Build the scene again",
            menu="Scene",
            handler=scenes.build,
            icon="cube-scan",
            tip="Lift the splats of this log anew, without a network",
            enabled=scenes.can_build,
        ),
        Action(
            id="scene.cancel",
            text="Stop making the scene",
            menu="Scene",
            handler=window.cancel_building,
            tip="What is refined already is kept; else the scene stays as it was",
            icon="cancel",
            enabled=lambda: scenes.is_building,
        ),
        Action(
            id="scene.save",
            text="Save the scene…",
            menu="Scene",
            handler=window.save_scene,
            icon="content-save-outline",
            tip="Write the scene into a folder",
            enabled=window.has_scene,
            section=1,
        ),
    ]
