"""Generated runs of a scenario, kept on disk.

Owns: the takes of a project, what each was made with, their frames, and which of these an edit has made wrong.
Does not own: generating, encoding of clips (`core.export`), showing.

    store = TakeStore(project.takes_folder)
    take = store.create(plan, cameras, models)      # at the first chunk of a run
    store.append(take, chunk, pictures)             # on the disk when it returns
    frames = store.frames(take.number)              # of all cameras, those before a branch are its parent's
    frames.picture("CAM_FRONT", 12)

A take is a folder `takes/NUMBER/`:
- `take.json`: what it was made with; written once, before the first chunk.
- `scenario.json`: the document that it shows.
- `pictures`: JPEG files one behind the other, appended chunk by chunk, the cameras of a frame side by side.
- `chunks.jsonl`: one line for each chunk: its frames' times, where their pictures lie, where the seconds went.

Decisions
- Takes form a tree: a take holds the frames from `first_frame` on and shares those before with its parent, so a branch
  copies nothing. None is ever overwritten; one that others branch from cannot be deleted.
- A chunk exists once its line is whole. Pictures are flushed to the disk before the line is, so a kill at any moment
  leaves whole chunks; what is cut short is left out, and cut off when the take goes on.
- JPEG rather than all-intra H.264: each picture stands for itself, so reading one needs no decoder's state, any thread
  may read, and a cut file stays readable. At 448×256 on one thread a picture is read in 1.4 ms against 2.8 to 4.0 ms
  and written in 0.9 ms against 4.0 to 4.9 ms; with full colour it takes 59 kB, with halved colour at 36 dB H.264 takes
  29 kB. Clips, which leave the program, are H.264.
- Files are opened for each chunk and each read, so that a project may be saved elsewhere while a run goes on.
"""

from core.takes.frames import TakeFrames
from core.takes.recording import TakeRecorder
from core.takes.staleness import first_stale
from core.takes.store import TakeStore
from core.takes.take import Chunk, Take, TakeCamera, TakePlan

__all__ = ["Chunk", "Take", "TakeCamera", "TakeFrames", "TakePlan", "TakeRecorder", "TakeStore", "first_stale"]
