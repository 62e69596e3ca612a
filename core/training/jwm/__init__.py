"""How the generator learns to heed a scene, and both models to work as one.

Owns: scenes good and bad of one drive, what they show as priors on disk, the stages `repair` (J0), `bridge` (J1),
`few-steps` (J2) and `joint` (J3). Does not own: the network, the prior, the coupling (`core/jwm`, `core/worldgen`).

Decisions
- Who learns from good renders alone copies their faults, who learns from poor ones alone damages good ones. So each
  drive is shown by scenes of many qualities: lifted, reconstructed, refined, made of its first half only, damaged
  (splats gone, actors beside their boxes), blurred; along its own path and along an edited one.
- Priors are worked out once and kept as what the network takes: latents, masks, surfaces. That needs the tokenizer's
  encoder to be frozen, and makes a step as cheap as one without a prior.
- The repairer comes first: at no noise nothing hides what the render shows, and there is nothing to make up.
- Both models learn together from single pictures that WorldRec did not see: no drive is needed, and one round of
  WorldRec has the gradient, as when it trains alone. The interface between them can be closed, as the ablation.
- What a repairer is worth is held against the true pictures, not against what the tokenizer makes of them, which
  flatters it: after 244 steps of `tiny` on six drives (25.8 dB by the latter) renders of three unseen films had
  22.43 dB / .753 through the tokenizer, repaired 22.41 / .750, and the truth itself 25.38 / .838. At 64 pixels the
  tokenizer is the first limit. That network began with bidirectional weights, whose head predicts whole pictures and
  has to unlearn it: error of latents .214 against .212 of the render; one from nothing reached .198 in 150 steps.
"""
