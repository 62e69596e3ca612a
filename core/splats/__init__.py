"""Gaussian splats: the cloud, its files, the rasterisers.

Owns: `GaussianCloud`, reading and writing splat files, drawing splats on the CPU and on CUDA.
Does not own: scenes, actors, anything that decides where splats come from.

Decisions
- The CPU rasteriser is compiled kernels on numpy arrays, so that the window can draw without torch; torch is met in
  `torch_rasteriser` only, where one call draws on the CPU or on CUDA.
- Threads are plain Python threads that share ranges of work: any thread of the program may draw at any time, and
  the bytes of a picture do not depend on how many helped.
- The rasterisers are imported from their own modules: they bring the compiler, which a reader of files does not need.
"""

from core.splats.cloud import STATIC, GaussianCloud, Provenance

__all__ = ["STATIC", "GaussianCloud", "Provenance"]
