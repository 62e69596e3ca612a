"""How the generator learns to heed a scene, and both models to work as one.

Owns: scenes good and bad of one drive, what they show as priors on disk, the stages `repair` (J0), `bridge` (J1),
`few-steps` (J2) and `joint` (J3), and the small networks of pixels, `finish`, which comes last, and `relight`, which
needs none of them. Does not own: the networks, the prior, the coupling (`core/jwm`, `core/worldgen`).

Decisions
- Who learns from good renders alone copies their faults, who learns from poor ones alone damages good ones. So each
  drive is shown by scenes of many qualities: lifted, reconstructed, refined, made of its first half only, damaged
  (splats gone, actors beside their boxes), blurred; along its own path and along an edited one.
- Priors are worked out once and kept as what the network takes: latents, masks, surfaces. That needs the tokenizer's
  encoder to be frozen, and makes a step as cheap as one without a prior.
- The repairer comes first: at no noise nothing hides what the render shows, and there is nothing to make up.
- Both models learn together from single pictures that WorldRec did not see: no drive is needed, and one round of
  WorldRec has the gradient, as when it trains alone. The interface between them can be closed, as the ablation.
- Both may learn from scores of distribution matching, too, where a teacher is named (`joint --teacher`). `tiny`, 300
  steps from the weights that were shipped, by a teacher of 200 steps of `bridge`, 13 minutes: serial takes of 901 to
  903 (16 frames after an edit) 27.43 dB / .884 as shown, before and after; where nobody looked 39.4 dB for 40.1.
  Renders tell so much that one step leaves little to choose from.
- What a generator makes of a render is finished in pixels by a small network that is trained last, on what this very
  generator makes of renders of all qualities.
- A relighter learns from the demo city under several weathers, pixel by pixel the same: no scene is needed, and what
  renders do worse than the city (soft edges, depths a little off) is imitated. Of some pictures it is not told what
  weather they have, as nobody knows it of most logs.
- What a repairer is worth is held against the true pictures, not against what the tokenizer makes of them, which
  flatters it.

Measured: `tiny` from nothing, 200 steps of `repair`, then 1000 of `finish`, on 12 films of six cities; films of the
edited drives 901 and 902, 36 frames of three cameras at 112×64, PSNR in dB against the truth by lifted, reconstructed
and refined scenes:
    render                                   24.4 / 27.4 / 28.4
    repaired                                 22.8 / 24.2 / 24.5
    repaired, with the render's detail       24.1 / 26.6 / 27.5
    repaired, finished                       26.2 / 27.9 / 28.5
By the tokenizer that is shipped now (28.4 dB on such pictures, 25.7 before), 405 steps of `repair` on 32 films and 1600
of `finish`, the mean over all six kinds of scenes: render 25.5, repaired 23.7, with the render's detail 24.7, finished
26.5. The tokenizer was not what kept the repairer back; learning is. After 1200 steps more (on up to 28 films of 14
cities): repaired 24.0, with the render's detail 25.3, finished 26.6 of renders of 25.6.
Mean squared error of the latents of reconstructed scenes (render; after 405 steps; after 1605): 0.050, 0.058, 0.052 and
0.113, 0.121, 0.114 on the unseen drives 901 and 902, but 0.079, 0.078, 0.074 and 0.106, 0.103, 0.094 on 1002 and 1003,
from which it learned; of damaged ones 0.500, 0.421, 0.371 and 0.283, 0.278, 0.267, but 0.322, 0.294, 0.223 and 0.374,
0.336, 0.275. It looked as if the number of cities kept it back; but 700
steps more on nineteen, mirrored in half of the batches, by a network with convolutions and gates and by Muon, left the
loss on unseen drives where it was (0.080): what a render lacks is not in what the generator is told.
A finisher that is given what the tokenizer leaves of the render in place of the generator's picture ends at the same
mean (27.6 dB after 500 steps, both). So what is gained comes from the finisher and from recorded pictures
(`core/jwm/recordings.py`). Before it saw these, a finisher after 522 steps of `repair` on 16 films ended at 25.4 / 28.0
/ 29.4 for renders of 25.4 / 28.3 / 29.6 (films of 901, edited or not, and 902). The tokenizer loses more than a
reconstructed scene does (the truth through it: 25.7), and a repairer of latents has to see many more steps before it is
worth its time where a scene is good. One that began with bidirectional weights learned slower: their head predicts
whole pictures and has to unlearn it.
- A finisher learns by the logarithm of the squared error: by absolute differences it learned to choose one candidate
  where their mean is nearer to the truth, and made refined scenes worse (902: 28.9 for 29.2). Colours are exchanged,
  for without that eight films were learned by heart after 250 steps.
- Recorded pictures are not registered to the render once more by optical flow: that was 0.05 to 0.6 dB worse before any
  learning.
- A finisher does not learn from the rendition that is blurred after it was drawn: what that misses of recorded pictures
  nobody worked out, and a finisher that learned from it trusted corrections of all renders less (lifted, reconstructed
  and refined 27.2, 31.0 and 31.4 dB in place of 27.5, 31.2 and 31.5).
- What nobody looked at is a few thousandths of all pixels, and unheard in a mean over pictures: it counts once more.
"""
