"""Compiled loops of the depth network's geometry.

Owns: everything that runs once per pixel, plane and neighbouring view.
"""

from core.compiled import kernels_beside

kernel = kernels_beside(__file__)
