"""The dialog that asks what to reconstruct of a log, and how.

Owns: the controls, what they may say, how long it will take. Does not own: making scenes, files, which networks there
are, what was chosen the last time.

Decisions
- A value that cannot be used is told where it stands, in the line that else describes it: nothing jumps.
- The time is worked out of images and steps and of the pace that was measured on this machine; without one it is
  called a guess.
"""

from widgets.reconstruct_dialog.choices import Choices, PresetOffer
from widgets.reconstruct_dialog.dialog import ReconstructDialog
from widgets.reconstruct_dialog.work import Work, work_of

__all__ = ["Choices", "PresetOffer", "ReconstructDialog", "Work", "work_of"]
