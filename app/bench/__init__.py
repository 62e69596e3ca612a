"""`driftless bench`: measure this machine against the budgets of the design.

Owns: one module per benchmark, the table of them, the facts about the machine. Does not own: what is measured.

Decisions
- Figures are reported, never asserted: the clock of a shared machine proves nothing.
- A benchmark of the window drives the real window in a process of its own, on the present display or, on
  Linux without one, on an Xvfb that it starts and ends.
"""
