"""Splat files: PLY, compressed PLY, .splat, SPZ, SOG (read only), glTF and GLB.

Owns: telling the formats apart, one adapter each, their axes, checking what comes from outside.
Does not own: `GaussianCloud`, scenes on disk (core.scene), drawing.

Decisions
- A cloud is read in the axes of PLY (right, down, forward) whatever the file, so the same splats from PLY, SPZ and
  glTF agree; a PLY file keeps its numbers. Writing undoes the same. Scenes here are x forward, y left, z up: say
  `axes="zup"` to read a foreign file into a scene, and to write a scene so that others see it upright.
- `file_axes` says what the numbers in a file mean where that differs from its format: many programs wrote SPZ in the
  axes of PLY. An SPZ file that names its axes is believed.
- The content decides what a file is, its name only where the content cannot.
- Nothing is allocated for a promise in a header that the file is too small to keep.
- Single splats that cannot be drawn are left out and told through `tell`; a file of mostly such is refused.
- Files carry shape and colour. Lifespans, owners and provenance stay behind; `core.scene` keeps them.
- The formats are decoded here, with numpy: libraries for them trust their input, and disagree about axes. The tests
  hold the adapters against those libraries.
"""

from core.splats.files.axes import turned
from core.splats.files.registry import FORMATS, convert_splats, read_splats, write_splats

__all__ = ["FORMATS", "convert_splats", "read_splats", "turned", "write_splats"]
