"""The panel that starts runs and lists takes.

Owns: the form of a run, what is told while it goes on, the tree of takes. Does not own: the takes (`widgets.takes`),
the engine, files.
"""

from widgets.generation.choices import COUPLINGS, STEPS, RunChoices
from widgets.generation.panel import GeneratePanel

__all__ = ["COUPLINGS", "STEPS", "GeneratePanel", "RunChoices"]
