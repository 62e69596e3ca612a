"""JWM: reconstruction and generation as one model.

Goal: the edited scene tells the generator what is where, the generator repairs what the scene shows badly and makes
up what nobody saw, and what it made flows back into the scene.

Owns: what a scene shows along a path (`drawing`), what the generator is told of it (`prior`, `surfaces`, `tokens`,
`coupling`), which recorded pictures know the same (`recordings`), what of both its pictures keep (`detail`), how they
look under another weather (`relighting`), what of them enters the scene (`feedback`), and the loop that yields chunk
after chunk (`loop`, `reconstruction`).
Does not own: the networks of the two models (`core/worldrec`, `core/worldgen`), the warp of the last picture
(`core/worldgen/reference`), training (`core/training/jwm`), takes on disk (`core/takes`).

Decisions
- Reconstruction alone is a coupling like the others, and its pictures are the others' prior: what a user compares is
  what the generator was given.
- The render enters as latents of the tokenizer, not as pixels: denoising starts from them anyway, so they cost nothing
  more, and a network that answers its start level of zero is a repairer before it learned anything.
- Each place starts from as much noise as is unknown of it: by the light that splats stop, the space that cameras saw,
  the sides of actors that they saw, and the age of what was generated. Where no surface is expected, sky is known.
- The tokenizer loses detail that a good render has (24 to 27 dB at 112×64, a render 28 dB), and a render loses detail
  that recorded pictures have. So pixels are finished after decoding, by a small network that is trained last: a mean of
  what was generated, the render, the two recorded pictures that see a surface from nearest, and the render with what it
  misses of each of them, with learned weights that begin with what is known, and a correction. Without a finisher, the
  render's detail is given back where the generator kept it. Only pictures get all this, not the latents that later
  chunks see.
- A generator that repairs in one step answers with the mean of all that might be there, which is grey where nobody
  looked. Large areas of that kind are left to the generator that knows no scene (`core/worldgen/inventing`): it makes
  them up around what is known, in its own steps, and moves the last pictures by depths that are estimated of them. In
  small holes what is around them is the better guess. On the drive 901, five seconds after its log has ended, a street
  and trees are there instead of mud; while the log lasts nothing changes (30.14 and 25.07 dB over the first and the
  second 24 frames, with and without).
- Takes are shown twice as fine as a small network generates them: rendering and fetching at 224×128 cost about as much
  as the network does at 112×64, and detail is what reviewers look for. Pictures are finished at that size; what the
  generator is told and what is taken back are means over squares of it.
- Recorded pictures are fetched from in pixels, not in latents: their detail is what the tokenizer cannot hold. What
  hides what in them tell the scene's static splats and the recorded boxes, so an edit that moves an actor moves what is
  fetched of it, and never shows it twice.
- Another weather is put over finished pictures, by a network of pixels. A scene's splats, recorded pictures and whoever
  repairs renders keep the light of the recording, and a generator that was only told of another one changed nothing.
  Everything before stays in one light, so renders, references and what is taken back go together. Where a take is gone
  on, the scene's render stands for its last pictures.
- The last picture is warped by the scene's depth, and along the tracks of what lies in boxes, through the same slot as
  the plain street's warp, which stays where nothing is known; what that picture hid is outside.
- Scene tokens are means and spreads of the splats that share a query. The vectors of WorldRec's network are not kept:
  scenes come from elsewhere too, and are edited.
- Only what was made up enters the scene, of the last frame of a chunk: when small holes were filled so, too, their
  splats lay a little aside, and half a decibel was lost that `serial` had gained. And only if the chunk agrees with the
  scene where that is sure, about as well as the recorded frames do that the drive begins with. What was observed never
  changes; `core.worldrec.updating` sees to that.
- Chunks are made when they are asked for, and no prior is made ahead. With feedback the next one depends on what this
  chunk leaves in the scene. Without, a thread that made it while this chunk was denoised gained nothing that could be
  told from noise on two busy cores: 24 frames of three cameras of the demo city, best of three, 7.8 s against 7.9 in
  one step, 10.4 against 9.2 in four, for up to 14 % more processor time.
- Where a chunk shows its actors is looked for when it is made: the render that says what they look like is at hand
  then, and how far boxes are off follows from where they are now, whatever was edited since.
- `shipped` and `misfit` are asked by the window too, so they bring no torch; all else does: only engine and training
  import it.
"""
