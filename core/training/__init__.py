"""Training of the networks: loops, losses, samples. Nothing here is needed to use them.

Owns: how weights come about. Does not own: the networks (`core/worldrec`), logs of the city (`core/city`).

Decisions
- Samples are worked out once and kept in a folder, so that a run that is interrupted goes on where it was.
- What is saved are running means of the weights; a run's own state lies beside its samples.
"""
