"""A scene that goes on with a further stretch of its log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.logs import DrivingLog
from core.scene import Scene, load_scene
from core.scene.stretches import Stretch, can_go_on, meets, spanning


@dataclass(frozen=True, eq=False)
class EarlierScene:
    scene: Scene
    made_of_s: Stretch

    @classmethod
    def load(cls, folder: Path, log: DrivingLog) -> EarlierScene:
        """
        Raises:
            UserError: the folder holds no scene, one of another log, or one that cannot go on.
        """
        scene = load_scene(folder)
        if scene.name != log.name or scene.start_ns != log.start_ns:
            remedy = f"Name a scene of {log.name}, or make a new one."
            raise UserError(f"The scene is of another log: {scene.name}", path=folder, remedy=remedy)
        remedy = "Make a scene of a part of the log first; that one can go on."
        if scene.window_s is None:
            raise UserError("Nobody noted of which stretch the scene was made", path=folder, remedy=remedy)
        if not can_go_on(scene.window_s, log.duration_s):
            raise UserError("The scene is of the whole log already", path=folder, remedy=remedy)
        return cls(scene, scene.window_s)

    def joined_s(self, new_s: Stretch) -> Stretch:
        """The stretch of both together.

        Raises:
            UserError: there is time between them, or the new stretch holds nothing new.
        """
        first_s, last_s = self.made_of_s
        if not meets(self.made_of_s, new_s):
            remedy = f"Choose a stretch that begins at {last_s:.2f} s or earlier, and ends at {first_s:.2f} s or later."
            raise UserError("Time would be missing between the scene and the stretch", field="window_s", remedy=remedy)
        joined_s = spanning(self.made_of_s, new_s)
        if joined_s == self.made_of_s:
            remedy = f"Choose a stretch beyond {first_s:.2f} s to {last_s:.2f} s."
            raise UserError("The scene is made of this stretch already", field="window_s", remedy=remedy)
        return joined_s
