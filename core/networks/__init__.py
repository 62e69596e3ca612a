"""What all networks have in common: where their files lie, how these are named and written, what they run on and by
how many threads, how alike pictures are.

Does not own: the networks and what their files tell beside the weights (`core/worldrec`, `core/worldgen`, `core/jwm`),
training.

Decisions
- `files` is asked by the window too, to tell which weights there are, so it brings no torch; the others do.
"""
