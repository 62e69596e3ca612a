"""Gaussian splats: the cloud, its files, the rasterisers.

Owns: `GaussianCloud`, reading and writing splat files, drawing splats on the CPU and on CUDA.
Does not own: scenes, actors, anything that decides where splats come from.
"""

from core.splats.cloud import STATIC, GaussianCloud, Provenance

__all__ = ["STATIC", "GaussianCloud", "Provenance"]
