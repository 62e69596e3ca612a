"""What the engine can do, one module per job; `core.engine.registry` names them.

Owns: the steps of a job between request and outcome. Does not own: the maths of a step.

A module defines `REQUEST`, the type of request that it takes, and `run(request, context)`. What needs torch is
imported here and nowhere before, for only the engine's process imports these modules.
"""
