"""Compiled loops of the layout. They take arrays and fill arrays."""

from core.compiled import kernels_beside

kernel = kernels_beside(__file__)
