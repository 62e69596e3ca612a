"""What all networks have in common: where their files lie, how these are named, what they run on.

Does not own: the networks and the format of their files (`core/worldrec`, `core/worldgen`), training.

Decisions
- `files` is asked by the window too, to tell which weights there are, so it brings no torch; the others do.
"""
