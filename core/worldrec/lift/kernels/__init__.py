"""Compiled loops of the lift.

Owns: everything that runs once per point and box, per point and view, or per pixel and splat.
"""

from core.compiled import kernels_beside

kernel = kernels_beside(__file__)
