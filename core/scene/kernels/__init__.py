"""Compiled loops of scenes: rays against boxes and through the grid of observed space.

Owns: what runs once per ray and box, or per ray and voxel. Does not own: lenses, arrays' lives.
"""

from core.compiled import inner_kernels, kernels_beside

kernel = kernels_beside(__file__)
inner = inner_kernels()
