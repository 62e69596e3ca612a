"""Compiled loops of the city renderer: ray bookkeeping, procedural textures, light.

Owns: everything that runs once per ray. Does not own: scenes, frames, files.

Decisions: plain scalar code, one ray at a time, compiled by numba without forced inlining (inlining small noise
helpers makes compilation take minutes). No threads: frames are spread over processes.
"""

from core.compiled import inner_kernels, kernels_beside

kernel = kernels_beside(__file__, error_model="numpy")
inner = inner_kernels(error_model="numpy")
