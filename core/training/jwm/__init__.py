"""How the generator learns to heed a scene, and both models to work as one.

Owns: scenes good and bad of one drive, what they show as priors on disk, the stages `repair` (J0), `bridge` (J1),
`few-steps` (J2) and `joint` (J3), and `finish`, which comes last. Does not own: the networks, the prior, the coupling
(`core/jwm`, `core/worldgen`).

Decisions
- Who learns from good renders alone copies their faults, who learns from poor ones alone damages good ones. So each
  drive is shown by scenes of many qualities: lifted, reconstructed, refined, made of its first half only, damaged
  (splats gone, actors beside their boxes), blurred; along its own path and along an edited one.
- Priors are worked out once and kept as what the network takes: latents, masks, surfaces. That needs the tokenizer's
  encoder to be frozen, and makes a step as cheap as one without a prior.
- The repairer comes first: at no noise nothing hides what the render shows, and there is nothing to make up.
- Both models learn together from single pictures that WorldRec did not see: no drive is needed, and one round of
  WorldRec has the gradient, as when it trains alone. The interface between them can be closed, as the ablation.
- What a generator makes of a render is finished in pixels by a small network that is trained last, on what this very
  generator makes of renders of all qualities.
- What a repairer is worth is held against the true pictures, not against what the tokenizer makes of them, which
  flatters it.

Measured, and the reason why no weights are shipped: `tiny` from nothing, 522 steps of `repair` on 16 films (18 minutes
of processor time), then 3000 steps of `finish` on 7 of them; films of drives 901, 901 edited and 902, 36 frames of
three cameras at 112×64, PSNR in dB against the truth by lifted / reconstructed / refined scenes:
    render                                   25.4 / 28.3 / 29.6
    repaired                                 23.1 / 24.0 / 24.3
    repaired, with the render's detail       25.0 / 27.2 / 28.1
    repaired, finished                       25.4 / 28.0 / 29.4
    render through the tokenizer, finished   25.4 / 28.1 / 29.5
    the truth through the tokenizer          25.7
The tokenizer loses more than a reconstructed scene does, and the repairer has learned too little by then to make up
for it: its error of latents is still 2 to 8 % above that of the render (.0446 and .0994). Lower rates at its end
(2e-4, 120 steps) changed nothing. A repairer has to see many more steps, and the tokenizer to hold more, before it can
be worth its time where a scene is good. One that began with bidirectional weights learned slower: their head predicts
whole pictures and has to unlearn it.
"""
