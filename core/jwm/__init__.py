"""JWM: reconstruction and generation as one model.

Goal: the edited scene tells the generator what is where, the generator repairs what the scene shows badly and makes
up what nobody saw, and what it made flows back into the scene.

Owns: what a scene shows along a path (`drawing`), and the loop that yields chunk after chunk.
Does not own: the networks of the two models (`core/worldrec`, `core/worldgen`), training (`core/training/jwm`), takes
on disk (`core/takes`).

Decisions
- Reconstruction alone is a coupling like the others, and its pictures are the others' prior: what a user compares is
  what the generator was given.
- Importing this package brings torch; only the engine and training do.
"""
