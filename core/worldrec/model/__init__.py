"""WorldRec's network: it looks at all pictures and makes a scene better, round by round.

Owns: the encoder, the queries, their aggregation, heads, the rounds, the presets. Does not own: where splats come from
(`lift`), training (`core/training`), the optimisation of one scene (`core/worldrec/refine`).

Decisions
- A round starts from a scene, whatever made it: geometry, an earlier round, an earlier window. Its head begins with
  zeros, so training starts exactly at the scene that was given.
- Sixteen neighbouring splats along a Morton curve share one query; queries, not pixels, gather from all cameras and
  times. One query is one place.
- Beside what queries sample, each splat is told what pictures lack where it is seen (`evidence`). This tells shape
  from shading where samples cannot, and visibility is exact.
- Actors' splats stay in the frame of their box; gradients and samples are taken where the track puts them.
- The sky's dome is no part of the network: after each round it takes over what pictures lack where hardly any splat
  is in front (`sky`). City seed 202: held out 24.24 → 24.27 dB, 3 m aside 22.78 → 22.81. Where pixels count that
  splats cover partly, halos around silhouettes end up in the sky: 24.08 and 22.53.
- After the first round, what the budget has left goes to the splats that make most of what pictures lack: each becomes
  four (`splitting`). A twentieth of all splats makes two fifths of what is wrong. Seeds 202 and 207: held out +0.03 dB
  and +.002 SSIM, 3 m aside +0.03; after 150 steps of refinement (202) +0.05, +.001. Three times as many more gain
  as little again. Those that pictures hardly show (a quarter makes less than a tenth of a pixel in each) cannot pay
  for it: without a fifth of all splats, 3 m aside is 0.3 to 0.7 dB worse, for there they are seen.
- Ground that nobody saw is left open, though it could be guessed from around: filled, 3 m aside stayed as it was
  (22.77), and generation could no longer tell where to invent.
- One network for all rounds, trained on scenes of every round: the more rounds there is time for, the better the scene.
- A round tells the next what it changed, and what its pictures asked for and lacked: the next looks at others, and
  would overfit these anew. After 200 steps of training with it, cities 901 and 902: 25.44 dB, 25.34 before; with the
  rate high in both. The first round gains nothing, the third 0.08 dB.
- A round looks at every other picture of up to 28 of each camera, the next at the others. Few pictures are overfitted
  by each round in turn, and each picture more is worth something. By the weights of the second part, mean of city seeds
  202 and 207 with 27 pictures, held out, 3 m aside and after an edit: 16 of them in two turns and four rounds 23.56,
  22.11, 22.35 dB; all in three turns, in the same time, 23.72, 22.13, 22.39; in two 23.86, 22.16, 22.41; five rounds of
  three turns 23.94, 22.21, 22.51, of two 24.02, 22.32, 22.61; six of three 24.06, 22.33, 22.61. By those of today a
  sixth round of two turns adds 0.18, 0.04, 0.04 (all twelve cities).
- Without a graphics card the views of a round are shared by plain threads, each alone with its own (`core.networks
  .threads`): torch's own threads wait for each other after each small operation, ten times as long where another
  program takes a core.
- Importing this package brings torch; only the engine and training do.
"""

from core.worldrec.model.config import PRESETS, Preset, WorldRecConfig
from core.worldrec.model.network import WorldRec

__all__ = ["PRESETS", "Preset", "WorldRec", "WorldRecConfig"]
