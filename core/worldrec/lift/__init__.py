"""Lift: a scene from a log without any network, within seconds.

Owns: every step from sweeps and images to splats. Does not own: learning of any kind.

Decisions
- Depth pictures are the common currency. Lidar, or a plane and walls where there is none, becomes one dense depth
  picture per view; what lidar does not reach is completed there, where the picture's columns say what is above what.
- All images become undistorted views first; no later step knows about lenses.
- Points of all views are fused in voxels that grow with their distance from the cameras, as pixels do. One factor for
  all voxels is chosen such that the budget of splats is met.
- A long stretch gets more of everything: images, points and splats in proportion to its seconds or metres
  (`core.scene.stretches`), in one pass. 20 s of a city drive (seed 231), after the network, PSNR and SSIM of held-out
  images by each four seconds: with the 64 000 splats and 16 images of each camera of a short stretch 18.3 to 19.4 /
  .51 to .57, with five times as many 23.0 to 24.1 / .73 to .78. Each four seconds as a scene of their own: 22.6 to
  23.7 / .70 to .74.
- Voxels that are up to twice as large where brightness hardly changes, and finer elsewhere, gain little: seed 202 with
  WorldRec, held out +0.13 dB and +.004 SSIM, 3 m aside 22.80 both, after an edit 22.84 → 22.67, depth off by
  3.9 % instead of 3.2; after 150 steps +0.1 dB. Left out.
- Colours come last, from the splats' own pictures: each splat takes the mean of the pixels it covers, weighted as the
  rasteriser blends it, and is then corrected by what the picture still lacks. Visibility is thereby exact, and a
  static splat never takes colour from an actor that covers it. One correction is enough: with a second, seeds 202
  and 207 are lifted 0.1 dB better, and are after the network 0.03 dB better held out and the same 3 m aside, for a
  twentieth of the time.
- Cameras of a rig expose differently (the real drive's by up to a fifth). Their exposures are found from splats and sky
  that several see, and undone before painting goes on: pandaset_drive 23.24 / .677 before, 23.82 / .680 after. Sums are
  kept camera by camera for it, so no picture is drawn twice. Cameras that hardly differ have none.
- Behind flat surfaces lie a few large splats. Without them light comes through between small ones, and small ones made
  large enough to prevent that blur everything (0.6 instead of 0.39 of their distance costs 1 dB).
- A pixel at an edge makes no point: half-way depths are floaters, and leaving them out gave 0.9 dB.
- Points in tracked boxes belong to their actor. Sides that nobody saw are mirrored, and marked as generated.
- Without boxes, what moves is found by lidar: what other sweeps look through is grouped, followed, and given boxes of
  its own (`movers`); everything later treats it as any actor. Pixels of moving actors in images that were held out, two
  cities without their boxes: 14.1 and 17.1 dB before, 16.7 and 20.8 after, 16.2 and 22.5 with the boxes; after the
  network too, the second: 16.9, 22.3 and 23.5 dB. On the real drive 10 cars are found in 3.6 s, none that stands. A box
  of its own is as long as what was seen to move, a bus only as its end, and one that passes close by is not
  understood. Learned motion tokens (STORM, 2025) would do without lidar; here
  they would have to be trained, and bring no box to move or hide.
- Every step is deterministic.
"""

from core.worldrec.lift.estimated_depth import DepthEstimate, DepthModel
from core.worldrec.lift.exact_depth import ExactDepth, city_depth
from core.worldrec.lift.lifting import Lifted, lift, lifted
from core.worldrec.lift.progress import LiftCancelledError

__all__ = ["DepthEstimate", "DepthModel", "ExactDepth", "LiftCancelledError", "Lifted", "city_depth", "lift", "lifted"]
