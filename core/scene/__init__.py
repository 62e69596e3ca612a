"""Scenes: what reconstruction made of a log, ready to be drawn and edited.

Owns: `Scene`, `Actor`, `Sky` and `Exposure`, the splats that exist at a time, what of them was ever observed, their
files, what they look like over their sky, actors as assets, export to files of splats.
Does not own: edits (`core/scenario`), reconstruction (`core/worldrec`), drawing splats (`core/splats`), what trust
allows (`core/scenario`): here are only the numbers.

Decisions
- An actor is one object: its splats in the frame of its box, and its track. Moving the track moves the splats.
- Splats know their owner by the actor's number in the scene; 0 is the static world.
- A scene is a folder: `scene.json` for names, `splats.safetensors` for arrays. Both are written beside the
  old ones and swapped, so that a crash leaves the earlier scene.
- What was observed is a property of log and scene, not of how the scene was made: `with_observation` finds it for a
  scene of any origin, from the log's calibration, poses and boxes and the scene's static splats. No image is read.
- Coverage lives on patches of an actor's box, not on its splats: it says what a camera would have to invent, also
  where there is no splat at all.
- Observed space is one grid with voxels of a metre (a few 100 kB): enough to tell a street that was seen from a
  courtyard that was not. It says nothing about things smaller than that.
- Cameras of a rig expose differently. The scene is kept as their mean would see it, which is how free views show it;
  only a picture that stands for a camera of the rig gets its exposure.
- A scene knows how fine the images were that it was made of. Smaller pictures are drawn that fine and averaged:
  of two demo cities, made of 224×128 images and drawn at 112×64, that is worth 2.1 to 6.9 dB for a quarter more time
  (901: 22.4 → 28.8 dB, 902: 24.0 → 26.1 dB; narrower splats instead: 27.1, 25.8).
- Kernels are imported by the calls that need them: the window reads scenes without the compiler.
"""

from core.scene.assets import Asset, asset_of, load_asset, save_asset, with_asset
from core.scene.best_views import BestView, best_views
from core.scene.coverage import Coverage
from core.scene.export import export_scene
from core.scene.exposure import Exposure
from core.scene.observed_space import ObservedSpace, PoseTrust
from core.scene.observing import observed_space, with_observation
from core.scene.scene import Actor, Scene
from core.scene.scene_files import load_scene, save_scene, scene_as_arrays, scene_from_arrays
from core.scene.sky import Sky

__all__ = [
    "Actor",
    "Asset",
    "BestView",
    "Coverage",
    "Exposure",
    "ObservedSpace",
    "PoseTrust",
    "Scene",
    "Sky",
    "asset_of",
    "best_views",
    "export_scene",
    "load_asset",
    "load_scene",
    "observed_space",
    "save_asset",
    "save_scene",
    "scene_as_arrays",
    "scene_from_arrays",
    "with_asset",
    "with_observation",
]
