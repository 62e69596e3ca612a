"""Scenes: what reconstruction made of a log, ready to be drawn and edited.

Owns: `Scene`, `Actor` and `Sky`, the splats that exist at a time, their files.
Does not own: edits (`core/scenario`), reconstruction (`core/worldrec`), drawing (`core/splats`).

Decisions
- An actor is one object: its splats in the frame of its box, and its track. Moving the track moves the splats.
- Splats know their owner by the actor's number in the scene; 0 is the static world.
- A scene is a folder: `scene.json` for names, `splats.safetensors` for arrays. Both are written beside the
  old ones and swapped, so that a crash leaves the earlier scene.
"""

from core.scene.scene import Actor, Scene
from core.scene.scene_files import load_scene, save_scene
from core.scene.sky import Sky

__all__ = ["Actor", "Scene", "Sky", "load_scene", "save_scene"]
