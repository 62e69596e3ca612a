"""Compiled loops of the CPU rasteriser: projection, sorting, tiles, and their way back.

Owns: everything that runs once per splat, tile or pixel. Does not own: threads, arrays' lives, cameras.

Decisions
- Every kernel takes a range of its work (`begin`, `end`), so that plain Python threads share it; none has a threading
  layer of its own, which would abort when two threads of the program draw at once.
- A tile is 16 × 16 pixels, one row of it is one loop of constant length 16 over one buffer: that is what LLVM turns
  into vector code without checks for overlap. Indices are unsigned, because a signed one is tested for being
  negative at each access, which keeps the loop scalar. Tiles of 8 × 16 waste fewer lanes, but LLVM unrolls so short a
  loop before it could become a vector: drawing took three times as long.
- Functions that are called per splat or per pair take and return numbers, never arrays: numba counts references to
  arrays at each call, atomically, which costs more than the maths and makes threads wait for each other. That is why
  `blend` and `unblend` are long.
- Splats are projected in float64 and blended in float32.
- The backward pass walks each tile front to back once more and writes one row of sums per pair of splat and tile;
  rows of a splat lie side by side and are added in that order. Nothing is added by two threads, so the bytes of the
  result do not depend on how many there are.
"""

from core.compiled import kernels_beside

kernel = kernels_beside(__file__)
