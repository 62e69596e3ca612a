"""How WorldGen's networks come about, stage after stage.

Owns: the stages (`bidirectional`, `teacher-forcing`, `ode`, `dmd`), the scores that match distributions (for JWM, too),
the discriminator beside them, the loop that runs any stage, the guards that end a run before it collapses, the chain of
all. Does not own: the network and its sampler (`core/worldgen`), where latents and conditions come from
(`core/training/film_samples`).

Decisions
- What a stage learns is a `Lesson`: a module whose call answers losses. The loop knows no stage, and what it wraps for
  several devices is the lesson as a whole.
- Of several processes each holds whole networks (DDP) or shards of all (FSDP, `sharding`). Both learn the same, and
  a run's file holds whole tensors: it goes on by the other, by another number of processes, or by one. What is checked
  is made by all processes at once, since none has a whole network.
- All draws of a step depend on the run's seed and the step, so a run that was interrupted goes on as if it was not.
  Choices that shape the work (how many cameras, which exit) are the same on all devices.
- The causal teacher, not the bidirectional one, tells the student where a trajectory ends (Causal-Forcing, 2026): the
  bidirectional one has seen what comes, which the student cannot.
- Distribution matching rolls out as streaming does, by the same class.
- Each file of weights names by hash those that it came from.
- Films are seen in a mirror half of the time, which makes twice as many of few.
- Muon takes the blocks' matrices of the larger stages of `tiny`: see `core/training/optimizers`.
- Networks multiply in bfloat16 where the device is several times as fast at that: on CUDA, and on processors with
  AVX512-BF16, among them those with a matrix unit (AMX). Weights, attention's sums on CPUs, losses and the optimiser
  stay in single precision.

Measured on one thread of a processor with AMX, a step of four clips of twelve frames of three cameras, `tiny`, teacher
forcing with priors, in s: 4.1 in single precision under a mask over all tokens, 3.4 when queries that see the same are
asked together, 2.6 in half precision, too. A matrix product alone is ten times as fast in half precision, and the
tokenizer's convolutions seven times; what is left of a step reads and writes memory. Compiling the blocks
(torch.compile) gained another tenth and takes two minutes; smaller batches gained nothing.
"""
