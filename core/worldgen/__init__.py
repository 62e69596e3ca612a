"""WorldGen: a causal generator that yields what all cameras see, chunk after chunk, in four denoising steps.

Owns: the tokenizer between pictures and latents, the conditions as tensors, the diffusion transformer, the noise
schedule, the cache of keys and values, the streaming sampler, how the first and the last pictures are moved, how
contrast and colours are held. Does not own: the network that estimates their depths (`core/worldrec/depth`), what makes
the prior of a scene, and who relights pictures (`core/jwm`), training (`core/training/worldgen`).

Decisions
- σ = 1 is noise and σ = 0 is data everywhere, of the network's argument as of what the schedule lists.
- One transformer for all lives: bidirectional, teacher forcing and streaming differ by a mask or a cache only, so what
  is trained is what runs.
- Small networks are given the last picture before a chunk, warped to each of its frames (`reference`), and begin by
  repeating it: without it, 1000 steps of `tiny` from nothing made coloured noise. Without a scene the warp follows
  depths that WorldRec's network estimates of the pictures before the chunk (`depths`, `conditions/seen_depth`), also
  from one camera's picture into another's, or that of a plain street (`conditions/warping`). Networks that begin with
  those of Wan know how to move pictures. What a drive began with goes on to be shown where it is fine enough, since
  what was made is less and less right; and an actor is a rounded box, whatever is estimated of it.
- A drive by a student alone keeps contrast and colours within a band of what it begins with (`steadying`): without that
  each chunk was softer than the one before, and fifty steps, which no student learned, ran away.
- A network is not bound to a size of pictures: tokens know where they are beside each other, layouts and references
  come in proportion. `tiny` learned most of what it knows at 112×64 and works at 224×128, where a house is a house.
- Who heeds a scene and who knows none can make a chunk together (`inventing`): the one gives what is known, the other
  denoises the rest around it.
- Importing this package brings torch; only the engine and training do.
"""
