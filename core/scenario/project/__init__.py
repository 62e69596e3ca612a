"""Projects on disk: a scenario, its journal, its assets, and what survives a crash.

Owns: the folder `NAME.driftless`, atomic saves, the lock, recovery. Does not own: what commands mean.

A project is a folder:
- `scenario.json`: the document as it was last saved; not there in a project that never was.
- `journal.jsonl`: the document that it began with and every command, undo, redo and save since; one line of JSON each,
  on the disk before the next gesture, each with a check that follows from all lines before it.
- `assets/HASH/`: inserted actors that are not of the log, as `core.scene.save_asset` writes them.
- `takes/NUMBER/`: what was generated of it; see `core.takes`. These are on the disk at once, saved or not.
- `lock`: held while a window has the project open.

Decisions
- The journal is the autosave: opening replays it, so what was not saved is there again to the last gesture, and with it
  all steps to undo. Nothing is ever written twice "for safety".
- A line that is cut short or damaged ends what is read. If that leads to something older than the saved document, the
  document is what counts, and the journal is kept beside under another name.
- An unsaved scenario is a project like any other in a folder of the user's state; saving it moves it.
- What is checked by the lock is one machine. Two machines on one shared folder are not kept apart.
"""

from core.scenario.project.assets import AssetStore
from core.scenario.project.entries import Do, Redo, Saved, Start, Undo, read_journal
from core.scenario.project.opening import DOCUMENT, JOURNAL, is_project, read_project, replayed
from core.scenario.project.project import SUFFIX, Project
from core.scenario.project.recovery import Recoverable, create_untitled, recoverable, unsaved_edits
from core.scenario.project.replaying import Replayed, replay

__all__ = [
    "DOCUMENT",
    "JOURNAL",
    "SUFFIX",
    "AssetStore",
    "Do",
    "Project",
    "Recoverable",
    "Redo",
    "Replayed",
    "Saved",
    "Start",
    "Undo",
    "create_untitled",
    "is_project",
    "read_journal",
    "read_project",
    "recoverable",
    "replay",
    "replayed",
    "unsaved_edits",
]
