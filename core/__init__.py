"""Everything that needs no screen.

Owns: geometry, logs, the demo city (and, as they arrive, splats, scenes, scenarios, the models, the engine).
Does not own: windows, widgets, the command line. Nothing in here imports Qt or vispy.
"""
