"""Scenarios: what the user made of a log and a scene, as one document, and everything that follows from it.

Owns: the `Scenario` document and its versions, commands and their history, the project on disk with its journal,
`EditedDrive` (the tracks, boxes, ego path, rig and scene after all edits), how things move (`motion`), the `Judge`
of it, the clipboard, and what the demo city would have recorded (`city_edits`).
Does not own: the log, the scene, drawing, and Qt.

Decisions
- The document holds what the user decided, never what follows from it. Everything else is derived by `EditedDrive`,
  for all consumers, so boxes, splats, overlays, renders and exports cannot disagree.
- A command holds before and after of exactly the parts that it touches. So undoing is exact for every command, old or
  new, and a journal needs no code of the edit that was made. The functions in `editing` only make commands.
- Whole parts (one actor, one camera) are the grain of commands: a few hundred bytes, and nothing to merge by hand.
- Who is removed or hidden is nowhere: not in the viewport, renders, generation or export. What is seen is what is made.
- An inserted actor is an edit like that of a recorded one, with an origin; its serial number gives its splats an owner
  that stays the same whatever else is inserted.
- Splats are cleaned up by regions where possible: they outlive another reconstruction of the scene, numbers do not.
"""

from core.scenario import editing
from core.scenario.actors import ActorEdit, CopyOf, Inserted, OfAsset
from core.scenario.behaviours import Authored, Behaviour, Bent, EgoPath, Keyed, KeyFrame, Reacting, Replay
from core.scenario.command import Command
from core.scenario.document import Scenario
from core.scenario.drive import EditedDrive
from core.scenario.history import History
from core.scenario.judging import Case, Judge, Surroundings
from core.scenario.model import Placement
from core.scenario.movement import EGO
from core.scenario.references import (
    LogReference,
    MissingLogError,
    SceneReference,
    log_fingerprint,
    open_log_of,
    scene_hash,
)
from core.scenario.settings import (
    BoxRegion,
    CameraEdit,
    Cleanup,
    Conditions,
    EgoEdit,
    Mark,
    Runs,
    Span,
    Sphere,
    Stroke,
)

__all__ = [
    "EGO",
    "ActorEdit",
    "Authored",
    "Behaviour",
    "Bent",
    "BoxRegion",
    "CameraEdit",
    "Case",
    "Cleanup",
    "Command",
    "Conditions",
    "CopyOf",
    "EditedDrive",
    "EgoEdit",
    "EgoPath",
    "History",
    "Inserted",
    "Judge",
    "KeyFrame",
    "Keyed",
    "LogReference",
    "Mark",
    "MissingLogError",
    "OfAsset",
    "Placement",
    "Reacting",
    "Replay",
    "Runs",
    "Scenario",
    "SceneReference",
    "Span",
    "Sphere",
    "Stroke",
    "Surroundings",
    "editing",
    "log_fingerprint",
    "open_log_of",
    "scene_hash",
]
