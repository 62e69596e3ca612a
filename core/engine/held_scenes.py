"""The scenes that the engine holds, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import UserError

if TYPE_CHECKING:
    from core.scene import Scene


class HeldScenes:
    def __init__(self) -> None:
        self._scenes: dict[str, Scene] = {}

    def hold(self, scene_id: str, scene: Scene) -> None:
        self._scenes[scene_id] = scene

    def drop(self, scene_id: str) -> None:
        self._scenes.pop(scene_id, None)

    def get(self, scene_id: str) -> Scene:
        """
        Raises:
            UserError: no scene of that name is held.
        """
        scene = self._scenes.get(scene_id)
        if scene is None:
            raise UserError("The engine does not hold that scene", field=scene_id, remedy="Load the scene again.")
        return scene
